"""`kill -9` at any moment: what was acknowledged is delivered, and delivered once.

A handful of runs with a fixed seed in every test run; `make faults` sets GOODWORD_FAULT_RUNS to many.
"""

import asyncio
import itertools
import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bot import kudos, settings
from handlers.playground import PretendSlack
from storage.work import Store
from tests.faults.replicas import Replica
from tests.faults.table import Record, note
from tests.faults.trial import Row
from tests.town import SECRET, TOKEN, unfinished

RUNS = int(os.environ.get("GOODWORD_FAULT_RUNS", "5"))
SEED = 20260322
LEASE = 1.5  # seconds
PATIENCE = 60  # seconds, for a machine that does much else
_A_MOMENT = timedelta(milliseconds=100)
GIVERS = ("ada", "abe", "greta", "mo")


async def test_killed_at_random_moments_it_loses_nothing_and_doubles_nothing(
    database_url: str, engine_name: str, slack: PretendSlack, record_property: Record
) -> None:
    await _without_limit(database_url)
    chance = random.Random(SEED)
    acknowledged: set[str] = set()
    numbers = itertools.count()
    lives = [_replica(slack, database_url) for _ in range(RUNS + 1)]
    for replica in lives[:-1]:
        acknowledged |= await _one_life(replica, slack, chance, numbers)
    recovered = await _last_life(lives[-1], slack, database_url)

    posted = Counter(_mark(post.plain) for post in slack.shown("eve").channels["kudos"])
    told = Counter(_mark(word.plain) for word in slack.shown("ben").dms)
    lost = acknowledged - posted.keys() | acknowledged - told.keys()
    doubled = {mark for mark in posted | told if posted[mark] > 1 or told[mark] > 1}
    found = sum(replica.found for replica in lives)
    print(  # noqa: T201
        f"{RUNS} kills, {len(acknowledged)} acknowledged, {found} found in Slack when their sender had died, "
        f"{len(lost)} lost, {len(doubled)} doubled"
    )
    row = Row(
        "the process is killed",
        engine_name,
        RUNS,
        len(acknowledged),
        len(lost),
        len(doubled),
        recovered,
    )
    record_property(*note(row))
    assert acknowledged, "nothing was acknowledged, so nothing was tried"
    assert lost == set()
    assert doubled == set()
    assert posted == told
    await _ledger_agrees(database_url, len(posted))


async def _one_life(
    replica: Replica, slack: PretendSlack, chance: random.Random, numbers: Iterator[int]
) -> set[str]:
    """Start a process, thank as fast as it answers, kill it at some moment; gives what was acknowledged."""
    await replica.start()
    if chance.random() < 0.1:  # some die before they are born
        await asyncio.wait({replica.address}, timeout=chance.uniform(0, 1))
        await replica.kill()
        return set()
    slack.request_url = f"{await asyncio.wait_for(asyncio.shield(replica.address), PATIENCE)}/slack/events"
    first: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    thanking = [asyncio.create_task(_thank(slack, who, numbers, replica, first)) for who in GIVERS]
    if chance.random() < 0.5:  # the others may die over the very first
        either: list[asyncio.Future[Any]] = [first, *thanking]
        await asyncio.wait(either, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        assert first.done(), "\n".join([*map(repr, thanking), *replica.last_words])
    await asyncio.wait(thanking, timeout=chance.uniform(0.01, 0.5))
    await replica.kill()
    return set().union(*await asyncio.gather(*thanking))


async def _thank(
    slack: PretendSlack, who: str, numbers: Iterator[int], replica: Replica, first: asyncio.Future[str]
) -> set[str]:
    """Thank Ben again and again, also after a refusal, until the process is killed."""
    acknowledged: set[str] = set()
    while replica.lives:
        mark = f"deed-{next(numbers):06d}"
        done = await slack.types(who, "general", f"/kudos @ben for the good {mark}")
        if done.ok:
            assert "Your thanks to Ben" in done.answer["text"], done.answer
            acknowledged.add(mark)
            if not first.done():
                first.set_result(mark)
    return acknowledged


async def _last_life(replica: Replica, slack: PretendSlack, database_url: str) -> float:
    """Start once more and leave it alive until everything is said; gives the seconds this took."""
    began = slack.clock.now()
    await replica.start()
    store = Store(database_url)
    try:
        async with asyncio.timeout(60 + 3 * RUNS):
            while await store.across(unfinished, only_reads=True):
                await asyncio.wait({replica.address}, timeout=0.1)
                await slack.clock.until(slack.clock.now() + _A_MOMENT)
    finally:
        await store.close()
        await replica.kill()
    return (slack.clock.now() - began).total_seconds()


async def _without_limit(database_url: str) -> None:
    store = Store(database_url)
    off = partial(settings.change, name="kudos_per_day", typed="off", by="eve", now=datetime.now(UTC))
    await store.transact("T0GOODWRD1", off)
    await store.close()


async def _ledger_agrees(database_url: str, count: int) -> None:
    store = Store(database_url)
    assert await store.transact("T0GOODWRD1", kudos.verify) == []
    assert await store.transact("T0GOODWRD1", lambda work: work.kudos.size()) == count
    await store.close()


def _replica(slack: PretendSlack, database_url: str) -> Replica:
    return Replica(database_url, slack.api_url, token=TOKEN, secret=SECRET, lease=LEASE)


def _mark(words: str) -> str:
    return words[words.index("deed-") :][:11]
