"""Who answers to a name, and how names are listed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from bot.rules.people import Group, Person, Roll, listed, plain


def person(handle: str, name: str = "", real_name: str = "", **more: Any) -> Person:
    return Person(f"U{handle.upper()}", handle, name or handle, "T0HOME", real_name, **more)


ADA = person("alovell", "Ada", "Ada Lovell")
BEN = person("ben", "Ben", "Ben Okafor")
ROLL = Roll({one.id: one for one in (ADA, BEN)}, {"S1": Group("S1", "support-team", "Support")})


@pytest.mark.parametrize(
    "typed", ["alovell", "ALovell", "Ada", "ada", "ada.lovell", "AdaLovell", "ada_lovell"]
)
def test_a_person_answers_to_user_name_display_name_and_full_name_however_it_is_joined(typed: str) -> None:
    assert ADA.answers_to(typed)
    assert ROLL.named(typed) == (ADA,)


@pytest.mark.parametrize("typed", ["adal", "lovell", "ad", "adalovelll"])
def test_part_of_a_name_is_no_name(typed: str) -> None:
    assert not ADA.answers_to(typed)
    assert ROLL.named(typed) == ()


def test_a_name_that_is_missing_answers_to_nothing() -> None:
    assert not Person("U1", "ben", "", "T0HOME").answers_to("")


@pytest.mark.parametrize("typed", ["straße", "STRASSE", "Strasse"])
def test_letters_of_other_languages_are_compared_as_people_read_them(typed: str) -> None:
    street = person("s1", "Straße")
    assert Roll({street.id: street}).named(typed) == (street,)


def test_a_group_is_named_by_its_handle_only() -> None:
    assert [one.id for one in ROLL.named("Support-Team")] == ["S1"]
    assert ROLL.named("support") == ()


def test_a_group_that_was_closed_is_not_meant() -> None:
    closed = Group("S1", "support-team", "Support", active=False)
    assert Roll({}, {"S1": closed}).named("support-team") == ()


def test_all_who_share_a_display_name_may_be_meant_but_those_who_left_only_among_themselves() -> None:
    first, second = person("b1", "Benedict"), person("b2", "Benedict")
    gone, away = person("b3", "Benedict", active=False), person("b4", "Benedict", active=False)
    everybody = {one.id: one for one in (first, second, gone, away)}
    assert Roll(everybody).named("benedict") == (first, second)
    assert Roll({gone.id: gone, away.id: away}).named("benedict") == (gone, away)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["Ben"], "Ben"),
        (["Ben", "Cy"], "Ben and Cy"),
        (["Ben", "Cy", "Dee"], "Ben, Cy and Dee"),
    ],
)
def test_names_are_listed_as_one_says_them(names: list[str], said: str) -> None:
    assert listed(names) == said
    assert listed(iter(names)) == said


@given(st.text())
@run(derandomize=True, deadline=None)
def test_the_compared_form_stays_what_it_is_and_makes_case_and_joints_nothing(name: str) -> None:
    assert plain(plain(name)) == plain(name)
    assert plain(f" {name}._-") == plain(name)
