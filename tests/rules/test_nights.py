"""A night begins at three by the workspace's clock, and no change of the clocks gives two of one date."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import available_timezones

import pytest

from bot.rules.nights import night


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        ("2026-03-04T02:59:59+00:00", "UTC", date(2026, 3, 3)),
        ("2026-03-04T03:00:00+00:00", "UTC", date(2026, 3, 4)),
        ("2026-03-04T07:59:59+00:00", "America/New_York", date(2026, 3, 3)),
        ("2026-03-04T08:00:00+00:00", "America/New_York", date(2026, 3, 4)),
        ("2026-03-03T18:00:00+00:00", "Asia/Tokyo", date(2026, 3, 4)),
    ],
)
def test_a_night_begins_at_three(now: str, zone: str, expected: date) -> None:
    assert night(datetime.fromisoformat(now), zone) == expected


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]
)
def test_through_a_year_each_date_has_one_night_and_none_comes_back(zone: str) -> None:
    assert zone in available_timezones()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    nights = [night(start + timedelta(minutes=30 * step), zone) for step in range(48 * 365)]
    assert all(timedelta() <= later - earlier <= timedelta(days=1) for earlier, later in pairwise(nights))
    assert len(set(nights)) in {365, 366}
