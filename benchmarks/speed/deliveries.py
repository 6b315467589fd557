"""Messages to Slack: how many leave in a second, and whether a slow Slack slows down acknowledgements."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.speed import programs
from benchmarks.speed.load import TEAM, person
from benchmarks.speed.programs import Program
from benchmarks.speed.report import Line, at_least, ratios
from benchmarks.speed.requests import POSTGRES, SQLITE, cycles, of
from bot import kudos, people
from bot.rules.people import Person
from bot.rules.recognition import ToPerson, Words
from storage import migrations
from storage.work import Store

CHANNELS, EACH = 1_000, 3
SLOW = 120  # milliseconds
GIVERS_FROM = 1_500
SETTLED, ENOUGH = 200, 2_500  # messages after which the clock starts, and stops


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    try:
        yield store
    finally:
        await store.close()


async def fill(url: str) -> None:
    """Let three kudos wait for each of a thousand people."""
    migrations.upgrade(url)
    now = datetime.now(UTC)
    async with opened(url) as store:
        met = [Person(person(at), f"p{at}", f"Person {at}", TEAM) for at in range(GIVERS_FROM + CHANNELS)]
        await store.transact(TEAM, partial(people.meet, people=met, groups=[], now=now))
        give = partial(kudos.give, now=now)
        for each in range(EACH):
            waiting = []
            for at in range(CHANNELS):
                said = (
                    ToPerson(person(at)),
                    Words(f" for turning round invoice {each} number {at} in an hour"),
                )
                one = partial(give, giver=person(GIVERS_FROM + at), said=said, source=f"fill:{each}:{at}")
                waiting.append(store.transact(TEAM, one))
            await asyncio.gather(*waiting)


def deliveries(folder: Path) -> list[Line]:
    with ExitStack() as closing:
        server = closing.enter_context(programs.postgres())
        urls = {SQLITE: f"sqlite:///{folder / 'deliveries.db'}", POSTGRES: server.database()}
        lines = []
        for name, url in urls.items():
            asyncio.run(fill(url))
            with programs.slack(folder, SLOW) as slack, programs.ours(url, slack.port, folder, met=False):
                rate = _leaving(slack)
            what = f"messages a second to {CHANNELS:,} channels, Slack at {SLOW} ms, {name}"
            lines.append(at_least("deliveries", what, [rate], 300))
        ratio = _acknowledged(folder)
        what = f"rate of /kudos with Slack at {SLOW} ms to that at 0 ms, {SQLITE}"
        return [*lines, at_least("deliveries", what, ratio, 0.95)]


def _leaving(slack: Program) -> float:
    """Messages a second, the channel of recognition not counted, for it takes one a second."""
    began, first = 0.0, 0
    while True:
        sent = int(json.loads(slack.ask("/posted"))["messages"])
        if sent >= ENOUGH:
            return (sent - first) / (time.perf_counter() - began)
        if not began and sent >= SETTLED:
            began, first = time.perf_counter(), sent
        time.sleep(0.02)


def _acknowledged(folder: Path) -> list[float]:
    with ExitStack() as closing:
        visited = {}
        for delay in (0, SLOW):
            slack = closing.enter_context(programs.slack(folder, delay))
            url = f"sqlite:///{folder / f'slow{delay}.db'}"
            visited[str(delay)] = closing.enter_context(programs.ours(url, slack.port, folder))
        found = cycles(folder, visited, "kudos", 16)
    return ratios(of(found[str(SLOW)], lambda b: b.rate), of(found["0"], lambda b: b.rate))
