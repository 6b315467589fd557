"""Weeks go by, clocks change, processes die: each digest of each period comes once, with everything once.

A short stretch around two changes of the clocks in every test run; `make faults` sets GOODWORD_DIGEST_WEEKS
to twelve.
"""

import asyncio
import contextlib
import itertools
import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot import digests, settings
from bot.digests import Ways
from bot.holidays import is_holiday
from bot.ports import Work
from bot.rules.periods import KINDS
from bot.rules.recognition import Besides, Decision
from handlers.manifest import manifest
from handlers.playground import Message, PretendClock, PretendSlack, sample_company, serve
from storage import tables
from storage.work import Store
from tests.faults.replicas import Replica
from tests.town import KEY, SECRET, TOKEN, unfinished

WEEKS = float(os.environ.get("GOODWORD_DIGEST_WEEKS", "0.4"))
SPRING = datetime(2026, 3, 6, 12, tzinfo=UTC)  # New York changes on the 8th, London on the 29th
AUTUMN = datetime(2026, 10, 23, 12, tzinfo=UTC)  # London changes on the 25th, New York on 1 November
LEASE = 5.0  # seconds; a machine that is busy needs more than one for a message
WORKSPACE, ADA, BEN, FAY, EVE = "T0GOODWRD1", "U0ADALOVEL", "U0BENOKAFR", "U0FAYNAKAM", "U0EVECARTR"
SETTINGS = {"timezone": "America/New_York", "digest_time": "Sun 02:30", "executives": EVE}
OPENINGS = {
    "weekly": "The good words of the week",
    "manager": "Good words about your people",
    "executive": "The good words of the month",
}


class Town:
    """A pretend Slack, a database, and some processes whose clock can be moved."""

    def __init__(self, database_url: str, ahead: Path, replicas: int, start: datetime, seed: int) -> None:
        self.slack = PretendSlack(
            company=sample_company(),
            manifest=manifest("https://goodword.example.com/slack/events"),
            signing_secret=SECRET,
            bot_token=TOKEN,
            rate_limits=False,
            clock=PretendClock(start),
        )
        self.store = Store(database_url, encryption_key=KEY)
        self.chance = random.Random(seed)
        self.kills = 0
        self.found = 0
        self._url, self._ahead, self._many = database_url, ahead, replicas
        self._alive: list[Replica] = []
        self._deeds = itertools.count(1)
        self.deeds: dict[str, datetime] = {}

    @property
    def now(self) -> datetime:
        return self.slack.clock.now()

    def forward(self, by: timedelta) -> None:
        self.slack.clock.forward(by)
        ahead = self._ahead.with_suffix(".new")
        ahead.write_text(str((self.now - datetime.now(UTC)).total_seconds()))
        ahead.replace(self._ahead)

    async def begin(self) -> None:
        self.forward(timedelta())
        await self.fill()
        async with asyncio.timeout(60):
            while await self.store.transact(WORKSPACE, lambda work: work.people.count()) < 10:
                await self.a_moment()
        for name, value in SETTINGS.items():
            change = partial(settings.change, name=name, typed=value, by="eve", now=self.now)
            await self.store.transact(WORKSPACE, change)

    async def fill(self) -> None:
        """Start as many processes as there should be."""
        missing = self._many - len(self._alive)
        new = [
            Replica(self._url, self.slack.api_url, token=TOKEN, secret=SECRET, lease=LEASE, ahead=self._ahead)
            for _ in range(missing)
        ]
        self._alive += new
        await asyncio.gather(*(one.start() for one in new))

    async def kill(self, many: int) -> None:
        dying, self._alive = self._alive[:many], self._alive[many:]
        await asyncio.gather(*(one.kill() for one in dying))
        self.kills += len(dying)
        self.found += sum(one.found for one in dying)
        self.chance.shuffle(self._alive)

    async def a_day_goes_by(self) -> None:
        """Some hours pass; somebody is thanked; some processes die, now and then all, and for longer."""
        self.forward(timedelta(hours=self.chance.uniform(3, 40)))
        await self._thank()
        if self.chance.random() < 0.5:
            await asyncio.sleep(self.chance.uniform(0, 0.6))
            await self.kill(self.chance.randint(1, self._many))
            if not self._alive and self.chance.random() < 0.4:
                self.forward(timedelta(hours=self.chance.uniform(1, 50)))
                await self._thank()
            await self.fill()
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing is due and nothing is left to be said."""
        ways = Ways(is_holiday)
        async with asyncio.timeout(300):
            while await self.store.transact(WORKSPACE, partial(_is_due, now=self.now, ways=ways)) or bool(
                await self.store.across(unfinished, only_reads=True)
            ):
                await self.a_moment()

    async def a_moment(self) -> None:
        await self.slack.clock.until(self.now + timedelta(milliseconds=50))

    async def aclose(self) -> None:
        await self.kill(self._many)
        await self.store.close()

    async def _thank(self) -> None:
        deed = f"deed-{next(self._deeds):04d}"
        self.deeds[deed] = self.now
        await self.store.transact(WORKSPACE, partial(_given, deed=deed, now=self.deeds[deed]))


def _is_due(work: Work, now: datetime, ways: Ways) -> bool:
    return any(digests._due(work, kind, now, ways) for kind in KINDS)  # noqa: SLF001 - as the watch asks


def _given(work: Work, deed: str, now: datetime) -> None:
    known = work.people.known([ADA, BEN, FAY])
    decision = Decision((known[BEN], known[FAY]), (), f"for {deed}", (), Besides())
    work.kudos.record(known[ADA], decision, deed, now)


# Four processes need longer to start than a short run takes.
TRIED = [("sqlite", 1, SPRING), ("postgresql", 2, AUTUMN), ("postgresql", 4, SPRING)][: 3 if WEEKS > 1 else 2]


@pytest.mark.parametrize(("engine_name", "replicas", "start"), TRIED, indirect=["engine_name"])
async def test_each_digest_of_each_period_reaches_each_of_its_readers_once(
    database_url: str, tmp_path: Path, replicas: int, start: datetime
) -> None:
    town = Town(database_url, tmp_path / "ahead", replicas, start, seed=20261108 + replicas)
    async with serve(town.slack), contextlib.aclosing(town):
        await town.begin()
        while town.now < start + timedelta(weeks=WEEKS):
            await town.a_day_goes_by()
        # Until everything has been told: the Sunday after, and the Monday after that.
        for _ in range(9):
            town.forward(timedelta(days=1))
            await town.settled()
        rows = await town.store.across(_made)
    channel = town.slack.shown("eve").channels["kudos"]
    ruth, hugo, eve = (town.slack.shown(who).dms for who in ("ruth", "hugo", "eve"))
    folded = sum(row.folded for row in rows)
    print(  # noqa: T201
        f"{town.kills} kills, {len(rows)} digests of which {folded} were told with the next, "
        f"{town.found} messages found in Slack when their sender had died"
    )
    assert _openings(channel, "weekly") == len(_sent(rows, "recognition")) > 0
    assert _openings(eve, "executive") == len(_sent(rows, "executives"))
    # A manager is written to once for each week in which there was anything to tell.
    for who, words in (("W0RUTHWEIS", ruth), ("U0HUGOSILV", hugo)):
        with_news = [
            row for row in _sent(rows, who) if any(row.since <= at < row.until for at in town.deeds.values())
        ]
        assert _openings(words, "manager") == len(with_news) > 0
    for words in (channel, ruth, hugo):
        assert Counter(_deeds(words)) == Counter(town.deeds.keys()), "each thanks is told once"
    for row in rows:
        zone, days, hours = DUE[row.addressee]
        local = row.until.astimezone(ZoneInfo(zone))
        assert (local.weekday() in days, f"{local:%H:%M}" in hours) == (True, True), local


DUE = {
    "recognition": ("America/New_York", {6}, {"02:30", "03:30"}),  # in spring there is no half past two
    "W0RUTHWEIS": ("Europe/London", {0}, {"08:30"}),
    "U0OMARDIAZ": ("Europe/London", {0}, {"08:30"}),
    "U0HUGOSILV": ("Asia/Tokyo", {0}, {"08:30"}),
    "executives": ("America/New_York", {0, 1, 2, 3, 4}, {"09:00"}),
}


def _made(connection: Any) -> list[Any]:
    return list(connection.execute(select(tables.digests).order_by(tables.digests.c.until)))


def _sent(rows: list[Any], addressee: str) -> list[Any]:
    return [row for row in rows if row.addressee == addressee and not row.folded]


def _openings(words: list[Message], kind: str) -> int:
    return sum(one.plain.startswith(OPENINGS[kind]) for one in words)


def _deeds(words: list[Message]) -> Iterator[str]:
    for one in words:
        for line in one.plain.splitlines():
            if "deed-" in line and not line.startswith("To say aloud"):
                yield line[line.index("deed-") :][:9]
