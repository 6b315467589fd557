"""What a digest tells, and that it puts nobody before anybody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from bot.rules import digest, fairness
from bot.rules.digest import Gathered, Member, Period, Thanks
from bot.rules.fairness import Balance, Rings, Spread

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
WEEK = Period("2026-W10", NOON - timedelta(days=7), NOON, "UTC")
PEOPLE = {
    "A": Member("A", "Ada", "Sales"),
    "G": Member("G", "Greta", "Sales"),
    "M": Member("M", "Mo", "Marketing"),
    "B": Member("B", "Ben", "Support", support=True),
    "C": Member("C", "Cy", "Support", support=True),
    "F": Member("F", "Fay", "Back Office", support=True),
}


def thanks(number: int, giver: str, to: str, **more: object) -> Thanks:
    given_at = NOON - timedelta(days=7) + timedelta(minutes=number)
    made = Thanks(number, giver, tuple(to.split()), f"for deed {number}", given_at)
    return replace(made, **more)  # type: ignore[arg-type]


def gathered(*those: Thanks, newcomers: str = "", people: dict[str, Member] = PEOPLE) -> Gathered:
    return Gathered(those, people, frozenset(newcomers.split()))


def test_stories_come_before_the_others_and_both_by_time() -> None:
    told = digest.weekly(
        WEEK,
        gathered(
            thanks(1, "A", "B"),
            thanks(2, "A", "C", above=True),
            thanks(3, "M", "B C"),
            thanks(4, "G", "F", above=True),
        ),
    )
    assert [one.thanks.number for one in told.stories] == [2, 4]
    assert [one.thanks.number for one in told.also] == [1, 3]
    assert not told.quiet
    assert not told.brief


def test_where_thanks_are_many_there_is_a_line_for_each_person_by_name() -> None:
    many = [thanks(n, "AGM"[n % 3], "BCF"[n % 3]) for n in range(1, 91)]
    told = digest.weekly(WEEK, gathered(*many))
    assert told.brief
    assert told.also == ()
    assert [one.person.name for one in told.credits] == ["Ben", "Cy", "Fay"]
    assert all(
        [one.name for one in credit.by] == sorted(one.name for one in credit.by) for credit in told.credits
    )


def test_who_likes_it_private_is_in_no_public_digest_and_leaves_no_trace_in_its_numbers() -> None:
    shy = {**PEOPLE, "B": replace(PEOPLE["B"], preference="privately")}
    those = (
        thanks(1, "A", "B", tags=("care",)),
        thanks(2, "A", "F", private=True, tags=("craft",)),
        thanks(3, "A", "B C", tags=("courage",)),
    )
    told = digest.weekly(WEEK, gathered(*those, newcomers="B C F", people=shy))
    assert [[p.name for p in one.recipients] for one in told.also] == [["Cy"]]
    assert told.values == (("courage", 1),)
    assert [one.name for one in told.newcomers] == ["Cy"]
    assert told.across == (Balance("Support", got=(("Sales", 1),)),)
    month = digest.executive(WEEK, gathered(*those, people=shy), ["B", "C", "F"])
    assert (month.reached, month.staff) == (1, 3)


def test_a_reason_that_mentions_who_would_rather_not_be_named_says_a_colleague() -> None:
    shy = {**PEOPLE, "B": replace(PEOPLE["B"], preference="privately")}
    told = digest.weekly(
        WEEK, gathered(thanks(1, "A", "B C", reason="@Ben and @Cy held the line"), people=shy)
    )
    assert [one.thanks.reason for one in told.also] == ["a colleague and @Cy held the line"]
    kept = digest.manager(
        WEEK, [shy["B"]], gathered(thanks(1, "A", "B C", reason="@Ben held it"), people=shy), {"B": NOON}
    )
    assert kept.reports[0].said[0].thanks.reason == "@Ben held it"


def test_departments_are_told_by_what_they_got_from_others() -> None:
    told = digest.weekly(
        WEEK,
        gathered(thanks(1, "A", "B C"), thanks(2, "M", "B"), thanks(3, "B", "C"), thanks(4, "F", "A")),
    )
    assert told.across == (
        Balance("Sales", got=(("Back Office", 1),)),
        Balance("Support", got=(("Marketing", 1), ("Sales", 2))),
    )


def test_a_manager_reads_of_their_own_people_only_and_all_that_was_said() -> None:
    those = (
        thanks(1, "A", "B F", private=True),
        thanks(2, "M", "B C", joined=("G",)),
        thanks(3, "B", "F"),
    )
    last = dict.fromkeys("BC", NOON)
    told = digest.manager(WEEK, [PEOPLE["C"], PEOPLE["B"]], gathered(*those), last)
    assert [one.person.name for one in told.reports] == ["Ben", "Cy"]
    ben = told.reports[0]
    assert [one.thanks.number for one in ben.said] == [1, 2]
    assert [one.name for one in ben.givers] == ["Ada", "Greta", "Mo"]
    assert ben.departments == ("Marketing", "Sales")
    assert told.unthanked == ()


def test_sixty_days_without_thanks_are_told_when_they_have_just_run_out_or_beside_other_news() -> None:
    team = [PEOPLE["B"], PEOPLE["C"]]
    just = {"B": NOON - timedelta(days=61), "C": NOON}
    long = {"B": NOON - timedelta(days=90), "C": NOON}
    assert [p.name for p in digest.manager(WEEK, team, gathered(), just).unthanked] == ["Ben"]
    assert digest.manager(WEEK, team, gathered(), long).empty
    beside = digest.manager(WEEK, team, gathered(thanks(1, "A", "C")), long)
    assert [p.name for p in beside.unthanked] == ["Ben"]


def test_executives_read_a_dozen_stories_and_how_many_more_there_are() -> None:
    those = [thanks(n, "A", "B", above=True, outcome="It held." if n > 10 else "") for n in range(1, 31)]
    told = digest.executive(WEEK, gathered(*those, thanks(99, "A", "B")), ["B"])
    numbers = [one.thanks.number for one in told.stories]
    assert len(numbers) == digest.STORIES
    assert numbers == sorted(numbers)
    assert min(numbers) > 10
    assert told.more == 30 - digest.STORIES


def test_the_balance_of_front_and_back_office_goes_both_ways_by_name() -> None:
    those = (
        thanks(1, "A", "B C"),
        thanks(2, "A", "F"),
        thanks(3, "B", "M"),
        thanks(4, "B", "C"),
        thanks(5, "A", "G"),
    )
    told = digest.executive(WEEK, gathered(*those), "BCF")
    assert told.balance == (
        Balance("Marketing", got=(("Support", 1),)),
        Balance("Sales", gave=(("Back Office", 1), ("Support", 2))),
    )
    assert (told.reached, told.staff) == (3, 3)


def test_a_spread_is_told_of_people_in_numbers_and_never_of_a_few() -> None:
    assert fairness.spread(["a"] * 100 + ["b"]) is None
    assert fairness.spread("abcdefgh") == Spread(8, 4)
    assert fairness.spread([*("a" * 100), *"bcdefgh"]) == Spread(8, 1)


def test_rings_are_people_who_mainly_thank_each_other() -> None:
    pair = [("a", "b"), ("b", "a")] * 3
    assert fairness.rings(pair) == Rings(1, 2, 6)
    assert fairness.rings([*pair, ("a", "c"), ("d", "b")]) == Rings(1, 2, 6)
    # Whoever thanks many others as well is in no ring, and once each way is a courtesy.
    assert fairness.rings([*pair, *(("a", other) for other in "cdefg")]) == Rings()
    assert fairness.rings([("a", "b"), ("b", "a")]) == Rings()
    circle = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")] * 2
    assert fairness.rings(circle) == Rings(1, 3, 8)


def test_how_often_somebody_was_thanked_changes_nothing_in_the_order_of_people() -> None:
    """Counts change places among people; the people stay where they are."""
    for counts in permutations((1, 3, 12)):
        for scale in (1, 9):  # as single lines, and as a line for each person
            number = iter(range(1, 1000))
            those = [
                thanks(next(number), giver, to)
                for to, count in zip("BCF", counts, strict=True)
                for giver in "GA"
                for _ in range(count * scale)
            ]
            everybody = gathered(*those, newcomers="B C F")
            week = digest.weekly(WEEK, everybody)
            assert [one.name for one in week.newcomers] == ["Ben", "Cy", "Fay"]
            assert [one.person.name for one in week.credits] == (["Ben", "Cy", "Fay"] if week.brief else [])
            assert [one.thanks.number for one in week.also] == (
                [] if week.brief else list(range(1, len(those) + 1))
            )
            assert [one.department for one in week.across] == ["Back Office", "Support"]
            team = [PEOPLE[id] for id in "FCB"]
            told = digest.manager(WEEK, team, everybody, dict.fromkeys("BCF", NOON))
            assert [one.person.name for one in told.reports] == ["Ben", "Cy", "Fay"]
            assert all([p.name for p in one.givers] == ["Ada", "Greta"] for one in told.reports)
            month = digest.executive(WEEK, everybody, "BCF")
            assert [one.department for one in month.balance] == ["Sales"]


@given(st.lists(st.tuples(st.sampled_from("AGMBCF"), st.sampled_from("AGMBCF")), max_size=60))
def test_no_number_in_a_spread_or_ring_says_who(pairs: list[tuple[str, str]]) -> None:
    """Other names for the same people give the same numbers."""
    other = dict(zip("AGMBCF", "BCFAGM", strict=True))
    renamed = [(other[a], other[b]) for a, b in pairs]
    assert fairness.rings(pairs) == fairness.rings(renamed)
    assert fairness.spread(b for _, b in pairs) == fairness.spread(b for _, b in renamed)
