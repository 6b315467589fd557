"""One line to Slack in Socket Mode: hear, answer each envelope by the road that HTTP takes, acknowledge.

An envelope is acknowledged once its work is committed, and not at all if it failed: then Slack sends an
event again, and tells a person that it did not work, as it does over HTTP.
"""

import asyncio
import contextlib
import json
import logging
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_bolt.response import BoltResponse

from handlers.front import LARGEST, UNREADABLE, Refused, Road, json_object
from handlers.payloads import Envelope

log = logging.getLogger("goodword.socket")

REASONS = frozenset({"warning", "refresh_requested", "link_disabled", "too_many_websockets"})


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds we wait for what."""

    ping: float = 5.0  # between two of our own pings
    deaf: float = 20.0  # with nothing heard, not even a pong; Slack's own SDK waits as long
    hello: float = 10.0
    leave: float = 10.0  # for Slack to hang up on a line that another has followed
    finish: float = 4.0  # for what is in hand when a line ends; Slack gives up after three
    longest: float = 30.0  # between two attempts to reach Slack
    steady: float = 10.0  # that a line must have held for the next attempt to be made at once
    red: float = 15.0  # without a line, before we say that we are not ready


class Line:
    """A WebSocket that Slack has given us; `left` says why another is wanted, `ended` that it is over."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        road: Road,
        slots: asyncio.Semaphore,
        patience: Patience,
    ) -> None:
        self._socket = socket
        self._road = road
        self._slots = slots
        self._patience = patience
        self._in_hand: set[asyncio.Task[None]] = set()
        self.greeted = asyncio.Event()
        self.left: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.ended = asyncio.create_task(self._listen())

    async def finish(self) -> None:
        """Hear no more, let what is in hand be answered, and hang up."""
        self.ended.cancel()
        await asyncio.wait({self.ended})
        if self._in_hand:
            await asyncio.wait(set(self._in_hand), timeout=self._patience.finish)
        for late in self._in_hand:
            late.cancel()
        await self._socket.close()

    async def _listen(self) -> None:
        pinging = asyncio.create_task(self._ping())
        try:
            self._leave(await self._hear_out())
        finally:
            pinging.cancel()
            self._leave("cut")

    async def _hear_out(self) -> str:
        """Take what comes until nothing does any more; gives why."""
        while True:
            try:
                async with asyncio.timeout(self._patience.deaf):
                    said = await self._socket.receive()
                match said.type:
                    case aiohttp.WSMsgType.TEXT:
                        await self._take(said.data)
                    case aiohttp.WSMsgType.PING:
                        await self._socket.pong(said.data)
                    case aiohttp.WSMsgType.PONG | aiohttp.WSMsgType.BINARY:
                        pass
                    case _:
                        return "cut"
            except TimeoutError:
                return "deaf"
            except (aiohttp.ClientError, ConnectionError):
                return "cut"

    async def _ping(self) -> None:
        """Make Slack say something, so that silence means a line on which nobody is."""
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            while True:
                await asyncio.sleep(self._patience.ping)
                await self._socket.ping()

    def _leave(self, why: str) -> None:
        if not self.left.done():
            self.left.set_result(why)

    async def _take(self, text: str) -> None:
        try:
            said = json_object(text)
        except (ValueError, RecursionError):
            said = {}
        match said.get("type"):
            case "hello":
                self.greeted.set()
            case "disconnect":
                reason = said.get("reason")
                self._leave(reason if reason in REASONS else "other")
            case _:
                # What we cannot take yet stays with Slack, instead of in a queue that knows no end.
                await self._slots.acquire()
                answering = asyncio.create_task(self._answer(said, len(text)))
                self._in_hand.add(answering)
                answering.add_done_callback(self._done)

    def _done(self, answering: asyncio.Task[None]) -> None:
        self._in_hand.discard(answering)
        self._slots.release()

    async def _answer(self, said: dict[str, Any], size: int) -> None:
        answer = await self._road.take(partial(_payload, said, size))
        if answer.status != HTTPStatus.OK:
            return
        try:
            await self._socket.send_str(json.dumps(acknowledgement(said, answer)))
        except (aiohttp.ClientError, ConnectionError):
            log.warning("a line broke before something was acknowledged: Slack will send it again")


async def _payload(said: dict[str, Any], size: int) -> dict[str, Any]:
    if size > LARGEST:
        raise Refused(413, "This envelope is larger than anything Slack sends.")
    if not said:
        raise Refused(400, UNREADABLE)
    return Envelope.model_validate(said).payload


def acknowledgement(said: dict[str, Any], answer: BoltResponse) -> dict[str, Any]:
    """What goes back down the line: with the answer, where Slack takes one with it."""
    envelope = Envelope.model_validate(said)
    given: dict[str, Any] = {"envelope_id": envelope.envelope_id}
    if not answer.body or not envelope.accepts_response_payload:
        return given
    plain = answer.first_headers().get("content-type", "").startswith("text/plain")
    return given | {"payload": {"text": answer.body} if plain else json.loads(answer.body)}
