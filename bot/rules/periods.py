"""When digests are due: a moment of the week or month on somebody's own clock, and what it is called.

A period is named by the ISO week (or the month) of the local date on which it ends, so that a change of the
clocks, or of the time zone, never makes two of one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Literal

from bot.errors import Refusal
from bot.rules.calendar import SATURDAY, IsHoliday, zone_of

Kind = Literal["weekly", "manager", "executive"]
KINDS: tuple[Kind, ...] = ("weekly", "manager", "executive")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEK = timedelta(days=7)
AT_MOST_LATE = timedelta(hours=24)  # then it is told with the next one
REACHES_BACK = timedelta(days=31)  # of a digest before which there was none
# What was given before a digest's end is surely committed by then, and Slack has given up on the rest.
SETTLED = timedelta(seconds=30)

MANAGERS_AT = (0, time(8, 30))  # Monday
EXECUTIVES_AT = time(9)


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment at which a digest is due, and the name of the period that ends then."""

    at: datetime
    period: str


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every week on this day (0: Monday) at this time of somebody's clock."""

    day: int
    clock: time
    timezone: str

    def slots(self, now: datetime) -> Iterator[Slot]:
        """Give the slots up to now, the latest at the beginning; `now` aware."""
        local = now.astimezone(zone_of(self.timezone)).date()
        day = local + timedelta(days=(self.day - local.weekday()) % 7)
        while True:
            slot = self._on(day)
            if slot.at <= now:
                yield slot
            day -= WEEK

    def coming(self, now: datetime) -> Slot:
        """Give the slot in which the period in progress is to end."""
        local = now.astimezone(zone_of(self.timezone)).date()
        slot = self._on(local + timedelta(days=(self.day - local.weekday()) % 7))
        return slot if slot.at > now else self._on(self._day_of(slot) + WEEK)

    def _on(self, day: date) -> Slot:
        year, week, _ = day.isocalendar()
        return Slot(_at(day, self.clock, self.timezone), f"{year}-W{week:02}")

    def _day_of(self, slot: Slot) -> date:
        return slot.at.astimezone(zone_of(self.timezone)).date()


@dataclass(frozen=True, slots=True)
class Monthly:
    """On the working day with which a month begins, at this time of the workspace's clock."""

    clock: time
    timezone: str
    is_holiday: IsHoliday

    def slots(self, now: datetime) -> Iterator[Slot]:
        month = now.astimezone(zone_of(self.timezone)).date().replace(day=1)
        while True:
            slot = self._in(month)
            if slot.at <= now:
                yield slot
            month = (month - timedelta(days=1)).replace(day=1)

    def coming(self, now: datetime) -> Slot:
        month = now.astimezone(zone_of(self.timezone)).date().replace(day=1)
        slot = self._in(month)
        return slot if slot.at > now else self._in((month + timedelta(days=32)).replace(day=1))

    def _in(self, month: date) -> Slot:
        day = month
        while day.weekday() >= SATURDAY or self.is_holiday(day):
            day += timedelta(days=1)
        return Slot(_at(day, self.clock, self.timezone), f"{month:%Y-%m}")


Rhythm = Weekly | Monthly


def weekly(digest_time: str, timezone: str) -> Weekly:
    """Read the setting, such as `Fri 16:00`."""
    day, _, clock = digest_time.partition(" ")
    hours, _, minutes = clock.partition(":")
    return Weekly(DAYS.index(day), time(int(hours), int(minutes)), timezone)


def managers(timezone: str) -> Weekly:
    return Weekly(*MANAGERS_AT, timezone)


@dataclass(frozen=True, slots=True)
class Made:
    """A digest that was made, or is to be; `folded` where nothing is sent and the next one tells it."""

    period: str
    since: datetime
    until: datetime
    folded: bool


def due(
    rhythm: Rhythm, last: Made | None, beginning: datetime, not_before: datetime, now: datetime
) -> list[Made]:
    """Give what is to be written down now: at most one digest to send, last, and what it makes up for.

    `last` is the latest that was made, `beginning` when there was anything to tell. Slots up to `not_before`
    do not count: the setting that would have made them due was only made then.
    """
    if last and last.until < not_before - REACHES_BACK:
        last = None  # it was switched off in between
    after = max(last.until if last else beginning, not_before)
    taken = last.period if last else ""
    open_slots = takewhile(lambda slot: slot.at > after and slot.period > taken, rhythm.slots(now - SETTLED))
    latest, before = next(open_slots, None), next(open_slots, None)
    if latest is None:
        return []
    since = start(last, beginning, latest.at)
    late = now - latest.at > AT_MOST_LATE
    missed = [Made(before.period, since, before.at, folded=True)] if last and before else []
    return [*missed, Made(latest.period, since, latest.at, folded=late)]


def start(last: Made | None, beginning: datetime, until: datetime) -> datetime:
    """Where a period begins: where the one before ended, or where that began if it was not sent."""
    if last:
        return last.since if last.folded else last.until
    return max(beginning, until - REACHES_BACK)


def known(kind: str) -> Kind:
    """Read the name of a kind; a ValueError where there is none of that name."""
    return KINDS[KINDS.index(kind)]


def checked(kind: Kind, typed: str) -> str:
    """Read a period's name as typed: `2026-W47`, or `2026-11` for the monthly one."""
    value = typed.strip().upper()
    if kind == "executive":
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value):
            raise Refusal("The executive digest goes by months: --week 2026-11, for example.")
        return value
    if not re.fullmatch(r"\d{4}-W(0[1-9]|[1-4]\d|5[0-3])", value):
        raise Refusal("A week is written as in 2026-W47: the year, and the ISO week's number.")
    return value


def _at(day: date, clock: time, timezone: str) -> datetime:
    """A local time that a clock change leaves out moves on with the clock; of two alike it is the earlier."""
    return datetime.combine(day, clock, zone_of(timezone)).astimezone(UTC)
