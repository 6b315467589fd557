"""Half an hour of mixed load on four processes, with kills and a failing Slack: `make soak`.

First it finds the top rate, as fast as answers come; then it asks for half of that, whatever comes back.
Of the four, two are killed and started again at random, and two live: the memory is theirs. Meanwhile the
weekly digest comes due, and those of managers and executives are asked for by several at once.
"""

import argparse
import asyncio
import contextlib
import gc
import random
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any, get_args
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from bot import digests, kudos, settings
from bot.digests import Ways
from bot.holidays import is_holiday
from bot.rules.periods import Kind
from handlers.manifest import manifest
from handlers.playground import PretendSlack, sample_company, serve
from storage import migrations, tables
from storage.work import Store
from tests.faults.load import Crowd
from tests.faults.replicas import Replica
from tests.postgres import Server
from tests.town import KEY, SECRET, TOKEN, unfinished

WORKSPACE = "T0GOODWRD1"
REPLICAS, MORTAL = 4, 2
LEASE = 10.0  # seconds
AT_ONCE = 16  # requests under way while the top rate is looked for
APART = 1.0  # seconds between two thanks while the load lasts
SETTLED = 300.0  # seconds after which memory is to stay as it is
MOST_GROWTH, MOST_WAIT = 0.10, 0.5  # of the memory; seconds for 99 of 100 answers
LEAST_LOOKS = 60  # at the memory, before it says anything
LEAST_DONE = {"deed": 20, "case": 1, "word": 1}
TROUBLES: Sequence[tuple[tuple[str, Any], int]] = (
    (("chat.postMessage", "ratelimited"), 4),
    (("chat.postMessage", "slow"), 4),
    (("chat.postMessage", "http500"), 1),
    (("chat.postMessage", "drop_before"), 1),
    (("chat.postMessage", "drop_after"), 1),
    (("chat.update", "drop_after"), 1),
    (("chat.update", "garbage"), 1),
    (("views.publish", "http500"), 1),
    (("views.open", "http500"), 1),
)
OPENINGS = {
    "recognition": ("kudos", "The good words of the week"),
    "W0RUTHWEIS": ("ruth", "Good words about your people"),
    "executives": ("eve", "The good words of the month"),
}
EVE = "U0EVECARTR"


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
    store: Store
    chance: random.Random
    crowd: Crowd
    replicas: list[Replica] = field(default_factory=list)
    ports: dict[int, int] = field(default_factory=dict)
    kills: int = 0
    faults: int = 0
    memory: list[tuple[float, list[int]]] = field(default_factory=list)

    async def start(self, at: int) -> None:
        replica = Replica(self.database_url, self.slack.api_url, token=TOKEN, secret=SECRET, lease=LEASE)
        if at < len(self.replicas):
            self.replicas[at] = replica
        else:
            self.replicas.append(replica)
        await replica.start()
        address = await asyncio.wait_for(asyncio.shield(replica.address), 60)
        self.ports[at] = urlsplit(address).port or 0

    async def trouble(self, until: float) -> None:
        """Now and then a process dies, and now and then Slack fails."""
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, self.chance.uniform(10, 25)))
            (method, kind), *_ = self.chance.choices(
                [what for what, _ in TROUBLES], [often for _, often in TROUBLES]
            )
            self.slack.faults.add(method, kind, times=3, seconds=1.0)
            self.faults += 3
            victim = self.chance.randrange(MORTAL)
            self.ports.pop(victim, None)
            await self.replicas[victim].kill(self.chance.choice((signal.SIGKILL, signal.SIGTERM)))
            self.kills += 1
            await self.start(victim)

    async def watch(self, until: float) -> None:
        began = time.monotonic()
        while time.monotonic() < until:
            look = [_memory(replica) for replica in self.replicas[MORTAL:]]
            self.memory.append((time.monotonic() - began, look))
            # Whoever measures keeps all that was ever said. To walk through that for garbage would stop for a
            # second, which then looked like the bot's.
            gc.freeze()
            await asyncio.sleep(5)

    async def set(self, name: str, value: str) -> None:
        change = partial(settings.change, name=name, typed=value, by="eve", now=datetime.now(UTC))
        await self.store.transact(WORKSPACE, change)

    async def digests(self, seconds: float) -> None:
        """One digest comes due in the middle, for every process at once; the others are asked for by hand."""
        due = datetime.now(UTC) + timedelta(seconds=max(seconds * 0.4, 60))
        await self.set("digest_time", f"{due:%a %H:%M}")
        await asyncio.sleep(seconds * 0.6)
        for kind in get_args(Kind):
            ask = partial(digests.by_hand, kind=kind, week="", ways=Ways(is_holiday), send=True)
            asked = [partial(ask, now=datetime.now(UTC)) for _ in range(REPLICAS)]
            await asyncio.gather(*(self.store.transact(WORKSPACE, one) for one in asked))


def _memory(replica: Replica) -> int:
    """Resident memory, in KiB."""
    status = Path(f"/proc/{replica.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


async def _as_fast_as_it_goes(crowd: Crowd, seconds: float) -> float:
    """Acts a second with so many under way at once."""
    until = time.monotonic() + seconds

    async def one_after_another() -> None:
        while time.monotonic() < until:
            await crowd.act()

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
    return crowd.acts / seconds


async def _at_a_rate(crowd: Crowd, rate: float, until: float) -> None:
    """Begin an act at its time, whether or not those before have been answered."""
    due, under_way = time.monotonic(), set[asyncio.Task[None]]()
    while (now := time.monotonic()) < until:
        if now < due:
            await asyncio.sleep(due - now)
        due += crowd.chance.expovariate(rate)
        task = asyncio.create_task(crowd.act())
        under_way.add(task)
        task.add_done_callback(partial(_over, under_way))
    await asyncio.gather(*under_way)


def _over(under_way: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
    under_way.discard(task)
    task.result()  # an act that raises is a mistake of this file, and is to be seen


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
        store = Store(url, encryption_key=KEY)
        chance = random.Random(seed)
        trial = Soak(slack, url, store, chance, Crowd(slack, chance))
        for name, value in (("kudos_per_day", "off"), ("timezone", "UTC"), ("executives", EVE)):
            await trial.set(name, value)
        async with serve(slack):
            balancer = Balancer(lambda: list(trial.ports.values()), trial.chance)
            front = await asyncio.start_server(balancer.accept, "127.0.0.1", 0)
            slack.request_url = f"http://127.0.0.1:{front.sockets[0].getsockname()[1]}/slack/events"
            await asyncio.gather(*(trial.start(at) for at in range(REPLICAS)))
            well = await _tried(trial, minutes)
            await asyncio.gather(*(replica.kill() for replica in trial.replicas))
            front.close()
        await store.close()
    return well


async def _tried(trial: Soak, minutes: float) -> bool:
    slack, seconds = trial.slack, minutes * 60
    top = await _as_fast_as_it_goes(trial.crowd, min(20.0, seconds / 6))
    trial.crowd.acts, trial.crowd.apart = 0, APART
    await _all_said(trial.store)
    before = len(slack.requests)
    until = time.monotonic() + seconds
    jobs: list[Awaitable[None]] = [
        _at_a_rate(trial.crowd, top / 2, until),
        trial.trouble(until),
        trial.watch(until),
        trial.digests(seconds),
    ]
    await asyncio.gather(*jobs)
    slack.faults.clear()
    ended = time.monotonic()
    await slack.quiet(400)
    repeated = time.monotonic() - ended  # five minutes, where one is sent a third time
    await _all_said(trial.store)
    answers = [each.tries[0].duration for each in slack.requests[before:] if each.tries]
    print(f"{minutes:g} minutes, {REPLICAS} processes, top rate {top:.0f} acts/s, half of it asked for")
    print(f"{trial.crowd.acts:,} acts, {trial.kills} kills, {trial.faults} faults of Slack")
    print(f"Slack had repeated its last request {repeated:.0f} s after the load had ended,", end=" ")
    print(f"and all was said {time.monotonic() - ended:.0f} s after it")
    return all([_quick(answers), _flat(trial.memory), await _nothing_lost(trial)])


async def _all_said(store: Store) -> None:
    async with asyncio.timeout(900):
        while await store.across(unfinished, only_reads=True):  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(0.5)


def _quick(answers: list[float]) -> bool:
    """How long Slack waited for the first answer to each request."""
    p50, p99 = (quantiles(answers, n=100)[at] for at in (49, 98))
    print(f"{len(answers):,} requests answered, p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms")
    return p99 < MOST_WAIT


def _flat(memory: list[tuple[float, list[int]]]) -> bool:
    """Whether those that lived grew little between the first and the last tenth of the time that counts."""
    looks = [look for at, look in memory if at >= SETTLED]
    if len(looks) < LEAST_LOOKS:
        print("too short to say anything of memory: it is looked at for five minutes after the first five")
        return True
    tenth = len(looks) // 10
    grown = []
    for column in zip(*looks, strict=True):
        first, last = median(column[:tenth]), median(column[-tenth:])
        grown.append(last / first - 1)
        print(f"memory of one that lived: {first / 1024:.0f} MB, at the end {last / 1024:.0f} MB")
    print(f"it grew by {', '.join(f'{part:+.1%}' for part in grown)}")
    return all(part < MOST_GROWTH for part in grown)


async def _nothing_lost(trial: Soak) -> bool:
    crowd = trial.crowd
    lost, doubled, told = crowd.outcome()
    differing = await trial.store.transact(WORKSPACE, kudos.verify)
    done = {kind: len(crowd.acknowledged[kind]) for kind in LEAST_DONE}
    print(
        f"{done['deed']:,} thanks, {done['case']:,} complaints and {done['word']:,} taken further were "
        f"acknowledged: {len(lost)} lost, {len(doubled)} doubled, {len(told)} strangers told"
    )
    print(f"{crowd.refused} told to try again, {len(differing)} totals differ from the ledger")
    enough = all(done[kind] >= least for kind, least in LEAST_DONE.items())
    once = await _digests_came_once(trial)
    return enough and once and not (lost or doubled or told or differing)


async def _digests_came_once(trial: Soak) -> bool:
    rows = await trial.store.across(_made)
    well = True
    for addressee, (where, opening) in OPENINGS.items():
        shown = trial.slack.shown("eve" if where == "kudos" else where)
        said = shown.channels["kudos"] if where == "kudos" else shown.dms
        came = sum(one.plain.startswith(opening) for one in said)
        made = sum(row.addressee == addressee and not row.folded for row in rows)
        print(f"“{opening}” was made {made} and came {came} times")
        well &= came == made > 0
    return well


def _made(connection: Connection) -> list[Any]:
    return list(connection.execute(select(tables.digests)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=20261126)
    asked = parser.parse_args()
    sys.exit(0 if asyncio.run(soak(asked.minutes, asked.seed)) else 1)
