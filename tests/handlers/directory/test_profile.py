"""What Slack's profiles say, in every shape they come in."""

from typing import Any

import pytest

from bot.rules.chart import FIELDS, Fact
from handlers.directory.profile import Labels, fact_of, heard_of

LABELS = Labels("Xf1", "Xf2")


@pytest.mark.parametrize(
    ("fields", "manager"),
    [
        ({"Xf1": {"value": "U2", "alt": ""}}, "U2"),
        ({"Xf1": {"value": "W2,U3"}}, "W2"),
        ({"Xf1": {"value": "U1"}}, None),
        ({"Xf1": {"value": "Mo Hassan"}}, None),
        ({"Xf1": {"value": None}}, None),
        ({"Xf1": None}, None),
        ({"Xf9": {"value": "U2"}}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_the_manager_is_a_person_and_not_oneself(fields: Any, manager: str | None) -> None:
    assert fact_of("U1", {"fields": fields, "title": " Rep "}, LABELS) == Fact("U1", manager, title="Rep")


def test_a_department_is_text() -> None:
    profile = {"fields": {"Xf2": {"value": " Sales "}}}
    assert fact_of("U1", profile, LABELS) == Fact("U1", department="Sales")
    assert fact_of("U1", profile, Labels()) == Fact("U1")


@pytest.mark.parametrize(
    ("profile", "labels", "about"),
    [
        ({"fields": {"Xf9": {"value": "x"}}}, LABELS, FIELDS),
        ({"fields": {}}, LABELS, ("title",)),
        ({"fields": None}, LABELS, ("title",)),
        ({}, LABELS, ("title",)),
        ({}, Labels(), FIELDS),
        ({"fields": {"Xf1": {"value": "U2"}}}, None, ("title",)),
    ],
)
def test_fields_that_are_left_out_are_not_taken_for_empty(
    profile: dict[str, Any], labels: Labels | None, about: tuple[str, ...]
) -> None:
    assert heard_of({"id": "U1", "profile": profile}, labels)[1] == about
