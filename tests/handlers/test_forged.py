"""What only somebody with the signing secret could send: forged, spoilt or late; each was an error once."""

from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError, SlackClientError

from handlers.pages import pages
from handlers.routes import ACTIONS, VIEWS
from handlers.views import settings as settings_view
from tests.handlers.door import BEN, Door, click, event, submission

on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
OF_ADMINISTRATORS = [settings_view.OPEN, settings_view.CHANGE, settings_view.CHANNELS, settings_view.HISTORY]
FORMS_OF_ADMINISTRATORS = [settings_view.FORM, settings_view.CHANNELS_FORM]
OURS = ("setting", "channels")
CHOSEN = {
    "value": {"value": {"type": "plain_text_input", "value": "#elsewhere"}},
    "channel": {"channel": {"type": "conversations_select", "selected_conversation": "C0GENERAL1"}},
    "mode": {"mode": {"type": "static_select", "selected_option": {"value": "off"}}},
}


def pressed(action_id: str, **more: Any) -> dict[str, Any]:
    return click() | {"actions": [{"type": "button", "action_id": action_id, "value": "values"}]} | more


@on_sqlite
async def test_somebody_who_is_no_administrator_gets_nowhere_with_an_administrators_buttons(
    door: Door,
) -> None:
    assert {one for one in ACTIONS if one.startswith(OURS)} == set(OF_ADMINISTRATORS)
    assert {one for one in VIEWS if one.startswith(OURS)} == set(FORMS_OF_ADMINISTRATORS)
    for action_id in OF_ADMINISTRATORS:
        answer = await door.payload(pressed(action_id, user={"id": BEN}, trigger_id=f"1.{action_id}"))
        assert (answer.status_code, answer.text) == (200, "")
    for callback_id in FORMS_OF_ADMINISTRATORS:
        view = {"callback_id": callback_id, "private_metadata": "values", "state": {"values": CHOSEN}}
        answer = await door.payload(submission(view=view, user={"id": BEN}))
        assert "Only an owner or an administrator" in answer.text
    assert door.client.asked == []
    assert not {"settings", "channel_modes"} & (await door.rows()).keys()


@on_sqlite
@pytest.mark.parametrize(
    "state",
    [
        {"values": {"recipients": {"recipients": "somebody"}}},
        {"values": {"recipients": {"recipients": {"selected_users": "U0BEN"}}}},
        {"values": {"reason": {"reason": {"value": ["for the long night"]}}}},
        {"values": {"groups": {"groups": {"selected_options": [{"value": {}}]}}}},
    ],
)
async def test_a_field_of_a_form_that_holds_what_no_field_can_is_refused(
    door: Door, state: dict[str, Any]
) -> None:
    answer = await door.payload(submission(view={"state": state}))
    assert (answer.status_code, answer.text) == (400, "This is not what Slack sends.")
    assert "kudos" not in await door.rows()


@on_sqlite
@pytest.mark.parametrize("metadata", ["", '{"move": "burn"}', '{"move": ["resolve"]}', '{"move": {}}'])
async def test_the_form_of_a_move_that_does_not_exist_is_refused_with_a_sentence(
    door: Door, metadata: str
) -> None:
    view = {"callback_id": "escalation_note", "private_metadata": metadata, "state": {"values": {}}}
    answer = await door.payload(submission(view=view))
    assert answer.status_code == 200
    assert answer.json()["errors"]["words"].startswith("I do not know this form any more")


@on_sqlite
@pytest.mark.parametrize(
    ("error", "status"), [("hash_conflict", 200), ("not_found", 200), ("fatal_error", 500)]
)
async def test_a_form_that_was_closed_meanwhile_is_no_fault_of_ours(
    door: Door, monkeypatch: pytest.MonkeyPatch, error: str, status: int
) -> None:
    async def refuses(*_: Any, **__: Any) -> None:
        raise SlackApiError("no", SimpleNamespace(data={"error": error}))  # type: ignore[no-untyped-call]

    monkeypatch.setattr(type(door.client), "api_call", refuses)
    view = {"type": "modal", "id": "V1", "callback_id": "escalation_form", "state": {"values": {}}}
    answer = await door.payload(pressed("escalation_subject", view=view))
    assert answer.status_code == status


@on_sqlite
async def test_a_fault_in_a_form_stands_beside_a_field_that_the_form_has(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setitem(VIEWS, settings_view.FORM, fails)
    blocks = [{"type": "section", "block_id": "said"}, {"type": "input", "block_id": "asked"}]
    answer = await door.payload(submission(view={"callback_id": settings_view.FORM, "blocks": blocks}))
    assert answer.json()["errors"]["asked"].startswith("Something went wrong on my side")


@on_sqlite
async def test_an_event_about_somebody_with_an_odd_profile_is_taken_or_refused(door: Door) -> None:
    told = {"id": BEN, "name": "ben", "team_id": "T0HOME"}
    odd: tuple[Any, ...] = (
        [],
        "x",
        {"fields": {"Xf1": "x"}},
        {"fields": {"Xf1": ["x"]}},
        {"title": {"a": 1}},
    )
    for profile in odd:
        happened = {"type": "user_change", "user": told | {"profile": profile}}
        answer = await door.event(event(happened, event_id=f"Ev{odd.index(profile)}"))
        assert answer.status_code in {200, 400}, profile


@on_sqlite
async def test_a_message_of_a_kind_that_is_no_word_is_let_go_by(door: Door) -> None:
    said = {
        "type": "message",
        "channel": "C1",
        "user": BEN,
        "ts": "1.1",
        "text": "thanks <@U1> for the night",
    }
    odd: tuple[object, ...] = ([], {}, 7, True)
    for subtype in odd:
        answer = await door.event(event(said | {"subtype": subtype}, event_id=f"Ev{subtype}"))
        assert answer.status_code == 200, subtype


@on_sqlite
async def test_a_click_in_a_form_that_has_no_name_draws_nothing(door: Door) -> None:
    chosen = {
        "type": "users_select",
        "action_id": "escalation_subject",
        "block_id": "b",
        "selected_user": BEN,
    }
    for view in ({"type": "modal", "id": ""}, None):
        in_form = {"actions": [chosen], **({"view": view} if view else {})}
        answer = await door.payload(click() | in_form)
        assert (answer.status_code, answer.text) == (200, ""), view
    assert door.client.asked == []


@on_sqlite
async def test_what_is_no_name_goes_into_no_log_and_no_label(door: Door) -> None:
    for kind in ("x" * 70, "a\nb", "É", "{}"):
        await door.event(event({"type": kind}))
        await door.form({"command": f"/{kind}", "team_id": "T0HOME", "user_id": BEN, "trigger_id": "1"})
    assert {kind for kind, _ in door.seen} == {"an event", "a command"}


async def test_a_list_that_names_the_same_next_page_for_ever_ends() -> None:
    async def ask(cursor: str | None) -> dict[str, Any]:
        return {"page": cursor, "response_metadata": {"next_cursor": "again"}}

    read = pages(ask)
    assert [(await anext(read))["page"], (await anext(read))["page"]] == [None, "again"]
    with pytest.raises(SlackClientError):
        await anext(read)
