"""Two replicas on one PostgreSQL, killed or stopped by turns while Slack fails: nothing lost, nothing twice.

A message without an answer is left alone for a minute of real time, so the faults that cause this are
played only in the long run (`make faults`).
"""

import asyncio
import itertools
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest

from bot import kudos
from handlers.playground import PretendSlack
from storage.work import Store
from tests.faults.replicas import Replica
from tests.faults.table import Record, note
from tests.faults.trial import Row
from tests.town import SECRET, TOKEN, unfinished

ROUNDS = int(os.environ.get("GOODWORD_FAULT_RUNS", "3"))
SEED = 20260329
LEASE = 2.0  # seconds
GIVERS = ("ada", "abe", "greta")
Fault = Literal["slow", "ratelimited", "drop_after", "drop_before", "http500", "garbage"]
QUICK: tuple[Fault, ...] = ("slow", "ratelimited")
UNCLEAR: tuple[Fault, ...] = ("drop_after", "drop_before", "http500", "garbage")
FAULTS = QUICK + UNCLEAR if "GOODWORD_FAULT_RUNS" in os.environ else QUICK
_A_MOMENT = timedelta(milliseconds=100)


@pytest.fixture
def engine_name() -> str:
    return "postgresql"  # SQLite serves one process


async def test_two_replicas_lose_nothing_and_double_nothing(
    database_url: str, slack: PretendSlack, record_property: Record
) -> None:
    chance = random.Random(SEED)
    numbers = itertools.count()
    pair = [await _alive(slack, database_url), await _alive(slack, database_url)]
    acknowledged: set[str] = set()
    for _ in range(ROUNDS):
        first, other = chance.sample((0, 1), 2)
        slack.request_url = f"{await pair[other].address}/slack/events"
        slack.faults.add("chat.postMessage", chance.choice(FAULTS), times=2, seconds=1.0)
        thanking = [asyncio.create_task(_thank(slack, who, numbers, chance.randint(1, 4))) for who in GIVERS]
        await asyncio.wait(thanking, timeout=chance.uniform(0.05, 0.5))
        await pair[first].kill(chance.choice((signal.SIGKILL, signal.SIGTERM)))
        acknowledged |= set().union(*await asyncio.gather(*thanking))
        pair[first] = await _alive(slack, database_url)
    slack.faults.clear()
    recovered = await _all_said(slack, database_url)

    posted = Counter(_mark(post.plain) for post in slack.shown("eve").channels["kudos"])
    told = Counter(_mark(word.plain) for word in slack.shown("ben").dms)
    for replica in pair:
        await replica.kill()
    print(f"{ROUNDS} deaths beside a replica that lived, {len(acknowledged)} acknowledged")  # noqa: T201
    lost = acknowledged - posted.keys() | acknowledged - told.keys()
    doubled = {mark for mark in posted | told if posted[mark] > 1 or told[mark] > 1}
    killed = "one of two replicas is killed while Slack fails"
    row = Row(killed, "postgresql", ROUNDS, len(acknowledged), len(lost), len(doubled), recovered)
    record_property(*note(row))
    assert acknowledged, "nothing was acknowledged, so nothing was tried"
    assert lost == set()
    assert doubled == set()
    store = Store(database_url)
    assert await store.transact("T0GOODWRD1", kudos.verify) == []
    await store.close()


async def _alive(slack: PretendSlack, database_url: str) -> Replica:
    replica = Replica(database_url, slack.api_url, token=TOKEN, secret=SECRET, lease=LEASE)
    await replica.start()
    await asyncio.wait_for(asyncio.shield(replica.address), 60)
    return replica


async def _thank(slack: PretendSlack, who: str, numbers: Iterator[int], times: int) -> set[str]:
    acknowledged: set[str] = set()
    for _ in range(times):
        mark = f"deed-{next(numbers):06d}"
        done = await slack.types(who, "general", f"/kudos @ben for the good {mark}")
        if done.ok and "Your thanks to Ben" in str(done.answer):
            acknowledged.add(mark)
    return acknowledged


async def _all_said(slack: PretendSlack, database_url: str) -> float:
    """Wait until everything is said; gives the seconds this took."""
    began, store = slack.clock.now(), Store(database_url)
    try:
        async with asyncio.timeout(90 + ROUNDS):
            while await store.across(unfinished, only_reads=True):
                await slack.clock.until(slack.clock.now() + _A_MOMENT)
    finally:
        await store.close()
    return (slack.clock.now() - began).total_seconds()


def _mark(words: str) -> str:
    return words[words.index("deed-") :][:11]
