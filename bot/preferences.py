"""How people like to be thanked: publicly, privately, or through their manager."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.errors import Refusal
from bot.ports import Work
from bot.rules.hearing import Wish


def choose(work: Work, person: str, value: str, now: datetime) -> Wish:
    """Keep how somebody likes to be thanked from now on; what stands in the chat already stays."""
    try:
        wish = Wish(value)
    except ValueError:
        raise Refusal(f"You can be thanked {', '.join(Wish)}; which would you like?") from None
    work.preferences.choose(person, wish, now)
    return wish


def of(work: Work, people: Iterable[str]) -> Mapping[str, Wish]:
    """How each of these people likes to be thanked."""
    wanted = list(people)
    chosen = work.preferences.of(wanted)
    return {person: chosen.get(person, Wish.PUBLICLY) for person in wanted}
