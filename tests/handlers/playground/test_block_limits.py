"""Each limit of Block Kit at its edge: what is just allowed, and what is just too much."""

from collections.abc import Callable

import pytest

from handlers.playground.blocks import Surface, problems, view_problems
from tests.handlers.playground.kit import (
    Json,
    actions,
    button,
    chart,
    field,
    groups,
    image,
    line,
    modal,
    mrkdwn,
    named,
    one,
    option,
    options,
    overflow,
    pie,
    plain,
    section,
    select,
    sure,
    table,
    url,
)

# What grows, how far it may, and where the complaint points.
LONG: list[tuple[str, Callable[[int], Json], int, str]] = [
    ("section text", lambda n: section(text=mrkdwn(n)), 3000, "/text/text"),
    ("section field", lambda n: section(fields=[plain(n)]), 2000, "/fields/0/text"),
    ("header", lambda n: {"type": "header", "text": plain(n)}, 150, "/text/text"),
    ("button text", lambda n: one(button(text=plain(n))), 75, "/elements/0/text/text"),
    ("button value", lambda n: one(button(value="v" * n)), 2000, "/elements/0/value"),
    ("button url", lambda n: one(button(url=url(n))), 3000, "/elements/0/url"),
    ("action_id", lambda n: one(button(action_id="a" * n)), 255, "/elements/0/action_id"),
    ("block_id", lambda n: section(block_id="b" * n), 255, "/block_id"),
    ("option text", lambda n: one(select(option(text=n))), 75, "/elements/0/options/0/text/text"),
    ("option value", lambda n: one(select(option(value=n))), 150, "/elements/0/options/0/value"),
    ("description", lambda n: one(select(option(about=n))), 75, "/elements/0/options/0/description/text"),
    ("option url", lambda n: one(overflow([option(url=url(n))])), 3000, "/elements/0/options/0/url"),
    ("group label", lambda n: one(groups(1, label=n)), 75, "/elements/0/option_groups/0/label/text"),
    ("placeholder", lambda n: one(select(placeholder=plain(n))), 150, "/elements/0/placeholder/text"),
    ("confirm title", lambda n: sure(title=plain(n)), 100, "/elements/0/confirm/title/text"),
    ("confirm text", lambda n: sure(text=plain(n)), 300, "/elements/0/confirm/text/text"),
    ("confirm yes", lambda n: sure(confirm=plain(n)), 30, "/elements/0/confirm/confirm/text"),
    ("confirm no", lambda n: sure(deny=plain(n)), 30, "/elements/0/confirm/deny/text"),
    ("input label", lambda n: field(line(), label=plain(n)), 2000, "/label/text"),
    ("input hint", lambda n: field(line(), hint=plain(n)), 2000, "/hint/text"),
    ("initial value", lambda n: field(line(initial_value="x" * n)), 3000, "/element/initial_value"),
    ("image url", lambda n: image(image_url=url(n)), 3000, "/image_url"),
    ("alt text", lambda n: image(alt_text="x" * n), 2000, "/alt_text"),
    ("markdown", lambda n: {"type": "markdown", "text": "x" * n}, 12_000, "/text"),
    ("chart title", lambda n: chart(title="x" * n), 50, "/title"),
]
MANY: list[tuple[str, Callable[[int], Json], int, str]] = [
    ("section fields", lambda n: section(fields=[plain(1)] * n), 10, "/fields"),
    ("context", lambda n: {"type": "context", "elements": [plain(1)] * n}, 10, "/elements"),
    ("actions", lambda n: actions(*[button()] * n), 25, "/elements"),
    ("options", lambda n: one(select(*options(n))), 100, "/elements/0/options"),
    ("option groups", lambda n: one(groups(n)), 100, "/elements/0/option_groups"),
    ("overflow", lambda n: one(overflow(options(n))), 5, "/elements/0/options"),
    ("radio", lambda n: one({"type": "radio_buttons", "options": options(n)}), 10, "/elements/0/options"),
    ("checkboxes", lambda n: one({"type": "checkboxes", "options": options(n)}), 10, "/elements/0/options"),
    ("table rows", lambda n: table(n, 1), 100, "/rows"),
    ("table columns", lambda n: table(1, n), 20, "/rows/0"),
    ("chart series", lambda n: chart(series=n), 6, "/chart/series"),
    ("chart categories", lambda n: chart(labels=n), 20, "/chart/axis_config/categories"),
    ("pie segments", pie, 6, "/chart/segments"),
]


@pytest.mark.parametrize(("make", "most", "where"), named(LONG))
def test_a_text_may_be_so_long(make: Callable[[int], Json], most: int, where: str) -> None:
    assert problems([make(most)], "message") == []
    complaint = f"must be less than {most + 1} characters [json-pointer:/blocks/0{where}]"
    assert complaint in problems([make(most + 1)], "message")


@pytest.mark.parametrize(("make", "most", "where"), named(MANY))
def test_there_may_be_so_many(make: Callable[[int], Json], most: int, where: str) -> None:
    assert problems([make(most)], "message") == []
    complaint = f"no more than {most} items allowed [json-pointer:/blocks/0{where}]"
    assert complaint in problems([make(most + 1)], "message")


def test_a_field_may_ask_for_so_much() -> None:
    assert problems([field(line(max_length=3000, min_length=3000))], "modal") == []
    assert problems([field(line(max_length=3001))], "modal") == [
        "must be between 1 and 3000 [json-pointer:/blocks/0/element/max_length]"
    ]


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_blocks_are_counted_by_surface(surface: Surface, most: int) -> None:
    assert problems([section()] * most, surface) == []
    assert problems([section()] * (most + 1), surface) == [
        f"no more than {most} items allowed [json-pointer:/blocks]"
    ]


VIEWS: list[tuple[str, Callable[[int], Json], int, str]] = [
    ("title", lambda n: modal(title=plain(n)), 24, "/view/title/text"),
    ("submit", lambda n: modal(submit=plain(n)), 24, "/view/submit/text"),
    ("close", lambda n: modal(close=plain(n)), 24, "/view/close/text"),
    ("private_metadata", lambda n: modal(private_metadata="x" * n), 3000, "/view/private_metadata"),
    ("callback_id", lambda n: modal(callback_id="x" * n), 255, "/view/callback_id"),
    ("external_id", lambda n: modal(external_id="x" * n), 255, "/view/external_id"),
]


@pytest.mark.parametrize(("make", "most", "where"), named(VIEWS))
def test_a_views_limits_hold_at_their_edge(make: Callable[[int], Json], most: int, where: str) -> None:
    assert view_problems(make(most)) == []
    assert view_problems(make(most + 1)) == [
        f"must be less than {most + 1} characters [json-pointer:{where}]"
    ]
