"""What managers hear of thanks to their people, and the word of their own that they pass on."""

from dataclasses import dataclass
from datetime import datetime

from bot import kudos
from bot.errors import Refusal
from bot.messages import KudosPassedOn
from bot.ports import Work
from bot.rules import hearing
from bot.rules.hearing import Hearing
from bot.rules.people import Person
from bot.rules.recognition import Kudos

LONGEST_WORDS = 2000  # characters


@dataclass(frozen=True, slots=True)
class Told:
    """A kudos as one manager hears of it; `passed_on` are their own words, once they sent some."""

    kudos: Kudos
    manager: str
    people: tuple[Person, ...]
    heard: Hearing
    passed_on: str | None = None


def told(work: Work, number: int, manager: str) -> Told | None:
    """What a manager hears of a kudos at once; nothing, where that is no business of theirs any more."""
    given = kudos.standing(work, number)
    if given is None:
        return None
    heard = kudos.who_hears(work, given)
    words = work.kudos.passed_on(number, manager)
    if manager in heard.managers:
        return Told(given, manager, heard.managers[manager].people, heard, words)
    return None


def people_of(work: Work, number: int, manager: str) -> tuple[Kudos, tuple[Person, ...]]:
    """Those thanked to whom this manager may pass it on, or a refusal."""
    given = kudos.standing(work, number)
    chains = work.people.chains(one.id for one in given.recipients) if given else {}
    nearest = {id: hearing.manager_of(id, chain) for id, chain in chains.items()}
    theirs = {id for id, found in nearest.items() if found and found.id == manager}
    if given is None or not theirs:
        raise Refusal("Only the manager of those who were thanked can pass it on.")
    return given, tuple(one for one in given.recipients if one.id in theirs)


def may_pass_on(work: Work, number: int, manager: str) -> tuple[Kudos, tuple[Person, ...]]:
    """Like `people_of`, refused as well where the manager has passed it on already."""
    found = people_of(work, number, manager)
    if work.kudos.passed_on(number, manager) is not None:
        raise Refusal("You have passed this on already.")
    return found


def pass_on(work: Work, number: int, manager: str, words: str, now: datetime) -> None:
    """Send each of their people the manager's own thanks, once; the same words again change nothing."""
    said = words.strip()
    if not said:
        raise Refusal("What would you like to say? One sentence is plenty.", "words")
    _, people = people_of(work, number, manager)
    if not work.kudos.pass_on(number, manager, said, now):
        if work.kudos.passed_on(number, manager) != said:
            raise Refusal("You have passed this on already.", "words")
        return
    for person in people:
        message = KudosPassedOn(number, manager, person.id)
        work.outbox.put(person.id, message, now, about=kudos.about(number))
    kudos.redraw(work, number, now, only_at=manager)
