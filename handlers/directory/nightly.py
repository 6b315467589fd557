"""Once a night the whole directory is read anew, by whichever replica claims the night."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from bot import logs, nights
from bot.errors import Refusal
from bot.ports import Clock, Transact
from handlers.directory.reading import Read
from handlers.directory.slack import Alive
from handlers.errors import reference

log = logging.getLogger("goodword")

LOOK_EVERY = timedelta(minutes=1)

ReadAll = Callable[[Alive], Awaitable[Read]]


class Nightly:
    """Knocked at by the heartbeat; whether the night is claimed is asked of the database once a minute."""

    def __init__(self, workspace: str, read: ReadAll, transact: Transact, now: Clock) -> None:
        self._workspace = workspace
        self._read = read
        self._transact = transact
        self._now = now
        self._next_look: datetime | None = None
        self._task: asyncio.Task[bool] | None = None
        self._complained_of = ""

    def knock(self) -> None:
        """Look whether it is time, unless that was done just now or the reading is under way."""
        busy = self._task and not self._task.done()
        if not busy and (self._next_look is None or self._now() >= self._next_look):
            self._task = asyncio.create_task(self.look())

    async def stop(self) -> None:
        """Break off; the claim runs out, and another replica takes over."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> bool:
        """Read everything if that is due and nobody else does; whether it was done."""
        self._next_look = self._now() + LOOK_EVERY
        logs.begin()
        try:
            tonight, attempt = await self._transact(self._workspace, partial(nights.begin, now=self._now()))
        except Exception as error:  # noqa: BLE001 - the heartbeat must outlive any trouble of the database
            log.warning("could not look whether the directory is to be read (%s)", type(error).__name__)
            return False
        return bool(attempt) and await self._attempt(tonight)

    async def _attempt(self, tonight: str) -> bool:
        """Read everything. A failure leaves the claim to run out, so the next attempt is an hour later."""
        try:
            read = await self._read(partial(self._alive, tonight))
            close = partial(nights.done, tonight=tonight, unfit=read.unfit, now=self._now())
            await self._transact(self._workspace, close)
        except Exception as error:  # noqa: BLE001 - Slack, SCIM or the network may be down; all else works on
            self._complain(tonight, error)
            return False
        log.info("the directory was read: %s", read.sentence)
        return True

    def _complain(self, tonight: str, error: Exception) -> None:
        """Say once a night what may fail all night long."""
        if self._complained_of != tonight:
            reason = error.sentence if isinstance(error, Refusal) else f"reference {reference(error)}"
            log.warning("the directory could not be read, trying again every hour: %s", reason)
        self._complained_of = tonight

    async def _alive(self, tonight: str) -> None:
        hold = partial(nights.still_at_it, tonight=tonight, now=self._now())
        await self._transact(self._workspace, hold)
