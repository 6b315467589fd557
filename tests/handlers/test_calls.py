"""A call that goes without slack_sdk's way round is the call that slack_sdk sends, and ends as that ends."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.calls import Client
from handlers.web import session as session_to_slack

JSON, WORDS, PAGE = "application/json", "text/plain", "text/html"
ANSWERS: dict[str, tuple[int, str, str]] = {
    "well": (200, JSON, '{"ok": true, "channel": "C1", "ts": "1.000001", "word": "ä"}'),
    "no": (200, JSON, '{"ok": false, "error": "channel_not_found"}'),
    "silence": (429, JSON, '{"ok": false, "error": "ratelimited"}'),
    "trouble": (503, JSON, '{"ok": false, "error": "service_unavailable"}'),
    "a list": (200, JSON, "[1]"),
    "nothing": (200, JSON, ""),
    "half": (200, JSON, '{"ok": tr'),
    "a page": (502, PAGE, "<h1>Bad gateway</h1>"),
    "words": (200, WORDS, "ok"),
    "no words": (500, WORDS, ""),
}
BODY = {"channel": "C1", "text": "“Danke” 🎉", "blocks": [{"type": "divider"}], "mrkdwn": False}


@pytest.mark.parametrize("name", ANSWERS)
async def test_it_is_sent_and_read_as_by_slack_sdk(name: str) -> None:
    status, kind, words = ANSWERS[name]
    heard: list[dict[str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        body = await request.text()
        heard.append(
            {"path": request.path, "body": body, **{k.lower(): v for k, v in request.headers.items()}}
        )
        return web.Response(status=status, text=words, content_type=kind, headers={"Retry-After": "7"})

    app = web.Application()
    app.router.add_post("/api/chat.postMessage", answer)
    async with TestServer(app) as server, session_to_slack() as session:
        how: dict[str, Any] = {"token": "xoxb-1", "base_url": str(server.make_url("/api/"))}
        how |= {"session": session, "retry_handlers": []}
        ours, theirs = [await _ended(kind(**how)) for kind in (Client, AsyncWebClient)]

    assert ours == theirs
    assert heard[0] == heard[1]
    assert heard[0]["authorization"] == "Bearer xoxb-1"


async def _ended(client: AsyncWebClient) -> list[Any]:
    try:
        answer = await client.api_call("chat.postMessage", json=dict(BODY))
    except SlackApiError as error:
        told: Any = error.response
        after = told.headers.get("Retry-After")
        stands = getattr(told, "status_code", None) or told.status
        return ["refused", type(told), getattr(told, "data", None), stands, after]
    except Exception as error:  # noqa: BLE001 - whatever it is, it is to be the same
        return [type(error)]
    return ["well", answer.data, answer.status_code, answer["channel"]]
