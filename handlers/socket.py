"""Socket Mode: Goodword calls Slack instead of being called, and sees to it that the line holds.

Slack asks every few hours for a new line: it is taken before the old one is left, on which what is in hand
is still answered. A line that fell silent is given up, whatever TCP says of it: nothing else would notice.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp

from bot.errors import Refusal
from handlers.front import LARGEST, Road
from handlers.line import Line, Patience
from handlers.verdicts import BROKEN, Failed
from handlers.web import line_address

log = logging.getLogger("goodword.socket")

AT_ONCE = 64  # envelopes in hand; more of them wait at Slack's end
OVER = frozenset({"cut", "deaf"})
CALLED_FOR = frozenset({"warning", "refresh_requested"})
NOT_OURS = frozenset(
    {
        "access_denied",
        "account_inactive",
        "forbidden_team",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
ADVICE = {
    "link_disabled": "Socket Mode was switched off in the app's settings",
    "too_many_websockets": "the app has ten lines already, which is all that Slack allows",
}

Told = Callable[[bool, str], None]
"""Hears whether there is a line now, and why one was left where one was."""
Address = Callable[[], Awaitable[str | Failed]]
"""Asks Slack where to open a line."""


class Unreachable(Exception):  # noqa: N818 - an answer
    """Slack gave no line; `after` is its own wish in seconds, `for_good` that it will say the same again."""

    def __init__(self, why: str, after: float = 0.0, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.after = after
        self.for_good = for_good


class Socket:
    """Keeps a line to Slack from `start` to `stop`."""

    def __init__(
        self,
        road: Road,
        session: aiohttp.ClientSession,
        address: Address,
        told: Told,
        patience: Patience,
    ) -> None:
        self._road = road
        self._session = session
        self._address = address
        self._told = told
        self._patience = patience
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._lines: set[Line] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._keeping: asyncio.Task[None] | None = None
        self._failures = 0
        self._why = "it has not answered yet"
        self._lost = time.monotonic() - patience.red  # when the last line ended; at first, long ago
        self.connected = asyncio.Event()

    async def start(self) -> None:
        """Call Slack; refuses where it does not know us. Where it cannot be reached we go on trying."""
        try:
            first = await self._dial()
        except Unreachable as no:
            if no.for_good:
                raise Refusal(not_accepted(no.why)) from None
            self._failed(no)
            self._keeping = asyncio.create_task(self._keep(None, no.after))
        else:
            self._keeping = asyncio.create_task(self._keep(first, 0.0))

    async def stop(self) -> None:
        """Take nothing more, answer what is in hand, and hang up."""
        tasks = [task for task in (self._keeping, *self._leaving) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(line.finish() for line in self._lines))
        self._lines.clear()

    def missing(self) -> str:
        """Say in one sentence that there is no line, once that has lasted; empty otherwise."""
        if self.connected.is_set():
            return ""
        since = time.monotonic() - self._lost
        return f"Slack cannot be reached by Socket Mode: {self._why}" if since >= self._patience.red else ""

    async def _keep(self, line: Line | None, wish: float) -> None:
        line = line or await self._dial_until_it_works(wish)
        while True:
            over = await self._left(line) in OVER
            if over:  # hung up at once, for as long as it stands Slack sends something down it
                self._retire(line)
            following = await self._dial_until_it_works()
            if not over:
                self._retire(line)
            line = following

    async def _left(self, line: Line) -> str:
        """Wait until another line is wanted; gives why, and remembers what that says of the next attempt."""
        began = time.monotonic()
        why = await line.left
        held = time.monotonic() - began >= self._patience.steady
        self._failures = 0 if held or why in CALLED_FOR else self._failures + 1
        self._why = ADVICE.get(why, f"the line was left ({why})")
        log.log(logging.INFO if why in CALLED_FOR else logging.WARNING, "a line to Slack is left: %s", why)
        self._told(self.connected.is_set(), why)
        return why

    async def _dial_until_it_works(self, wish: float = 0.0) -> Line:
        while True:
            await asyncio.sleep(self._pause(wish))
            try:
                return await self._dial()
            except Unreachable as no:
                self._failed(no)
                wish = no.after

    def _failed(self, no: Unreachable) -> None:
        self._failures += 1
        if no.why != self._why:  # told once, however often it is tried
            log.warning("Slack gives no line for Socket Mode (%s); trying again", no.why)
        self._why = no.why

    def _pause(self, wish: float) -> float:
        """Nothing after a line that held; then half a second, one, two …, each spread by half."""
        if not self._failures:
            return wish
        growing = min(self._patience.longest, 2.0 ** min(self._failures - 2, 10))
        return max(wish, growing * random.uniform(0.5, 1.5))

    async def _dial(self) -> Line:
        line = Line(await self._called(), self._road, self._slots, self._patience)
        self._lines.add(line)
        line.ended.add_done_callback(lambda _: self._over())
        greeted = asyncio.create_task(line.greeted.wait())
        either: set[asyncio.Future[Any]] = {greeted, line.left}
        await asyncio.wait(either, timeout=self._patience.hello, return_when=asyncio.FIRST_COMPLETED)
        greeted.cancel()
        if not line.greeted.is_set():
            self._retire(line, wait=False)
            why = line.left.result() if line.left.done() else "no hello"
            raise Unreachable(ADVICE.get(why, f"the line ended before a hello: {why}"))
        if not line.ended.done():
            self.connected.set()
            self._told(True, "")
            log.info("connected to Slack by Socket Mode")
        return line

    async def _called(self) -> aiohttp.ClientWebSocketResponse:
        address = await self._address()
        if isinstance(address, Failed):
            raise Unreachable(address.reason, address.after or 0.0, for_good=address.reason in NOT_OURS)
        try:
            return await self._session.ws_connect(
                address,
                autoping=False,  # or pings would not be heard, which is how we know that somebody is there
                max_msg_size=4 * LARGEST,
                # Slack leaves TCP open after it has said goodbye.
                timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
            )
        except BROKEN as error:
            raise Unreachable(type(error).__name__) from None

    def _over(self) -> None:
        if self.connected.is_set() and not any(self._holds(line) for line in self._lines):
            self.connected.clear()
            self._told(False, "")
            self._lost = time.monotonic()

    @staticmethod
    def _holds(line: Line) -> bool:
        return line.greeted.is_set() and not line.ended.done()

    def _retire(self, line: Line, *, wait: bool = True) -> None:
        leaving = asyncio.create_task(self._leave(line, self._patience.leave if wait else 0.0))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def _leave(self, line: Line, seconds: float) -> None:
        """Hear an old line out until Slack hangs up, for what it sent there is nowhere else."""
        await asyncio.wait({line.ended}, timeout=seconds)
        await line.finish()
        self._lines.discard(line)


def not_accepted(why: str) -> str:
    return (
        f"Slack does not accept SLACK_APP_TOKEN ({why}): it is the app-level token (xapp-…) "
        "with the scope connections:write, and Socket Mode must be switched on."
    )


def socket_to(
    road: Road,
    session: aiohttp.ClientSession,
    app_token: str,
    api_url: str,
    told: Callable[[], Told],
    patience: Patience,
) -> Socket | None:
    """What calls Slack, if there is an app-level token to do it with."""
    if not app_token:
        return None
    return Socket(road, session, partial(line_address, session, app_token, api_url), told(), patience)
