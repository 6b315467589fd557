"""Two apps to try the pretend Slack with: one made with Bolt, and a door that answers what a test says."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from handlers.playground import PretendSlack
from handlers.playground.server import listening

SECRET = "the-signing-secret"
TOKEN = "xoxb-the-token"

EVENTS = [
    "app_home_opened",
    "app_mention",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "subteam_members_changed",
    "user_change",
]
SCOPES = [
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "mpim:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users.profile:read",
    "users:read",
    "users:read.email",
]


def manifest(
    *,
    without: str | None = None,
    more: tuple[str, ...] = (),
    events: list[str] | None = None,
    home: dict[str, Any] | None = None,
) -> dict[str, Any]:
    tabs = {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False}
    commands = [
        {"command": "/kudos", "should_escape": True, "description": "Thank somebody", "usage_hint": "@ben"},
        {"command": "/plain", "description": "Takes its text as typed"},
    ]
    shortcuts = [
        {"type": "global", "name": "Give kudos", "callback_id": "give", "description": "Thank"},
        {"type": "message", "name": "Kudos for this", "callback_id": "for_this", "description": "Thank"},
    ]
    scopes = [scope for scope in (*SCOPES, *more) if scope != without]
    return {
        "_metadata": {"major_version": 2},
        "display_information": {"name": "Goodword"},
        "features": {"app_home": tabs | (home or {}), "slash_commands": commands, "shortcuts": shortcuts},
        "oauth_config": {"scopes": {"bot": scopes}},
        "settings": {"event_subscriptions": {"bot_events": EVENTS if events is None else events}},
    }


@dataclass
class Heard:
    """A request as it arrived."""

    headers: dict[str, str]
    raw: bytes

    @property
    def form(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.raw.decode(), keep_blank_values=True).items()}

    @property
    def body(self) -> dict[str, Any]:
        if self.headers["content-type"].startswith("application/json"):
            return dict(json.loads(self.raw))
        return dict(json.loads(self.form["payload"])) if "payload" in self.form else dict(self.form)

    @property
    def event(self) -> dict[str, Any]:
        return dict(self.body["event"])


Answer = Callable[[Heard], Awaitable[Response]]


@dataclass
class Door:
    """Keeps what it hears and answers with `answers` in turn, then with an empty 200."""

    heard: list[Heard] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def then(self, body: Any = None, status: int = 200, headers: dict[str, str] | None = None) -> None:
        async def answer(_heard: Heard) -> Response:
            return Response("", status, headers) if body is None else JSONResponse(body, status, headers)

        self.answers.append(answer)

    def then_hang(self) -> None:
        async def answer(_heard: Heard) -> Response:
            await self.closing.wait()
            return Response()

        self.answers.append(answer)

    def then_do(self, work: Answer) -> None:
        self.answers.append(work)

    async def __call__(self, request: Request) -> Response:
        heard = Heard(dict(request.headers), await request.body())
        self.heard.append(heard)
        verifier = SignatureVerifier(SECRET)
        if not verifier.is_valid_request(heard.raw, heard.headers):
            return Response("wrong signature", 401)
        return await self.answers.pop(0)(heard) if self.answers else Response()

    def events(self) -> list[dict[str, Any]]:
        return [each.event for each in self.heard if "event" in each.body]


@asynccontextmanager
async def a_door(slack: PretendSlack) -> AsyncIterator[Door]:
    door = Door()
    app = Starlette(routes=[Route("/slack/events", door.__call__, methods=["POST"])])
    async with listening(app) as url:
        slack.request_url = f"{url}/slack/events"
        try:
            yield door
        finally:
            door.closing.set()


@asynccontextmanager
async def a_bolt_app(slack: PretendSlack, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    bolt = AsyncApp(client=client, signing_secret=SECRET, raise_error_for_unhandled_request=False)
    handler = AsyncSlackRequestHandler(bolt)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    app = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
    async with listening(app) as url:
        slack.request_url = f"{url}/slack/events"
        yield bolt
