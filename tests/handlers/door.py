"""Goodword's HTTP side, with the real Bolt and a real database, and requests signed as Slack signs them."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from slack_sdk.web.async_client import AsyncWebClient

from bot import people
from bot.errors import NotIntroduced
from bot.ports import Waiting
from bot.rules.chart import Fact, Field
from bot.rules.people import Person
from bot.serve import served
from handlers import front, routes, web
from handlers.identity import Identity
from handlers.metrics import Metrics
from handlers.office import Office
from storage.tables import metadata
from storage.work import Store
from tests.town import MORNING

SECRET, TEAM, ADA, BEN = "the-signing-secret", "T0HOME", "U0ADA", "U0BEN"
NOW = MORNING.timestamp()
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
ME = Identity(TEAM, "Kestrel", "U0BOT", "B0BOT", frozenset())


class Agreeable(AsyncWebClient):
    """A Slack that says yes to everything; `asked` keeps what it was asked."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.asked: list[str] = []

    async def api_call(self, api_method: str, **_: Any) -> Any:
        self.asked.append(api_method)
        return {"ok": True}


@dataclass
class Door:
    http: httpx.AsyncClient
    store: Store
    bolt: routes.Bolt
    client: Agreeable
    seen: list[tuple[str, int]] = field(default_factory=list)

    async def post(
        self, raw: bytes, content_type: str = JSON, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """A request as Slack sends it; `headers` may spoil it."""
        given = {"content-type": content_type, **signed(raw), **(headers or {})}
        return await self.http.post("/slack/events", content=raw, headers=given)

    async def event(self, body: Any) -> httpx.Response:
        return await self.post(json.dumps(body).encode())

    async def payload(self, body: Any) -> httpx.Response:
        return await self.form({"payload": json.dumps(body)})

    async def form(self, fields: dict[str, str]) -> httpx.Response:
        return await self.post(urlencode(fields).encode(), FORM)

    async def rows(self) -> dict[str, int]:
        """How much is in each table that has anything in it, but for the marks of what was changed last."""

        def count(connection: Any) -> dict[str, int]:
            found = {
                table.name: len(connection.execute(table.select()).all()) for table in metadata.sorted_tables
            }
            return {name: size for name, size in found.items() if size and name != "revisions"}

        return await self.store.across(count)


def signed(raw: bytes, timestamp: str = str(int(NOW)), secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + raw, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": timestamp, "x-slack-signature": f"v0={digest}"}


def command(text: str = "<@U0BEN> for the long night", **more: str) -> dict[str, str]:
    fields = {
        "command": "/kudos",
        "text": text,
        "team_id": TEAM,
        "user_id": ADA,
        "trigger_id": "1.2.abc",
        "response_url": "http://127.0.0.1:9/response",
    }
    return fields | more


def click(**more: Any) -> dict[str, Any]:
    actions = [{"type": "button", "action_id": "kudos_undo", "block_id": "b", "value": "1"}]
    return _interactive("block_actions", actions=actions, response_url="http://127.0.0.1:9/r", **more)


def shortcut(**more: Any) -> dict[str, Any]:
    return _interactive("shortcut", **{"callback_id": "give_kudos"} | more)


def submission(**more: Any) -> dict[str, Any]:
    values = {
        "recipients": {"recipients": {"type": "multi_users_select", "selected_users": [BEN]}},
        "reason": {"reason": {"type": "plain_text_input", "value": "for the long night"}},
        "value": {"value": {"type": "static_select", "selected_option": None}},
    }
    view = {
        "type": "modal",
        "id": "V1",
        "hash": "1.a",
        "callback_id": "kudos_form",
        "state": {"values": values},
    }
    return _interactive("view_submission", view=view | more.pop("view", {}), **more)


def event(happened: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": happened} | more


def _interactive(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "team": {"id": TEAM},
        "user": {"id": ADA, "team_id": TEAM},
        "trigger_id": "1.2.abc",
        "enterprise": None,
        "is_enterprise_install": False,
    } | more


async def nothing_waits() -> Waiting:
    return Waiting(0, 0.0, 0, 0)


@asynccontextmanager
async def a_door(database_url: str) -> AsyncIterator[Door]:
    store, session = Store(database_url), web.session()
    client = Agreeable(token="xoxb-door", session=session, base_url="http://127.0.0.1:9/api/")
    everybody = [Person(ADA, "ada", "Ada", TEAM), Person(BEN, "ben", "Ben", TEAM)]
    await store.transact(TEAM, lambda work: people.meet(work, everybody, [], MORNING))

    async def introduce(_workspace: str, _strangers: NotIntroduced) -> None: ...

    async def read_stand_in(_workspace: str) -> None: ...

    def heard(_workspace: str, user: Mapping[str, Any]) -> tuple[Fact, Collection[Field]]:
        return Fact(str(user["id"])), ()

    office = Office(ME, store.transact, lambda: MORNING, client, introduce, read_stand_in, heard)

    async def office_of(workspace: str) -> Office | None:
        return office if workspace == TEAM else None

    async def installed(_workspace: str, _body: Mapping[str, Any]) -> None: ...

    bolt = routes.bolt_for(office_of, client, SECRET, installed)
    seen: list[tuple[str, int]] = []
    road = front.Road(bolt, lambda kind, status, _: seen.append((kind, status)))
    door = front.Front(road, SECRET, lambda: NOW)

    async def missing() -> str:
        return ""

    async with (
        served(front.site(door, missing, Metrics().door(nothing_waits)), "127.0.0.1", 0) as address,
        httpx.AsyncClient(base_url=address, timeout=30) as http,
    ):
        yield Door(http, store, bolt, client, seen)
    await session.close()
    await store.close()
