"""Block Kit elements and their limits, as data (docs.slack.dev/reference/block-kit)."""

from collections.abc import Iterator
from typing import Any

from handlers.playground.rules import Rule, anything, flag, line, many, one_of, shape, text, url, whole

PLAIN, ANY = ("plain_text",), ("plain_text", "mrkdwn")
ID = line(255)

CONFIRM = shape(
    {
        "title": text(100, *PLAIN),
        "text": text(300, *ANY),
        "confirm": text(30, *PLAIN),
        "deny": text(30, *PLAIN),
    },
    {"style": one_of("primary", "danger")},
)
_PLACEHOLDER = text(150, *PLAIN)
_COMMON: dict[str, Rule] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": flag}
_FIELD: dict[str, Rule] = {**_COMMON, "placeholder": _PLACEHOLDER}
_DISPATCH = shape({}, {"trigger_actions_on": many(one_of("on_enter_pressed", "on_character_entered"), 2)})
_SELECTED = {"max_selected_items": whole(1, 1_000)}


def _option(*kinds: str, extra: dict[str, Rule] | None = None) -> Rule:
    return shape(
        {"text": text(75, *kinds), "value": line(150)},
        {"description": text(75, *kinds), **(extra or {})},
    )


_OPTION, _RICH_OPTION = _option(*PLAIN), _option(*ANY)
_OVERFLOW_OPTION = _option(*PLAIN, extra={"url": url(3000)})
_GROUPS = many(shape({"label": text(75, *PLAIN), "options": many(_OPTION, 100)}), 100)


def _options(fields: dict[str, Rule]) -> Rule:
    """A menu takes either options or option_groups."""
    inner = shape({}, {**_FIELD, "options": many(_OPTION, 100), "option_groups": _GROUPS, **fields})

    def check(value: Any, at: str) -> Iterator[str]:
        yield from inner(value, at)
        if isinstance(value, dict) and ("options" in value) == ("option_groups" in value):
            yield f"must provide either options or option_groups [json-pointer:{at}]"

    return check


def _image(value: Any, at: str) -> Iterator[str]:
    yield from IMAGE(value, at)
    if isinstance(value, dict) and ("image_url" in value) == ("slack_file" in value):
        yield f"must provide either image_url or slack_file [json-pointer:{at}]"


IMAGE = shape({"alt_text": line(2000)}, {"image_url": url(3000), "slack_file": anything})

BUTTON = shape(
    {"text": text(75, *PLAIN)},
    {
        **_COMMON,
        "url": url(3000),
        "value": line(2000, least=0),
        "style": one_of("primary", "danger"),
        "accessibility_label": line(75),
    },
)

CONVERSATION_FILTER = shape(
    {},
    {
        "include": many(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)
_CONVERSATIONS: dict[str, Rule] = {"filter": CONVERSATION_FILTER, "default_to_current_conversation": flag}
_IDS = many(line(255), 1_000, least=0)

PRESSED: dict[str, Rule] = {
    "button": BUTTON,
    "overflow": shape({"options": many(_OVERFLOW_OPTION, 5)}, _COMMON),
}

MENUS: dict[str, Rule] = {
    "static_select": _options({"initial_option": _OPTION}),
    "users_select": shape({}, {**_FIELD, "initial_user": ID}),
    "conversations_select": shape(
        {}, {**_FIELD, **_CONVERSATIONS, "initial_conversation": ID, "response_url_enabled": flag}
    ),
    "channels_select": shape({}, {**_FIELD, "initial_channel": ID, "response_url_enabled": flag}),
    "external_select": shape({}, {**_FIELD, "initial_option": _OPTION, "min_query_length": whole(0, 100)}),
    "multi_static_select": _options({"initial_options": many(_OPTION, 100), **_SELECTED}),
    "multi_users_select": shape({}, {**_FIELD, **_SELECTED, "initial_users": _IDS}),
    "multi_conversations_select": shape(
        {}, {**_FIELD, **_SELECTED, **_CONVERSATIONS, "initial_conversations": _IDS}
    ),
    "multi_channels_select": shape({}, {**_FIELD, **_SELECTED, "initial_channels": _IDS}),
}

CHOICES: dict[str, Rule] = {
    "radio_buttons": shape({"options": many(_RICH_OPTION, 10)}, {**_COMMON, "initial_option": _RICH_OPTION}),
    "checkboxes": shape(
        {"options": many(_RICH_OPTION, 10)}, {**_COMMON, "initial_options": many(_RICH_OPTION, 10)}
    ),
    "datepicker": shape({}, {**_FIELD, "initial_date": line(10, least=10)}),
    "timepicker": shape({}, {**_FIELD, "initial_time": line(5, least=5), "timezone": line(255)}),
    "datetimepicker": shape({}, {**_COMMON, "initial_date_time": whole(1_000_000_000, 9_999_999_999)}),
}

WRITTEN: dict[str, Rule] = {
    "plain_text_input": shape(
        {},
        {
            **_FIELD,
            "initial_value": line(3000, least=0),
            "multiline": flag,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
            "dispatch_action_config": _DISPATCH,
        },
    ),
    "number_input": shape(
        {"is_decimal_allowed": flag},
        {
            **_FIELD,
            "initial_value": line(3000),
            "min_value": line(3000),
            "max_value": line(3000),
            "dispatch_action_config": _DISPATCH,
        },
    ),
    "email_text_input": shape(
        {}, {**_FIELD, "initial_value": line(3000), "dispatch_action_config": _DISPATCH}
    ),
    "url_text_input": shape({}, {**_FIELD, "initial_value": line(3000), "dispatch_action_config": _DISPATCH}),
}

PICTURE: dict[str, Rule] = {"image": _image}
