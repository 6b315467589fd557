"""The pretend Slack speaks Socket Mode, to Slack's own client and to one that misbehaves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from handlers.playground import PretendSlack
from handlers.playground.links import MOST
from tests.handlers.playground.conftest import MakeSlack, client_of
from tests.handlers.playground.peers import TOKEN, manifest

APP_TOKEN = "xapp-1-pretend"
Dial = Callable[[], Awaitable[aiohttp.ClientWebSocketResponse]]


@pytest.fixture
async def slack(make_slack: MakeSlack) -> PretendSlack:
    given = manifest()
    given.setdefault("settings", {})["socket_mode_enabled"] = True
    return await make_slack(manifest=given, app_token=APP_TOKEN, rate_limits=False)


@pytest.fixture
async def dial(slack: PretendSlack, web: aiohttp.ClientSession) -> AsyncIterator[Dial]:
    sockets: list[aiohttp.ClientWebSocketResponse] = []

    async def call() -> aiohttp.ClientWebSocketResponse:
        answer = await client_of(slack, web).apps_connections_open(app_token=APP_TOKEN)
        sockets.append(await web.ws_connect(answer["url"]))
        return sockets[-1]

    yield call
    await asyncio.gather(*(each.close() for each in sockets))


async def test_slack_s_own_client_takes_what_it_says_and_answers_in_the_acknowledgement(
    slack: PretendSlack, web: aiohttp.ClientSession
) -> None:
    heard: list[SocketModeRequest] = []

    async def hear(client: AsyncBaseSocketModeClient, asked: SocketModeRequest) -> None:
        heard.append(asked)
        answer = {"text": "Done."} if asked.accepts_response_payload else None
        await client.send_socket_mode_response(SocketModeResponse(asked.envelope_id, answer))

    client = SocketModeClient(app_token=APP_TOKEN, web_client=client_of(slack, web))
    client.socket_mode_request_listeners.append(hear)
    await client.connect()  # type: ignore[no-untyped-call]
    try:
        done = await slack.types("ada", "#general", "/kudos @ben for it all")
        said = await slack.says("ada", "#general", "hello")
    finally:
        await client.close()  # type: ignore[no-untyped-call]

    assert (done.status, done.answer, done.error) == (200, {"text": "Done."}, None)
    assert slack.shown("ada").ephemerals[-1].plain == "Done."
    assert (said.status, said.answer) == (200, None)
    command, event = heard
    assert (command.type, command.payload["command"]) == ("slash_commands", "/kudos")
    assert (event.type, event.payload["event"]["text"]) == ("events_api", "hello")
    assert (event.retry_attempt, event.accepts_response_payload) == (0, False)


async def test_it_says_hello_waits_three_seconds_and_sends_an_event_again(
    slack: PretendSlack, dial: Dial
) -> None:
    socket = await dial()
    hello = await socket.receive_json()
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"] == {"app_id": "A0GOODWRD1"}

    patience, slack.caller.limit = slack.caller.limit, 0.1
    command = await slack.types("ada", "#general", "/kudos @ben for it all")  # nobody acknowledges
    assert command.error == '/kudos failed with the error "operation_timeout"'
    await slack.says("ada", "#general", "hello")
    await slack.quiet()
    slack.caller.limit = patience
    slack.clock.forward(timedelta(minutes=1))
    envelopes: list[dict[str, Any]] = [await socket.receive_json() for _ in range(4)]
    await socket.send_json({"envelope_id": envelopes[-1]["envelope_id"]})
    await slack.quiet()

    assert [each["type"] for each in envelopes] == ["slash_commands", *["events_api"] * 3]
    assert [(each["retry_attempt"], each["retry_reason"]) for each in envelopes[1:]] == [
        (0, ""),
        (1, "http_timeout"),
        (2, "http_timeout"),
    ]
    assert len({each["envelope_id"] for each in envelopes}) == 4
    assert slack.requests[-1].status == 200


async def test_ten_lines_and_no_more_each_with_a_ticket_of_its_own(
    slack: PretendSlack, dial: Dial, web: aiohttp.ClientSession
) -> None:
    sockets = [await dial() for _ in range(MOST)]
    for each in sockets:
        assert (await each.receive_json())["type"] == "hello"
    eleventh = await dial()
    assert await eleventh.receive_json() == {"type": "disconnect", "reason": "too_many_websockets"}
    assert (await eleventh.receive()).type is aiohttp.WSMsgType.CLOSE

    used = await client_of(slack, web).apps_connections_open(app_token=APP_TOKEN)
    await sockets[0].close()
    await web.ws_connect(used["url"])
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await web.ws_connect(used["url"])


async def test_each_token_is_for_its_own_methods(slack: PretendSlack, web: aiohttp.ClientSession) -> None:
    for token, method in ((TOKEN, "apps.connections.open"), (APP_TOKEN, "auth.test")):
        with pytest.raises(SlackApiError) as no:
            await client_of(slack, web, token).api_call(method)
        assert no.value.response["error"] == "not_allowed_token_type"
    await slack.links.disable()
    with pytest.raises(SlackApiError) as no:
        await client_of(slack, web).apps_connections_open(app_token=APP_TOKEN)
    assert no.value.response["error"] == "access_denied"


async def test_asked_to_leave_a_line_ends_once_there_is_another(slack: PretendSlack, dial: Dial) -> None:
    first = await dial()
    await first.receive_json()
    await slack.links.disconnect("warning")
    leave = await first.receive_json()
    assert (leave["type"], leave["reason"]) == ("disconnect", "warning")
    second = await dial()
    assert (await second.receive_json())["num_connections"] == 2
    assert (await first.receive()).type is aiohttp.WSMsgType.CLOSE
