"""The heartbeat: APScheduler knocks every second, and what is due is asked of the database."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot import digests, escalations, logs, outcomes
from bot.digests import Ways
from bot.holidays import is_holiday
from bot.ports import Clock, Transact
from handlers.errors import OnceTold

log = logging.getLogger("goodword.schedule")

BEAT = 1.0  # seconds
LOOK_EVERY = timedelta(minutes=1)


class Watch:
    """Looks once a minute: escalations that wait too long, words to erase, outcomes to ask for, digests.

    However many replicas look, each row is dealt with once: its change is a part of the transaction.
    """

    def __init__(
        self,
        transact: Transact,
        workspace: str,
        now: Clock,
        read_stand_in: Callable[[], Awaitable[object]],
        ways: Ways,
        made: Callable[[Mapping[str, int]], None] = lambda _made: None,
        failed: Callable[[str], None] = lambda _what: None,
    ) -> None:
        self._transact = transact
        self._workspace = workspace
        self._now = now
        self._read_stand_in = read_stand_in
        self._ways = ways
        self._made = made
        self._failed = failed
        self._trouble = OnceTold(log, "could not look for what is due", "what is due is looked for again")
        self._next: datetime | None = None
        self._looking: asyncio.Task[None] | None = None

    def look(self) -> None:
        now = self._now()
        busy = self._looking is not None and not self._looking.done()
        if busy or (self._next is not None and now < self._next):
            return
        self._next = now + LOOK_EVERY
        self._looking = asyncio.create_task(self._look(now))

    async def stop(self) -> None:
        if self._looking:
            await self._looking

    async def _look(self, now: datetime) -> None:
        logs.begin()
        look = partial(self._transact, self._workspace)
        looks = {
            "what is overdue": self._look_for_overdue(now),
            "outcomes to ask for": look(partial(outcomes.ask, now=now)),
            "digests that are due": self._look_for_digests(now),
        }
        well = [await self._unless_in_trouble(what, looking) for what, looking in looks.items()]
        if all(well):
            self._trouble.well()

    async def _look_for_digests(self, now: datetime) -> None:
        self._made(await self._transact(self._workspace, partial(digests.look, now=now, ways=self._ways)))

    async def _look_for_overdue(self, now: datetime) -> None:
        if await self._transact(self._workspace, partial(escalations.any_due, now=now)):
            await self._read_stand_in()
            overdue = partial(escalations.overdue, now=now, is_holiday=is_holiday)
            await self._transact(self._workspace, overdue)
        await self._transact(self._workspace, partial(escalations.forget, now=now))

    async def _unless_in_trouble(self, what: str, looking: Awaitable[object]) -> bool:
        """Whether it went well; trouble with the one kind does not hold up the other."""
        try:
            await looking
        except Exception as error:  # noqa: BLE001 - the next look may succeed
            self._trouble.met(error)
            self._failed(what)
            return False
        return True


def heartbeat(knock_at: Sequence[Callable[[], None]]) -> AsyncIOScheduler:
    """Build a scheduler with a single job in memory, which never skips a late beat and never piles up."""

    async def beat() -> None:
        for knock in knock_at:
            knock()

    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    scheduler.add_job(beat, IntervalTrigger(seconds=BEAT, timezone="UTC"))
    return scheduler
