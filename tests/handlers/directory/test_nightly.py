"""The nightly reading: once however many replicas, again after a failure, and said once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot import settings
from bot.errors import Refusal
from handlers.directory.nightly import Nightly
from handlers.directory.reading import Read
from handlers.directory.slack import Alive
from storage.work import Store

WORKSPACE = "T1"
HOUR = timedelta(hours=1)


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 4, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


class Slack:
    """What is read; `trouble` is what goes wrong, `during` is done while it is read."""

    def __init__(self) -> None:
        self.readings = 0
        self.trouble: Exception | None = None
        self.during: Callable[[], None] = lambda: None

    async def __call__(self, alive: Alive) -> Read:
        self.readings += 1
        await asyncio.sleep(0)
        self.during()
        await alive()
        if self.trouble:
            raise self.trouble
        return Read(people=3, groups=1, profiles=True, scim=None)


@pytest.fixture
async def stores(database_url: str) -> AsyncIterator[list[Store]]:
    """Two replicas over one database."""
    stores = [Store(database_url), Store(database_url)]
    yield stores
    for store in stores:
        await store.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def replicas(stores: list[Store], slack: Slack, clock: Clock) -> list[Nightly]:
    return [Nightly(WORKSPACE, slack, store.transact, clock) for store in stores]


async def looked(replicas: list[Nightly]) -> int:
    """How many of them did it."""
    return sum(await asyncio.gather(*(replica.look() for replica in replicas * 5)))


async def test_a_night_is_read_once_however_many_replicas_look(
    replicas: list[Nightly], slack: Slack, clock: Clock
) -> None:
    assert await looked(replicas) == 1
    clock.time = datetime(2026, 3, 5, 2, 59, tzinfo=UTC)
    assert await looked(replicas) == 0
    clock.time = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)
    assert await looked(replicas) == 1
    assert slack.readings == 2


async def test_the_night_begins_by_the_clock_of_the_workspace(
    replicas: list[Nightly], stores: list[Store], clock: Clock
) -> None:
    zone = partial(settings.change, name="timezone", typed="new york", by="eve", now=clock())
    with pytest.raises(Refusal, match="did you mean America/New_York"):
        await stores[0].transact(WORKSPACE, zone)
    zone = partial(settings.change, name="timezone", typed="america/new york", by="eve", now=clock())
    assert await stores[0].transact(WORKSPACE, zone) == "America/New_York"
    assert await looked(replicas) == 1
    clock.time = datetime(2026, 3, 5, 7, 59, tzinfo=UTC)
    assert await looked(replicas) == 0
    clock.time = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    assert await looked(replicas) == 1


async def test_a_failure_is_said_once_and_tried_again_every_hour(
    replicas: list[Nightly], slack: Slack, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    slack.trouble = Refusal("Slack is on holiday.")
    for attempt in range(1, 4):
        assert await replicas[0].look() is False
        clock.time += timedelta(minutes=59)
        assert await replicas[0].look() is False
        assert slack.readings == attempt
        clock.time += timedelta(minutes=1)
    assert caplog.text.count("Slack is on holiday.") == 1

    slack.trouble = None
    assert await looked(replicas) == 1
    clock.time += HOUR
    assert await looked(replicas) == 0


async def test_a_bug_is_said_by_its_reference(
    replicas: list[Nightly], slack: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    slack.trouble = ValueError("ada@x.example")
    assert await replicas[0].look() is False
    assert "unexpected ValueError, reference" in caplog.text
    assert "ada@x.example" not in caplog.text


async def test_who_is_at_it_for_hours_keeps_it_and_who_died_loses_it_after_one(
    replicas: list[Nightly], slack: Slack, clock: Clock
) -> None:
    def half_an_hour_later() -> None:
        clock.time += timedelta(minutes=40)

    slack.during = half_an_hour_later
    slack.trouble = asyncio.CancelledError()  # type: ignore[assignment]
    with pytest.raises(asyncio.CancelledError):
        await replicas[0].look()
    slack.trouble, slack.during = None, lambda: None
    clock.time += timedelta(minutes=59)
    assert await replicas[1].look() is False
    clock.time += timedelta(minutes=1)
    assert await replicas[1].look() is True


async def test_a_knock_looks_at_most_once_a_minute_and_never_twice_at_a_time(
    replicas: list[Nightly], slack: Slack, clock: Clock
) -> None:
    replica = replicas[0]
    replica.knock()
    replica.knock()
    await asyncio.sleep(0.2)
    await replica.stop()
    assert slack.readings <= 1
    clock.time += timedelta(days=1)
    replica.knock()
    for _ in range(100):
        await asyncio.sleep(0.02)
        if slack.readings == 2:
            break
    await replica.stop()
    assert slack.readings == 2
