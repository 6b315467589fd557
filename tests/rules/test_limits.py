"""How much thanking counts: the day of the workspace, and what are the same words."""

from datetime import UTC, datetime

import pytest

from bot.errors import Refusal
from bot.rules.limits import midnight, same, within


@pytest.mark.parametrize(
    ("now", "zone", "began"),
    [
        ("2026-03-04T09:00", "UTC", "2026-03-04T00:00"),
        ("2026-03-04T09:00", "Pacific/Auckland", "2026-03-03T11:00"),
        ("2026-03-04T03:00", "America/New_York", "2026-03-03T05:00"),
        # The night in which clocks go forward, and the one in which they go back.
        ("2026-03-29T12:00", "Europe/Berlin", "2026-03-28T23:00"),
        ("2026-10-25T12:00", "Europe/Berlin", "2026-10-24T22:00"),
    ],
)
def test_a_day_begins_at_midnight_of_the_workspace(now: str, zone: str, began: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert midnight(moment, zone) == datetime.fromisoformat(began).replace(tzinfo=UTC)


def test_so_many_and_no_more() -> None:
    within(19, 20)
    within(10_000, 0)
    with pytest.raises(Refusal, match="20 kudos today"):
        within(20, 20)
    with pytest.raises(Refusal, match="one kudos today"):
        within(1, 1)


def test_the_same_words_are_the_same_however_they_are_typed() -> None:
    assert same("for  the\nLong night", "For the long night ")
    assert not same("for the long night", "for the longer night")
