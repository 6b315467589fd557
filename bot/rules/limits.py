"""How much thanking counts: so many kudos a day, and the same words to the same person once an hour."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.errors import Refusal
from bot.rules.recognition import Decision, Kudos, LeftOut

AGAIN_AFTER = timedelta(hours=1)


def midnight(now: datetime, timezone: str) -> datetime:
    """When the day began on which it is now, by the calendar of this time zone."""
    zone = ZoneInfo(timezone)
    return datetime.combine(now.astimezone(zone).date(), time(), zone)


def within(given: int, per_day: int) -> None:
    """Refuse where somebody gave as many kudos today as one person can; 0 is no limit."""
    if per_day and given >= per_day:
        count = "one kudos" if per_day == 1 else f"{per_day} kudos"
        raise Refusal(
            f"You have given {count} today, which is as many as a day holds here. "
            "Nothing was recorded; tomorrow there is room again."
        )


def same(one: str, other: str) -> bool:
    """Whether two reasons say the same, however they are spaced or capitalised."""
    return one.casefold().split() == other.casefold().split()


def not_again(decision: Decision, earlier: Iterable[Kudos]) -> Decision | None:
    """Leave out whoever was thanked for this already; nothing where that is everybody."""
    thanked = {person.id for kudos in earlier for person in kudos.recipients}
    if not thanked:
        return decision
    fresh = tuple(person for person in decision.recipients if person.id not in thanked)
    again: Sequence[LeftOut] = [
        LeftOut(person.name, "thanked for this already")
        for person in decision.recipients
        if person.id in thanked
    ]
    if not fresh:
        return None
    return replace(decision, recipients=fresh, left_out=(*decision.left_out, *again))
