"""Working days in somebody's own time zone: when a thing that waits is overdue."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SATURDAY = 5
IsHoliday = Callable[[date], bool]


def working_days_later(start: datetime, days: int, timezone: str, is_holiday: IsHoliday) -> datetime:
    """Give the same local time `days` working days after `start`; aware in, aware (UTC) out.

    What arrives on a day off begins to wait with the next working day. A local time that a clock change
    leaves out moves on with the clock.
    """
    zone = zone_of(timezone)
    local = start.astimezone(zone)
    day, at = local.date(), local.time()
    if _is_off(day, is_holiday):  # it begins to wait when the next working day begins
        day, at = _next_working_day(day, is_holiday), time()
    for _ in range(days):
        day = _next_working_day(day, is_holiday)
    return datetime.combine(day, at, zone).astimezone(UTC)


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name; UTC where the name is none, for Slack does not vouch for it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _next_working_day(day: date, is_holiday: IsHoliday) -> date:
    day += timedelta(days=1)
    while _is_off(day, is_holiday):
        day += timedelta(days=1)
    return day


def _is_off(day: date, is_holiday: IsHoliday) -> bool:
    return day.weekday() >= SATURDAY or is_holiday(day)
