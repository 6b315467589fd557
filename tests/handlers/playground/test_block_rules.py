"""What Block Kit takes and refuses, apart from sizes, and how the app is told."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.playground import PretendSlack
from handlers.playground.blocks import Surface, problems, view_problems
from tests.handlers.playground.kit import (
    Json,
    actions,
    button,
    chart,
    field,
    image,
    line,
    modal,
    mrkdwn,
    named,
    option,
    pie,
    plain,
    rich,
    section,
    select,
    table,
)

WRONG: list[tuple[str, Json, str]] = [
    ("an empty section", {"type": "section"}, "must provide either text or fields [json-pointer:/blocks/0]"),
    (
        "empty text",
        section(text=plain(0)),
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        "mrkdwn in a header",
        {"type": "header", "text": mrkdwn(1)},
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    (
        "mrkdwn on a button",
        actions(button(text=mrkdwn(1))),
        "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]",
    ),
    (
        "mrkdwn in a menu",
        actions(select({"text": mrkdwn(1), "value": "v"})),
        "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/options/0/text/type]",
    ),
    (
        "an url in a menu",
        actions(select(option(url="https://e.com"))),
        "invalid additional property: url [json-pointer:/blocks/0/elements/0/options/0]",
    ),
    (
        "a field that does not exist",
        section(colour="red"),
        "invalid additional property: colour [json-pointer:/blocks/0]",
    ),
    ("an unknown block", {"type": "sermon"}, "unsupported type: sermon [json-pointer:/blocks/0/type]"),
    ("a video", {"type": "video"}, "unsupported type: video [json-pointer:/blocks/0/type]"),
    (
        "an unknown element",
        actions({"type": "lever"}),
        "unsupported type: lever [json-pointer:/blocks/0/elements/0/type]",
    ),
    (
        "a text field among actions",
        actions(line()),
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    (
        "a button in an input",
        field(button()),
        "unsupported type: button [json-pointer:/blocks/0/element/type]",
    ),
    ("no actions", actions(), "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (
        "a button with no text",
        actions({"type": "button"}),
        "missing required field: text [json-pointer:/blocks/0/elements/0]",
    ),
    (
        "a style of one's own",
        actions(button(style="loud")),
        "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    (
        "two actions of one name",
        actions(button(action_id="a"), button(action_id="a")),
        "action_id a already exists [json-pointer:/blocks/0/elements]",
    ),
    (
        "a menu of nothing",
        actions({"type": "static_select"}),
        "must provide either options or option_groups [json-pointer:/blocks/0/elements/0]",
    ),
    ("no url", image(image_url="picture"), "invalid url [json-pointer:/blocks/0/image_url]"),
    ("a number for text", section(text=7), "must provide an object [json-pointer:/blocks/0/text]"),
    ("a string for a flag", section(expand="yes"), "must provide a boolean [json-pointer:/blocks/0/expand]"),
    (
        "an empty rich text",
        rich({"type": "text", "text": ""}),
        "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
    ),
    (
        "a rich text of another kind",
        rich({"type": "whisper"}),
        "unsupported type: whisper [json-pointer:/blocks/0/elements/0/elements/0/type]",
    ),
    (
        "a chart of nothing",
        pie(1, value=0),
        "must be greater than 0 [json-pointer:/blocks/0/chart/segments/0/value]",
    ),
    (
        "labels that are no categories",
        chart() | {"chart": chart(labels=2)["chart"] | {"axis_config": {"categories": ["c0"]}}},
        "data labels must match categories [json-pointer:/blocks/0/chart/series/0/data]",
    ),
]


@pytest.mark.parametrize(("block", "words"), named(WRONG))
def test_what_is_wrong_is_named(block: Json, words: str) -> None:
    assert words in problems([block], "message")


RIGHT = {
    "everything in a section": section(
        fields=[mrkdwn(1), plain(1)], accessory=button(style="primary", value=""), block_id="b", expand=True
    ),
    "a picture beside": section(accessory=image()),
    "a divider": {"type": "divider"},
    "context": {"type": "context", "elements": [mrkdwn(1), image()]},
    "menus": actions(
        {"type": "users_select", "initial_user": "U1"},
        {"type": "conversations_select", "filter": {"include": ["public"]}},
        {"type": "channels_select"},
        {"type": "multi_users_select", "max_selected_items": 3},
        {"type": "datepicker", "initial_date": "2026-11-22"},
        {"type": "timepicker", "initial_time": "16:00"},
        {"type": "radio_buttons", "options": [{"text": mrkdwn(1), "value": "v"}]},
    ),
    "an input": field(line(multiline=True, focus_on_load=True), optional=True, dispatch_action=True),
    "rich text": {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "a", "style": {"bold": True, "code": True}},
                    {"type": "user", "user_id": "U1"},
                    {"type": "usergroup", "usergroup_id": "S1"},
                    {"type": "channel", "channel_id": "C1"},
                    {"type": "emoji", "name": "tada"},
                    {"type": "link", "url": "https://e.com", "text": "here"},
                    {"type": "broadcast", "range": "here"},
                    {"type": "date", "timestamp": 1_795_000_000, "format": "{date}", "fallback": "then"},
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "q"}], "border": 1},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "p"}]},
            {
                "type": "rich_text_list",
                "style": "bullet",
                "indent": 1,
                "elements": [{"type": "rich_text_section", "elements": []}],
            },
        ],
    },
    "a table": {
        "type": "table",
        "column_settings": [{"align": "right", "is_wrapped": True}],
        "rows": [[{"type": "raw_text", "text": "a"}], [rich({"type": "text", "text": "b"})]],
    },
    "a pie": pie(2),
    "bars": chart(series=2, labels=3),
}


@pytest.mark.parametrize("block", RIGHT.values(), ids=RIGHT.keys())
def test_what_is_right_is_taken(block: Json) -> None:
    assert problems([block], "message") == []


@pytest.mark.parametrize(
    ("block", "surface", "taken"),
    [
        ({"type": "markdown", "text": "x"}, "message", True),
        ({"type": "markdown", "text": "x"}, "modal", False),
        ({"type": "markdown", "text": "x"}, "home", False),
        (table(1, 1), "modal", False),
        (table(1, 1), "home", True),
        (chart(), "message", True),
        (chart(), "home", False),
        (field(line()), "modal", True),
        (rich({"type": "text", "text": "x"}), "home", True),
    ],
)
def test_blocks_stand_where_they_may(block: Json, surface: Surface, taken: bool) -> None:  # noqa: FBT001
    assert (problems([block], surface) == []) is taken


def test_what_shows_only_side_by_side() -> None:
    twice = [section(block_id="b"), section(block_id="b")]
    assert "block_id b already exists [json-pointer:/blocks/1/block_id]" in problems(twice, "message")
    assert problems([table(1, 1)] * 2, "message") == ["only one table allowed [json-pointer:/blocks]"]
    assert len(problems([chart()] * 3, "message")) == 1
    assert len(problems([{"type": "markdown", "text": "x" * 6001}] * 2, "message")) == 1


def test_a_view_must_be_whole() -> None:
    assert view_problems(modal(blocks=[field(line())])) == [
        "missing required field: submit [json-pointer:/view]"
    ]
    assert view_problems({"type": "modal", "blocks": []}) == [
        "missing required field: title [json-pointer:/view]"
    ]
    assert view_problems(modal(submit_disabled=True)) == [
        "invalid additional property: submit_disabled [json-pointer:/view]"
    ]
    assert view_problems({"type": "home", "blocks": [field(line())]}) == []
    assert "/view/blocks/0/type" in view_problems(modal(blocks=[{"type": "video"}]))[0]


async def test_the_app_is_told_as_slack_tells_it(slack: PretendSlack, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="#kudos", text="t", blocks=[section(text=mrkdwn(3001))])

    answer = caught.value.response
    words = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert (answer["error"], answer["errors"]) == ("invalid_blocks", [words])
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {words}"]
    assert slack.shown("ada").channels["kudos"] == []


async def test_a_view_may_be_too_large(client: AsyncWebClient) -> None:
    big = {"type": "home", "blocks": [section(text=mrkdwn(3000)) for _ in range(90)]}

    with pytest.raises(SlackApiError, match="view_too_large"):
        await client.views_publish(user_id="U0ADALOVEL", view=big)
