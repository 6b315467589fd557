"""What is in force of what the sources say, and what the check finds."""

from hypothesis import given
from hypothesis import strategies as some

from bot.rules.chart import Fact, Gaps, Left, Seat, circles, examine, in_force, trusted_sources


def test_of_each_field_the_most_trusted_source_that_says_something_is_in_force() -> None:
    said = {
        "slack": Fact("ada", manager="eve", department="Field", title="Boss"),
        "scim": Fact("ada", manager="mo", department="Sales"),
        "csv": Fact("ada", department="Direct Sales"),
    }
    assert in_force("ada", said) == Fact("ada", "mo", "Direct Sales", "Boss")  # type: ignore[arg-type]
    assert trusted_sources(said) == {"manager": "scim", "department": "csv", "title": "slack"}  # type: ignore[arg-type]


def test_where_nobody_says_anything_nothing_is_in_force() -> None:
    assert in_force("ada", {}) == Fact("ada")
    assert in_force("ada", {"csv": Fact("ada", department="")}) == Fact("ada")


def test_circles_are_found_with_all_their_members_and_what_leads_into_them_is_none() -> None:
    managers = {"a": "b", "b": "c", "c": "a", "d": "a", "x": "x", "e": "f", "y": "z", "z": "y"}
    assert circles(managers) == [("a", "b", "c"), ("x",), ("y", "z")]


@given(some.dictionaries(some.integers(0, 30).map(str), some.integers(0, 30).map(str), max_size=31))
def test_somebody_is_in_a_circle_exactly_if_the_way_upward_comes_back_to_them(
    managers: dict[str, str],
) -> None:
    found = [member for circle in circles(managers) for member in circle]
    assert len(found) == len(set(found))
    assert {member for member in managers if _comes_back(member, managers)} == set(found)


def _comes_back(member: str, managers: dict[str, str]) -> bool:
    at = managers.get(member)
    for _ in managers:
        if at is None or at == member:
            break
        at = managers.get(at)
    return at == member


def test_the_check_tells_the_top_from_the_forgotten_and_names_those_who_left() -> None:
    seats = [
        Seat("eve", "Eve", "here", email="eve@x.example"),
        Seat("mo", "Mo", "here", manager="eve", email="mo@x.example"),
        Seat("orphan", "Orphan", "here", email="orphan@x.example"),
        Seat("hidden", "Hidden", "here"),
        Seat("lea", "Lea", "left", manager="eve"),
        Seat("gone", "Gone", "left"),
        Seat("ben", "Ben", "here", manager="lea"),
        Seat("cy", "Cy", "here", manager="mail:chair@x.example"),
        Seat("fay", "Fay", "here", manager="U0NOBODY"),
        Seat("mail:chair@x.example", "chair@x.example", "unmet", email="chair@x.example"),
        Seat("mail:new@x.example", "new@x.example", "unmet", manager="mo", email="new@x.example"),
        Seat("a", "A", "here", manager="b"),
        Seat("b", "B", "here", manager="a"),
        Seat("gus", "Gus", "apart"),
        Seat("bot", "Bot", "apart"),
    ]
    found = examine(seats)
    assert found == Gaps(
        top=("eve",),
        without=("orphan", "hidden"),
        circles=(("a", "b"),),
        left=(
            Left("U0NOBODY", ("fay",)),
            Left("lea", ("ben",)),
            Left("mail:chair@x.example", ("cy",)),
        ),
        unmet=("mail:new@x.example",),
        hidden=("hidden",),
    )
    assert found.to_mend


def test_who_left_and_leads_nobody_any_more_is_no_gap() -> None:
    seats = [
        Seat("eve", "Eve", "here", email="e"),
        Seat("lea", "Lea", "left", manager="old"),
        Seat("old", "Old", "left"),
        Seat("ben", "Ben", "here", manager="eve", email="b"),
    ]
    assert not examine(seats).to_mend
