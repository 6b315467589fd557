"""Socket Mode as Slack speaks it: the app calls, and what Slack has for it comes down a WebSocket.

Source: docs.slack.dev, "Using Socket Mode"; `too_many_websockets` as in bolt-js#2238. Served by aiohttp on
a port of its own, for uvicorn takes WebSockets only with one package more.
"""

import asyncio
import contextlib
import itertools
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

from handlers.playground.bell import Bell
from handlers.playground.errors import SlackError
from handlers.playground.world import Json

MOST = 10
HOST = "127.0.0.1"
TYPES = {"event": "events_api", "slash_command": "slash_commands"}
# To whom an answer in the acknowledgement means something; to the others it may not be given.
ANSWERED = frozenset({"slash_command", "view_submission", "block_suggestion"})
CUT = "connection_failed"


class Link:
    """One WebSocket; `deaf`, it stays open and says nothing, not even to a ping."""

    def __init__(self, number: int, socket: web.WebSocketResponse, transport: asyncio.BaseTransport) -> None:
        self.number = number
        self.socket = socket
        self.transport = transport
        self.leaving = False
        self.followed = False
        self.hearing = asyncio.Event()
        self.hearing.set()

    @property
    def deaf(self) -> bool:
        return not self.hearing.is_set()

    async def says(self, message: Json) -> None:
        if not self.deaf:
            with contextlib.suppress(ConnectionError):
                await self.socket.send_str(json.dumps(message))


class Links:
    """All of an app's. `hold` keeps each envelope back for seconds, `doubled` sends as many twice."""

    def __init__(self, bell: Bell, app_id: str, *, wanted: bool) -> None:
        self.wanted = wanted
        self.open: list[Link] = []
        self.hold = 0.0
        self.doubled = 0
        self.linger = False  # whether an old link stays open although there is a new one
        self.fewest = MOST  # that were open at any time since the first
        self.acknowledged: list[str] = []  # envelopes, each as often as that was done
        self._bell = bell
        self._app_id = app_id
        self._port = 0
        self._tickets: set[str] = set()
        self._numbers = itertools.count(1)
        self._waiting: dict[str, tuple[Link, asyncio.Future[Any]]] = {}

    @contextlib.asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Take the app's calls, on a free port."""
        if not self.wanted:
            yield
            return
        app = web.Application()
        app.router.add_get("/link/", self._called)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, HOST, 0)
        await site.start()
        self._port = runner.addresses[0][1]
        try:
            yield
        finally:
            await self.cut()
            await runner.cleanup()

    def address(self) -> str:
        """A new address for one call, as apps.connections.open gives it."""
        if not self.wanted:
            raise SlackError("access_denied")
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return f"ws://{HOST}:{self._port}/link/?ticket={ticket}&app_id={self._app_id}"

    async def deliver(
        self, kind: str, payload: Json, retry: tuple[int, str] | None, limit: float
    ) -> tuple[int | None, Any, str | None]:
        """Send it down any one link; gives a status (200 for an acknowledgement), the answer, the error."""
        try:
            async with asyncio.timeout(limit):
                if self.hold:
                    await asyncio.sleep(self.hold)
                self.open[:] = [link for link in self.open if not link.transport.is_closing()]
                if not self.open:
                    return None, None, CUT
                copies = 2 if self.doubled else 1
                self.doubled = max(0, self.doubled - 1)
                sent = [asyncio.create_task(self._sent(kind, payload, retry)) for _ in range(copies)]
                try:
                    answers = await asyncio.gather(*sent)
                finally:
                    for one in sent:
                        one.cancel()
        except TimeoutError:
            return None, None, "http_timeout"
        except ConnectionError:
            return None, None, CUT
        return 200, answers[0], None

    async def _sent(self, kind: str, payload: Json, retry: tuple[int, str] | None) -> Any:
        link = self.open.pop(0)  # each in turn, and whoever is in turn gets it
        self.open.append(link)
        id = secrets.token_hex(16)
        number, reason = retry or (0, "")
        envelope = {
            "envelope_id": id,
            "type": TYPES.get(kind, "interactive"),
            "accepts_response_payload": kind in ANSWERED,
            "payload": payload,
        }
        if kind == "event":
            envelope |= {"retry_attempt": number, "retry_reason": reason}
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[id] = link, answered
        try:
            await link.says(envelope)
            return await answered
        finally:
            del self._waiting[id]

    async def disconnect(self, reason: str) -> None:
        """Ask the app for a new link in place of each; the old one ends when there is a new one."""
        for link in list(self.open):
            link.leaving = True
            await link.says({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})

    async def disable(self) -> None:
        """Switch Socket Mode off in the app's settings."""
        self.wanted = False
        await self.disconnect("link_disabled")
        for link in list(self.open):
            await link.socket.close()

    def deafen(self) -> None:
        """Leave every link open, and do not hear or say anything on it any more."""
        for link in self.open:
            link.hearing.clear()

    async def cut(self) -> None:
        """Break every link, as a network does."""
        for link in list(self.open):
            link.transport.abort()  # type: ignore[attr-defined] # of asyncio's transports, ours has it
            link.hearing.set()

    async def _called(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or request.transport is None:
            raise web.HTTPForbidden
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(timeout=1.0, autoping=False)
        await socket.prepare(request)
        link = Link(next(self._numbers), socket, request.transport)
        if len(self.open) >= MOST:
            await link.says({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        await self._greeted(link)
        try:
            await self._heard_out(link)
        finally:
            self._gone(link)
        return socket

    async def _greeted(self, link: Link) -> None:
        old = next((each for each in self.open if each.leaving and not each.followed), None)
        if old:
            old.followed = True
        self.open.append(link)
        info = {"app_id": self._app_id}
        debug = {"host": "applink-1", "started": "", "build_number": 1, "approximate_connection_time": 18060}
        hello = {"type": "hello", "num_connections": len(self.open), "connection_info": info}
        await link.says(hello | {"debug_info": debug})
        self._bell.ring()
        if old and not self.linger:
            await old.socket.close()

    async def _heard_out(self, link: Link) -> None:
        while True:
            await link.hearing.wait()
            said = await link.socket.receive()
            if link.deaf or said.type is WSMsgType.PONG:
                continue
            if said.type is WSMsgType.PING:
                await link.socket.pong(said.data)
            elif said.type is WSMsgType.TEXT:
                self._take(said)
            else:
                return

    def _take(self, said: WSMessage) -> None:
        answer = json.loads(said.data)
        self.acknowledged.append(answer["envelope_id"])
        _, waiting = self._waiting.get(answer["envelope_id"], (None, None))
        if waiting and not waiting.done():
            waiting.set_result(answer.get("payload"))

    def _gone(self, link: Link) -> None:
        if link in self.open:
            self.open.remove(link)
            self.fewest = min(self.fewest, len(self.open))
        for where, answered in self._waiting.values():
            if where is link and not answered.done():
                answered.set_exception(ConnectionError("the link is gone"))
        self._bell.ring()
