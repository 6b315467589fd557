"""A trial of a trouble: thank while it lasts, end it, see what became of all that was acknowledged."""

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, select

from bot import kudos
from bot.messages import KudosReceived
from bot.ports import Work
from handlers.playground import PretendSlack
from storage.outbox import LONGEST_PACE
from storage.tables import lanes, outbox
from tests.faults.line import Line
from tests.postgres import Server
from tests.town import Town

GIVERS = ("ada", "abe", "greta", "mo")
STEPS = 4000
PATIENCE = 0.5  # seconds for something to happen, before the clock is looked at again


@dataclass(frozen=True, slots=True)
class Row:
    """What a trouble came to; `recovered` in seconds of Goodword's clock."""

    trouble: str
    engine: str
    times: int
    acknowledged: int
    lost: int
    doubled: int
    recovered: float

    def cells(self) -> tuple[str, ...]:
        numbers = (self.times, self.acknowledged, self.lost, self.doubled, round(self.recovered))
        return self.trouble, self.engine, *(f"{number:,}" for number in numbers)


@dataclass(eq=False)
class Trial:
    """Goodword beside a pretend Slack, and what breaks; `server` and `line` where it is PostgreSQL's turn.

    `other_url` is where a second replica listens, and `plain_engine` goes to the database past Goodword."""

    town: Town
    plain_engine: Engine
    chance: Random
    server: Server | None = None
    line: Line | None = None
    other_url: str = ""
    skew: timedelta = timedelta()
    acknowledged: set[str] = field(default_factory=set)
    refused: int = 0
    removed: set[str] = field(default_factory=set)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def slack(self) -> PretendSlack:
        return self.town.slack

    def mark(self) -> str:
        return f"deed-{next(self._numbers):06d}"

    async def thank(self, times: int = 1, whom: str = "@ben") -> None:
        """Everybody thanks at once, so many times; what Slack showed them as done is acknowledged."""
        await asyncio.gather(*(self._thank(who, whom) for who in GIVERS for _ in range(times)))

    async def _thank(self, who: str, whom: str) -> None:
        mark = self.mark()
        done = await self.slack.types(who, "general", f"/kudos {whom} for the good {mark}")
        if done.ok and "Your thanks to" in str(done.answer):
            self.acknowledged.add(mark)
        else:
            self.refused += 1

    async def react(self) -> None:
        """Ben says something, and Ada puts the emoji that thanks on it; Slack repeats what was not taken."""
        mark = self.mark()
        said = await self.slack.says("ben", "general", f"the plan stands, see the good {mark}")
        assert said.ts
        await self.slack.reacts("ada", "general", said.ts, "kudos")
        self.acknowledged.add(mark)

    async def worn_out(self) -> None:
        """Let Goodword's clock run until all that was to go wrong has gone wrong."""
        await self._run(lambda: not self.slack.faults.listed())

    async def recovered(self) -> float:
        """Let Goodword's clock run until everything is said; gives the seconds it took by that clock."""
        began = self.slack.clock.now()
        await self._run(lambda: False)
        return (self.slack.clock.now() - began).total_seconds()

    async def _run(self, enough: Callable[[], bool]) -> None:
        """Move the clock to what is due next, whenever there is nothing to do before that."""
        for _ in range(STEPS):
            heard = self.town.news()
            due = await self.town.bot.store.across(_next, only_reads=True)
            if enough() or (due is None and not self.slack.caller.busy):
                return
            left = due - self.slack.clock.now() if due else timedelta()
            # The pretend clock must not overtake what Slack is still at.
            await self.slack.until(lambda: not self.slack.at_work)
            if left > timedelta():
                self.slack.clock.forward(left)
            try:
                await asyncio.wait_for(heard, PATIENCE)
            except TimeoutError:  # somebody's lease has to run out
                self.slack.clock.forward(timedelta(seconds=5))
        raise AssertionError(f"still something to deliver:\n{self.town.happened[-40:]}")

    async def outcome(self) -> tuple[set[str], set[str]]:
        """Which marks were lost and which doubled, in the channel and in the inboxes of those thanked."""
        posted = Counter(_marks(post.plain for post in self.town.channel("kudos")))
        told = Counter(
            itertools.chain(*(_marks(word.plain for word in self.town.dms(who)) for who in ("ben", "cy")))
        )
        seen = [posted, told + Counter(await self._parked())]
        lost = set().union(*(self.acknowledged - each.keys() - self.removed for each in seen))
        return lost, {mark for each in seen for mark, times in each.items() if times > 1}

    async def _parked(self) -> list[str]:
        """Marks of messages to people that wait for an administrator, who sees them in `goodword check`."""
        return await self.town.bot.store.transact(self.town.bot.me.workspace, _parked)

    async def disagreements(self) -> list[str]:
        return await self.town.bot.store.transact(self.town.bot.me.workspace, kudos.verify)

    async def release(self) -> None:
        again = partial(_release, now=self.slack.clock.now())
        await self.town.bot.store.transact(self.town.bot.me.workspace, again)
        self.town.bot.wake()


class Heard(logging.Handler):
    """What an operator would read: lines from a warning upwards that answer nobody's request."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        if not record.msg.startswith("unexpected "):  # the reference of somebody who was told
            self.lines[record.getMessage().partition(", reference")[0]] += 1


def _next(connection: Connection) -> datetime | None:
    """When the first message of any lane can be sent; a time gone by, where it is under way."""
    first = select(func.min(outbox.c.id)).where(outbox.c.state.in_(["waiting", "sending"]))
    heads = first.group_by(outbox.c.workspace_id, outbox.c.destination)
    lane = and_(lanes.c.workspace_id == outbox.c.workspace_id, lanes.c.destination == outbox.c.destination)
    query = select(outbox, lanes.c.free_at).outerjoin(lanes, lane).where(outbox.c.id.in_(heads))
    return min(map(_when, connection.execute(query)), default=None)


def _when(row: Any) -> datetime:
    due: datetime = row.queued_at if row.state == "sending" else row.due_at
    free: datetime = row.free_at or due
    return due if row.state == "sending" or free > due + LONGEST_PACE else max(due, free)


def _parked(work: Work) -> list[str]:
    messages = [work.outbox.message(one.key) for one in work.outbox.parked()]
    numbers = [message.kudos for message in messages if isinstance(message, KudosReceived)]
    return _marks([found.reason for number in numbers if (found := work.kudos.read(number))])


def _release(work: Work, now: datetime) -> None:
    work.outbox.release(now)


def _marks(said: Iterable[str]) -> list[str]:
    return [words[words.index("deed-") :][:11] for words in said if "deed-" in words]
