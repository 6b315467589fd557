"""Fields of a form: how each kind of element holds its value, and what may be put into it."""

from typing import Any

from handlers.playground.errors import CannotAct
from handlers.playground.world import Json

_ONE = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
}
_MANY = {
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
_STARTS = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "value": "initial_value",
    "rich_text_value": "initial_value",
}


def slot(element: Json) -> str | None:
    """The key under which the element's value travels; None for buttons."""
    return _ONE.get(element["type"]) or _MANY.get(element["type"])


def initial(element: Json) -> Json | None:
    """The element's value before anybody touched it; None if it holds none."""
    key = slot(element)
    if key is None or element["type"] == "overflow":
        return None
    empty: list[str] | None = [] if element["type"] in _MANY else None
    return {"type": element["type"], key: element.get(_STARTS[key], empty)}


def filled(element: Json, value: Any) -> Json:
    """The value object once a person put `value` in: plain values, option values, or lists of them."""
    key = slot(element)
    if key is None:
        return {"type": element["type"], "value": element.get("value")}
    many = element["type"] in _MANY
    if many and isinstance(value, str):
        value = [value]
    if value in (None, "", []):
        return {"type": element["type"], key: [] if many else None}
    if key == "selected_option":
        value = _option(element, value)
    elif key == "selected_options":
        value = [_option(element, each) for each in value]
    elif key == "value":
        value = str(value)
    _check_count(element, value)
    return {"type": element["type"], key: value}


def _check_count(element: Json, value: Any) -> None:
    most = element.get("max_selected_items")
    if most and isinstance(value, list) and len(value) > most:
        raise CannotAct(f"At most {most} may be chosen in {element['action_id']!r}.")


def _option(element: Json, value: Any) -> Json:
    wanted = value.get("value") if isinstance(value, dict) else value
    options = options_of(element)
    for option in options:
        if option.get("value") == wanted:
            return option
    offered = ", ".join(str(option.get("value")) for option in options)
    raise CannotAct(f"{element.get('action_id')!r} has no option {wanted!r}; it offers: {offered}.")


def options_of(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups", ()) for option in group["options"]]
    return [*element.get("options", ()), *grouped]


def is_empty(held: Json | None) -> bool:
    return held is None or all(not value for key, value in held.items() if key != "type")


def complaint(element: Json, held: Json | None, *, optional: bool) -> str | None:
    """What Slack's own window says to a field before it lets a form go."""
    if is_empty(held):
        return None if optional else "Please complete this required field."
    text = (held or {}).get("value")
    if not isinstance(text, str):
        return None
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(text) < least:
        return f"Please enter at least {least} characters."
    return f"Please use at most {most} characters." if len(text) > most else None
