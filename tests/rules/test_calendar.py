"""Working days in somebody's own time zone, holidays and clock changes included."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.calendar import working_days_later, zone_of


def never(_day: date) -> bool:
    return False


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "days", "zone", "due"),
    [
        ("2026-03-04T09:00", 1, "UTC", "2026-03-05T09:00"),
        ("2026-03-06T16:50", 1, "UTC", "2026-03-09T16:50"),  # Friday to Monday
        ("2026-03-07T12:00", 1, "UTC", "2026-03-10T00:00"),  # from a Saturday: Monday counts whole
        ("2026-03-06T23:30", 1, "Asia/Tokyo", "2026-03-09T15:00"),  # already Saturday there
        ("2026-03-06T22:00", 1, "America/New_York", "2026-03-09T21:00"),  # the clocks go forward meanwhile
        ("2026-03-04T09:00", 2, "UTC", "2026-03-06T09:00"),
    ],
)
def test_the_same_local_time_some_working_days_later(start: str, days: int, zone: str, due: str) -> None:
    assert working_days_later(utc(start), days, zone, never) == utc(due)


def test_holidays_are_no_working_days() -> None:
    easter = {date(2026, 4, 3), date(2026, 4, 6)}
    assert working_days_later(utc("2026-04-02T10:00"), 1, "UTC", easter.__contains__) == utc(
        "2026-04-07T10:00"
    )


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001
    st.integers(1, 20),
    st.sampled_from(["UTC", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "no/where"]),
)
def test_it_is_always_later_and_on_a_working_day(naive: datetime, days: int, zone: str) -> None:
    start = naive.replace(tzinfo=UTC)
    due = working_days_later(start, days, zone, never)
    assert due > start
    assert due.astimezone(zone_of(zone)).weekday() < 5
