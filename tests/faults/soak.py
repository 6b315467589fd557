"""Half an hour of mixed load on four processes, with kills and a failing Slack: `make soak`.

First it finds the top rate, as fast as answers come; then it asks for half of that, whatever comes back.
Of the four, two are killed and started again by turns, and two live: the memory is theirs.
"""

import argparse
import asyncio
import contextlib
import itertools
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

from bot import kudos, settings
from handlers.manifest import manifest
from handlers.playground import PretendSlack, sample_company, serve
from storage import migrations
from storage.work import Store
from tests.faults.replicas import Replica
from tests.postgres import Server
from tests.town import SECRET, TOKEN, unfinished

WORKSPACE = "T0GOODWRD1"
PEOPLE = ("ada", "abe", "greta", "mo", "dina", "eve")
REPLICAS, MORTAL = 4, 2
LEASE = 10.0  # seconds
AT_ONCE = 16  # requests under way while the top rate is looked for
SETTLED = 5 / 30  # of the whole time, after which memory is to stay as it is
LEAST_KUDOS = 20


class Balancer:
    """Gives each new connection to one of the processes that listen, as a load balancer does."""

    def __init__(self, ports: Callable[[], list[int]], chance: random.Random) -> None:
        self._ports = ports
        self._chance = chance
        self._passing: set[asyncio.Task[None]] = set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ports = self._ports()
        self._chance.shuffle(ports)
        for port in ports:
            with contextlib.suppress(OSError):
                there, back = await asyncio.open_connection("127.0.0.1", port)
                for ends in ((reader, back), (there, writer)):
                    task = asyncio.create_task(_pass(*ends))
                    self._passing.add(task)
                    task.add_done_callback(self._passing.discard)
                return
        writer.transport.abort()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@dataclass
class Soak:
    slack: PretendSlack
    database_url: str
    chance: random.Random
    replicas: list[Replica] = field(default_factory=list)
    ports: dict[int, int] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    acts: int = 0
    refused: int = 0
    kills: int = 0
    faults: int = 0
    memory: list[list[int]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def start(self, at: int) -> None:
        replica = Replica(self.database_url, self.slack.api_url, token=TOKEN, secret=SECRET, lease=LEASE)
        if at < len(self.replicas):
            self.replicas[at] = replica
        else:
            self.replicas.append(replica)
        await replica.start()
        address = await asyncio.wait_for(asyncio.shield(replica.address), 60)
        self.ports[at] = urlsplit(address).port or 0

    async def act(self) -> None:
        """Somebody does something; what is said to be done is remembered."""
        what = self.chance.choices(
            (self.thank, self.talk, self.mention, self.react, self.open_home, self.join),
            (40, 25, 10, 10, 10, 5),
        )[0]
        await what(self.chance.choice(PEOPLE))
        self.acts += 1

    async def thank(self, who: str) -> None:
        mark = f"deed-{next(self.numbers):07d}"
        done = await self.slack.types(who, "general", f"/kudos @ben for the good {mark}")
        if done.ok and "Your thanks to Ben" in str(done.answer):
            self.acknowledged.add(mark)
        else:
            self.refused += 1

    async def talk(self, who: str) -> None:
        await self.slack.says(who, "general", "the lift is out of order again, take the stairs")

    async def mention(self, who: str) -> None:
        await self.slack.says(who, "general", "@cy could you look at row twelve of the sheet?")

    async def react(self, who: str) -> None:
        mark = f"deed-{next(self.numbers):07d}"
        said = await self.slack.says("ben", "general", f"done, see the good {mark}")
        if not said.ts:
            return
        await self.slack.reacts(who, "general", said.ts, "kudos")
        self.acknowledged.add(mark)  # Slack repeats what was not taken

    async def open_home(self, who: str) -> None:
        await self.slack.opens_home(who)

    async def join(self, who: str) -> None:
        posts = self.slack.world.named("kudos")
        assert posts
        last = next((post for post in reversed(posts.posts.values()) if not post.deleted), None)
        if last:
            await self.slack.reacts(who, "kudos", last.ts, "raised_hands")

    async def trouble(self, until: float) -> None:
        """Now and then a process dies, and now and then Slack fails."""
        while time.monotonic() < until:
            await asyncio.sleep(self.chance.uniform(10, 25))
            kind: Any = self.chance.choices(("ratelimited", "slow", "http500", "drop_after"), (5, 5, 1, 1))[0]
            self.slack.faults.add("chat.postMessage", kind, times=3, seconds=1.0)
            self.faults += 3
            victim = self.chance.randrange(MORTAL)
            self.ports.pop(victim, None)
            await self.replicas[victim].kill(self.chance.choice((signal.SIGKILL, signal.SIGTERM)))
            self.kills += 1
            await self.start(victim)

    async def watch(self, until: float) -> None:
        while time.monotonic() < until:
            self.memory.append([_memory(replica) for replica in self.replicas[MORTAL:]])
            await asyncio.sleep(5)


def _memory(replica: Replica) -> int:
    """Resident memory, in KiB."""
    status = Path(f"/proc/{replica.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


async def _as_fast_as_it_goes(soak: Soak, seconds: float) -> float:
    """Requests a second with so many under way at once."""
    until = time.monotonic() + seconds

    async def one_after_another() -> None:
        while time.monotonic() < until:
            await soak.act()

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
    return soak.acts / seconds


async def _at_a_rate(soak: Soak, rate: float, until: float) -> None:
    """Begin a request at its time, whether or not those before have been answered."""
    due, under_way = time.monotonic(), set[asyncio.Task[None]]()
    while (now := time.monotonic()) < until:
        if now < due:
            await asyncio.sleep(due - now)
        due += soak.chance.expovariate(rate)
        task = asyncio.create_task(soak.act())
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way, return_exceptions=True)


async def soak(minutes: float, seed: int) -> bool:
    slack = PretendSlack(
        company=sample_company(),
        manifest=manifest("https://goodword.example.com/slack/events"),
        signing_secret=SECRET,
        bot_token=TOKEN,
        rate_limits=False,
    )
    with Server(durable=True) as server:
        url = server.database()
        migrations.upgrade(url)
        store = Store(url)
        off = partial(settings.change, name="kudos_per_day", typed="off", by="eve", now=slack.clock.now())
        await store.transact(WORKSPACE, off)
        trial = Soak(slack, url, random.Random(seed))
        async with serve(slack):
            balancer = Balancer(lambda: list(trial.ports.values()), trial.chance)
            front = await asyncio.start_server(balancer.accept, "127.0.0.1", 0)
            slack.request_url = f"http://127.0.0.1:{front.sockets[0].getsockname()[1]}/slack/events"
            await asyncio.gather(*(trial.start(at) for at in range(REPLICAS)))
            well = await _tried(trial, store, minutes)
            await asyncio.gather(*(replica.kill() for replica in trial.replicas))
            front.close()
        await store.close()
    return well


async def _tried(trial: Soak, store: Store, minutes: float) -> bool:
    top = await _as_fast_as_it_goes(trial, min(20.0, minutes * 10))
    trial.acts = 0
    await _all_said(store)
    before = len(trial.slack.requests)
    until = time.monotonic() + minutes * 60
    jobs: list[Awaitable[None]] = [
        _at_a_rate(trial, top / 2, until),
        trial.trouble(until),
        trial.watch(until),
    ]
    await asyncio.gather(*jobs)
    trial.slack.faults.clear()
    await trial.slack.quiet(400)
    await _all_said(store)
    answers = [each.tries[0].duration for each in trial.slack.requests[before:] if each.tries]
    print(f"{minutes:g} minutes, {REPLICAS} processes, top rate {top:.0f} acts/s, half of it asked for")
    print(_speed(answers))
    return await _report(trial, store)


async def _all_said(store: Store) -> None:
    async with asyncio.timeout(900):
        while await store.across(unfinished, only_reads=True):  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(0.5)


def _speed(answers: list[float]) -> str:
    """How long Slack waited for the first answer to each request."""
    p50, p99 = (quantiles(answers, n=100)[at] * 1000 for at in (49, 98))
    return f"{len(answers):,} requests answered, p50 {p50:.0f} ms, p99 {p99:.0f} ms"


async def _report(trial: Soak, store: Store) -> bool:
    posted = Counter(_marks(post.plain for post in trial.slack.shown("eve").channels["kudos"]))
    told = Counter(_marks(word.plain for word in trial.slack.shown("ben").dms))
    lost = trial.acknowledged - posted.keys() | trial.acknowledged - told.keys()
    doubled = {mark for mark in posted | told if posted[mark] > 1 or told[mark] > 1}
    differing = await store.transact(WORKSPACE, kudos.verify)
    grown = [_growth(column) for column in zip(*trial.memory, strict=True)]
    print(f"{trial.acts:,} acts")
    print(f"{trial.kills} kills, {trial.faults} faults of Slack")
    print(f"{len(trial.acknowledged):,} thanks acknowledged, {len(lost)} lost, {len(doubled)} doubled")
    print(f"{trial.refused} told to try again, {len(differing)} totals differ from the ledger")
    print(f"memory of those that lived grew by {', '.join(f'{part:+.1%}' for part in grown)} after the start")
    enough = len(trial.acknowledged) >= LEAST_KUDOS
    return enough and not lost and not doubled and not differing


def _growth(column: tuple[int, ...]) -> float:
    after = column[int(len(column) * SETTLED) :]
    return after[-1] / after[0] - 1


def _marks(said: Iterator[str]) -> list[str]:
    return [words[words.index("deed-") :][:12] for words in said if "deed-" in words]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=20261126)
    asked = parser.parse_args()
    sys.exit(0 if asyncio.run(soak(asked.minutes, asked.seed)) else 1)
