"""When digests are due: on whose clock, through nights in which clocks change, late, and not at all."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refusal
from bot.rules.periods import (
    REACHES_BACK,
    SETTLED,
    Made,
    Monthly,
    Rhythm,
    Weekly,
    checked,
    due,
    start,
    weekly,
)

WEEK = timedelta(days=7)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Apia")


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]


def never(_: date) -> bool:
    return False


def steps(rhythm: Rhythm, now: datetime, last: Made | None = None, since: datetime = LONG_AGO) -> list[Made]:
    return due(rhythm, last, since, since, now)


def test_the_setting_is_read_as_it_is_written() -> None:
    assert weekly("Fri 16:00", "UTC") == Weekly(4, time(16), "UTC")
    assert weekly("Sun 00:05", "Asia/Tokyo") == Weekly(6, time(0, 5), "Asia/Tokyo")


def test_a_week_is_named_by_the_week_in_which_it_ends() -> None:
    friday = Weekly(4, time(16), "UTC")
    names = [slot.period for slot in islice(friday.slots(at(2027, 1, 9)), 4)]
    assert names == ["2027-W01", "2026-W53", "2026-W52", "2026-W51"]
    assert names == sorted(names, reverse=True)
    assert friday.coming(at(2026, 12, 28)).period == "2026-W53"


@pytest.mark.parametrize(
    ("zone", "clock", "day", "utc"),
    [
        ("Europe/Berlin", time(2, 30), (2026, 3, 29), (2026, 3, 29, 1, 30)),  # a time that was left out
        ("Europe/Berlin", time(2, 30), (2026, 10, 25), (2026, 10, 25, 0, 30)),  # one that came twice
        ("America/New_York", time(1, 30), (2026, 11, 1), (2026, 11, 1, 5, 30)),
        ("America/New_York", time(2, 30), (2026, 3, 8), (2026, 3, 8, 7, 30)),
    ],
)
def test_in_a_night_in_which_the_clocks_change_it_is_due_once(
    zone: str, clock: time, day: tuple[int, int, int], utc: tuple[int, ...]
) -> None:
    sunday = Weekly(6, clock, zone)
    moment = at(*utc)
    last: Made | None = Made("2020-W01", LONG_AGO, moment - WEEK, folded=False)
    found = []
    now = moment - timedelta(hours=3)
    while now < moment + timedelta(hours=6):
        made = due(sunday, last, LONG_AGO, LONG_AGO, now)
        found += made
        last = made[-1] if made else last
        now += timedelta(minutes=1)
    year, week, _ = date(*day).isocalendar()
    assert [(one.period, one.until) for one in found] == [(f"{year}-W{week:02}", moment)]


@given(
    zone=st.sampled_from(ZONES),
    day=st.integers(0, 6),
    clock=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    begin=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001
    steps_=st.lists(st.floats(0.02, 400.0), min_size=5, max_size=60),
)
def test_whenever_one_looks_periods_follow_each_other_without_gap_or_overlap(
    zone: str, day: int, clock: time, begin: datetime, steps_: list[float]
) -> None:
    rhythm = Weekly(day, clock, zone)
    beginning = now = begin.replace(tzinfo=UTC)
    rows: list[Made] = []
    for hours in steps_:
        now += timedelta(hours=hours)
        last = rows[-1] if rows else None
        rows += due(rhythm, last, beginning, beginning, now)
    assert len({one.period for one in rows}) == len(rows)
    assert [one.period for one in rows] == sorted(one.period for one in rows)
    told = max(beginning, rows[0].until - REACHES_BACK) if rows else beginning
    for one in rows:
        assert told == one.since < one.until
        told = one.since if one.folded else one.until


def test_it_waits_until_what_was_given_before_is_committed() -> None:
    friday = Weekly(4, time(16), "UTC")
    moment = at(2026, 3, 6, 16)
    assert steps(friday, moment + SETTLED - timedelta(seconds=1), since=at(2026, 3, 2)) == []
    (made,) = steps(friday, moment + SETTLED, since=at(2026, 3, 2))
    assert made == Made("2026-W10", at(2026, 3, 2), moment, folded=False)


def test_a_day_late_it_is_sent_and_later_it_is_folded_into_the_next() -> None:
    friday = Weekly(4, time(16), "UTC")
    last = Made("2026-W09", at(2026, 2, 20, 16), at(2026, 2, 27, 16), folded=False)
    (in_time,) = steps(friday, at(2026, 3, 7, 16), last)
    (too_late,) = steps(friday, at(2026, 3, 7, 16, 1), last)
    assert (in_time.folded, too_late.folded) == (False, True)
    assert in_time.since == too_late.since == last.until
    (after,) = steps(friday, at(2026, 3, 13, 16, 1), too_late)
    assert (after.period, after.since, after.folded) == ("2026-W11", last.until, False)


def test_weeks_that_were_missed_are_made_up_for_in_one() -> None:
    friday = Weekly(4, time(16), "UTC")
    last = Made("2026-W05", at(2026, 1, 23, 16), at(2026, 1, 30, 16), folded=False)
    folded, made = steps(friday, at(2026, 2, 27, 17), last)
    assert (folded.period, folded.folded, folded.since) == ("2026-W08", True, last.until)
    assert (made.period, made.folded, made.since) == ("2026-W09", False, last.until)


def test_the_opening_one_begins_with_goodword_and_reaches_back_a_month_at_most() -> None:
    until = at(2026, 3, 6, 16)
    assert start(None, at(2026, 3, 4), until) == at(2026, 3, 4)
    assert start(None, LONG_AGO, until) == until - timedelta(days=31)


def test_what_was_due_before_anything_was_there_is_not_due() -> None:
    friday = Weekly(4, time(16), "UTC")
    assert steps(friday, at(2026, 3, 7), since=at(2026, 3, 6, 17)) == []


def test_a_month_begins_with_its_earliest_working_day() -> None:
    labour_day = {date(2026, 5, 1)}
    monthly = Monthly(time(9), "Europe/Berlin", labour_day.__contains__)
    slots = {slot.period: slot.at for slot in islice(monthly.slots(at(2026, 8, 31)), 5)}
    assert slots == {
        "2026-08": at(2026, 8, 3, 7),  # the 1st is a Saturday
        "2026-07": at(2026, 7, 1, 7),
        "2026-06": at(2026, 6, 1, 7),
        "2026-05": at(2026, 5, 4, 7),  # the 1st is a holiday, and a weekend follows
        "2026-04": at(2026, 4, 1, 7),
    }
    assert monthly.coming(at(2026, 5, 2)).at == at(2026, 5, 4, 7)
    assert monthly.coming(at(2026, 5, 4, 7)).period == "2026-06"
    assert monthly.coming(at(2026, 12, 31)).period == "2027-01"


def test_a_period_s_name_is_read_as_typed() -> None:
    assert checked("weekly", " 2026-w47 ") == "2026-W47"
    assert checked("executive", "2026-11") == "2026-11"
    for kind, typed in (
        ("weekly", "2026-11"),
        ("weekly", "W47"),
        ("manager", "2026-W54"),
        ("executive", "2026-W47"),
    ):
        with pytest.raises(Refusal):
            checked(kind, typed)  # type: ignore[arg-type]
