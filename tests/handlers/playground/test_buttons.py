from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from handlers.playground import CannotAct, Message, PretendSlack
from tests.handlers.playground.kit import choice, press, row, words
from tests.handlers.playground.peers import Door

APP = "U0GOODWRD1"


async def posted(slack: PretendSlack, client: AsyncWebClient, *blocks: dict[str, Any]) -> Message:
    answer = await client.chat_postMessage(channel="#kudos", text="t", blocks=list(blocks))
    return next(m for m in slack.shown("ada").channels["kudos"] if m.ts == answer["ts"])


async def test_a_press_carries_the_message(slack: PretendSlack, door: Door, client: AsyncWebClient) -> None:
    message = await posted(slack, client, row(press("me_too", "Me too", "17")))
    await slack.quiet()

    done = await slack.clicks("mo", message, "me_too")

    body = door.heard[-1].body
    assert done.ok
    assert body["type"] == "block_actions"
    assert body["user"] == {"id": "U0MOHASSAN", "username": "mo", "name": "mo", "team_id": "T0GOODWRD1"}
    assert body["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": "C0KUDOS001",
        "is_ephemeral": False,
    }
    assert body["channel"] == {"id": "C0KUDOS001", "name": "kudos"}
    assert body["message"]["ts"] == message.ts
    assert body["message"]["bot_id"] == "B0GOODWRD1"
    (action,) = body["actions"]
    assert (action["type"], action["value"], action["text"]["text"]) == ("button", "17", "Me too")
    assert float(action["action_ts"]) > float(message.ts)


async def test_a_choice_is_sent_and_kept_in_the_state(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    menu = {"type": "static_select", "action_id": "tone", "options": [choice("warm"), choice("brief")]}
    message = await posted(slack, client, row(menu, {"type": "users_select", "action_id": "who"}))

    await slack.clicks("mo", message.ts, "tone", value="brief")
    chosen = door.heard[-1].body
    await slack.clicks("mo", message.ts, "who", value="U0BENOKAFR")
    picked = door.heard[-1].body

    assert chosen["actions"][0]["selected_option"] == choice("brief")
    assert chosen["state"]["values"]["row"]["tone"]["selected_option"] == choice("brief")
    assert picked["actions"][0]["selected_user"] == "U0BENOKAFR"
    assert picked["state"]["values"]["row"]["tone"]["selected_option"] == choice("brief"), "kept"
    await slack.clicks("cy", message.ts, "who", value="U0ADALOVEL")
    others = door.heard[-1].body["state"]["values"]["row"]
    assert others["tone"]["selected_option"] is None, "but each person's choice is their own"


async def test_buttons_of_one_name_are_told_apart(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    rows = [row(press("take", f"Take {n}", str(n)), block_id=f"b{n}") for n in (1, 2)]
    message = await posted(slack, client, *rows)

    await slack.clicks("mo", message, "take", value="2")
    assert door.heard[-1].body["actions"][0]["block_id"] == "b2"
    await slack.clicks("mo", message, "take", block_id="b1")
    assert door.heard[-1].body["actions"][0]["value"] == "1"
    with pytest.raises(CannotAct, match="several elements 'take'"):
        await slack.clicks("mo", message, "take")
    with pytest.raises(CannotAct, match="no elements 'give' there; it has: take, take"):
        await slack.clicks("mo", message, "give")


async def test_a_window_that_lags_behind_can_still_be_pressed(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    old = await posted(slack, client, row(press("take", "Take it")))
    await client.chat_update(channel=old.channel, ts=old.ts, text="Taken by Ruth")

    await slack.clicks("mo", old, "take")
    assert door.heard[-1].body["message"]["text"] == "Taken by Ruth"
    with pytest.raises(CannotAct, match="no elements 'take'"):
        await slack.clicks("mo", old.ts, "take")


async def test_only_who_sees_a_message_can_press_its_buttons(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    answer = await client.chat_postMessage(channel="U0BENOKAFR", text="t", blocks=[row(press("ok", "OK"))])

    with pytest.raises(CannotAct, match="Mo Hassan sees nothing like"):
        await slack.clicks("mo", answer["ts"], "ok")
    with pytest.raises(CannotAct, match="Gus Perez sees nothing like"):
        await slack.clicks("gus", answer["ts"], "ok")


async def test_a_press_that_is_not_answered_is_told_to_the_person(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    message = await posted(slack, client, row(press("ok", "Fine")))
    await slack.quiet()
    door.then(status=500)

    done = await slack.clicks("mo", message, "ok")

    assert done.error == 'Fine failed with the error "dispatch_failed"'
    assert slack.shown("mo").toasts == [done.error]


async def test_a_bolt_app_answers_through_the_response_url(slack: PretendSlack, bolt: AsyncApp) -> None:
    @bolt.command("/kudos")
    async def kudos(ack) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        await ack(text="Sure?", blocks=[row(press("yes", "Yes"), press("no", "No"))])

    @bolt.action("yes")
    async def yes(ack, respond) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        await ack()
        await respond(text="Done.", replace_original=True)

    @bolt.action("no")
    async def no(ack, respond) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        await ack()
        await respond(delete_original=True)

    for _ in range(2):
        await slack.types("ada", "#kudos", "/kudos x")
    first, second = slack.shown("ada").ephemerals
    await slack.clicks("ada", first, "yes")
    await slack.clicks("ada", second, "no")
    await slack.until(lambda: [m.plain for m in slack.shown("ada").ephemerals] == ["Done."])

    assert slack.shown("ada").ephemerals[0].ts == first.ts
    assert slack.shown("ben").ephemerals == []


async def url_of(slack: PretendSlack, door: Door) -> str:
    await slack.types("ada", "#kudos", "/kudos x")
    return door.heard[-1].form["response_url"]


async def test_a_response_url_is_good_for_five_answers(
    slack: PretendSlack, door: Door, web: aiohttp.ClientSession
) -> None:
    url = await url_of(slack, door)
    for number in range(5):
        async with web.post(url, json={"text": f"No. {number}"}) as answer:
            assert (answer.status, await answer.text()) == (200, "ok")
    async with web.post(url, json={"text": "No. 5"}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (404, "used_url")

    assert [m.plain for m in slack.shown("ada").ephemerals] == [f"No. {n}" for n in range(5)]


async def test_a_response_url_lives_for_thirty_minutes(
    slack: PretendSlack, door: Door, web: aiohttp.ClientSession
) -> None:
    url = await url_of(slack, door)
    slack.clock.forward(timedelta(minutes=29))
    async with web.post(url, json={"text": "in time"}) as answer:
        assert answer.status == 200
    slack.clock.forward(timedelta(minutes=2))
    async with web.post(url, json={"text": "too late"}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (404, "expired_url")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("[]", "invalid_payload"),
        ("{", "invalid_payload"),
        ("{}", "no_text"),
        ('{"blocks": [{"type": "video"}]}', "invalid_blocks"),
        ('{"text": "x", "response_type": "loudly"}', "invalid_arguments"),
    ],
)
async def test_a_response_url_refuses_what_is_no_message(
    slack: PretendSlack, door: Door, web: aiohttp.ClientSession, body: str, error: str
) -> None:
    url = await url_of(slack, door)

    async with web.post(url, data=body, headers={"Content-Type": "application/json"}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, error)


async def test_a_public_message_stays_public_when_replaced(
    slack: PretendSlack, door: Door, client: AsyncWebClient, web: aiohttp.ClientSession
) -> None:
    message = await posted(slack, client, row(press("ok", "OK")))
    await slack.quiet()
    await slack.clicks("mo", message, "ok")
    url = door.heard[-1].body["response_url"]

    async with web.post(url, json={"text": "Replaced", "replace_original": True}) as answer:
        assert answer.status == 200
    assert [m.plain for m in slack.shown("cy").channels["kudos"]] == ["Replaced"]
    async with web.post(url, json={"text": "To all", "response_type": "in_channel"}) as answer:
        assert answer.status == 200
    assert [m.plain for m in slack.shown("cy").channels["kudos"]] == ["Replaced", "To all"]
    async with web.post(url, json={"delete_original": True}) as answer:
        assert answer.status == 200
    assert [m.plain for m in slack.shown("cy").channels["kudos"]] == ["To all"]


async def test_an_ephemeral_press_does_not_carry_the_message(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(
        channel="#kudos", user="U0ADALOVEL", text="psst", blocks=[row(press("ok", "OK"))]
    )
    (whisper,) = slack.shown("ada").ephemerals

    await slack.clicks("ada", whisper, "ok")

    body = door.heard[-1].body
    assert body["container"]["is_ephemeral"] is True
    assert "message" not in body
    with pytest.raises(CannotAct):
        await slack.clicks("ben", whisper, "ok")


async def test_a_press_in_a_thread_says_so(slack: PretendSlack, door: Door, client: AsyncWebClient) -> None:
    parent = await client.chat_postMessage(channel="#kudos", text="parent")
    reply = await client.chat_postMessage(
        channel="#kudos", text="r", thread_ts=parent["ts"], blocks=[row(press("ok", "OK"))]
    )

    await slack.clicks("ada", reply["ts"], "ok")

    assert door.heard[-1].body["container"]["thread_ts"] == parent["ts"]
    assert door.heard[-1].body["message"]["parent_user_id"] == APP


async def test_an_input_in_a_message_is_part_of_the_state(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    field = {"type": "plain_text_input", "action_id": "note", "initial_value": "so far"}
    message = await posted(
        slack,
        client,
        {"type": "input", "block_id": "in", "label": words("Note"), "element": field},
        row(press("save", "Save")),
    )

    await slack.clicks("mo", message, "save")

    assert door.heard[-1].body["state"]["values"]["in"]["note"]["value"] == "so far"
