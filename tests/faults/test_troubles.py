"""Each trouble, on both engines: nothing acknowledged is lost, nothing is said twice, it is told once.

Once each in every test run; `make faults` sets GOODWORD_TROUBLES to how often each is provoked, and prints
the table of docs/reliability.md.
"""

import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from bot.app import Plan
from handlers import web
from handlers.playground import serve
from storage import engine as engines
from storage import migrations
from tests.faults import troubles
from tests.faults.line import Line
from tests.faults.table import Record, note
from tests.faults.trial import Heard, Row, Trial
from tests.postgres import Server
from tests.town import beside, pretend_slack

TIMES = int(os.environ.get("GOODWORD_TROUBLES", "1"))
SEED = 20261126


@pytest.fixture(scope="module")
def fragile() -> Iterator[Server]:
    """A server that may be stopped without taking the databases of other tests along."""
    with Server() as server:
        yield server


@pytest.fixture
def heard() -> Iterator[Heard]:
    handler = Heard()
    logger = logging.getLogger("goodword")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has to be waited out takes tenths of a second, not the seconds it takes in production."""
    monkeypatch.setattr(web, "TIMEOUT", 1.0)
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 300)
    monkeypatch.setattr(engines, "IN_A_HURRY_MS", 300)
    monkeypatch.setattr(engines, "IN_A_HURRY", "-c lock_timeout=300 -c statement_timeout=2000")


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("name", troubles.EVERYWHERE)
async def test_whatever_goes_wrong_nothing_is_lost_and_nothing_doubled(
    name: str, database_url: str, engine_name: str, heard: Heard, record_property: Record
) -> None:
    async with _trial(database_url) as trial:
        row = await _tried(trial, name, troubles.EVERYWHERE[name], engine_name)
    record_property(*note(row))
    _well(row, heard)


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("name", troubles.POSTGRESQL)
async def test_whatever_the_server_does_nothing_is_lost_and_nothing_doubled(
    name: str, fragile: Server, heard: Heard, record_property: Record
) -> None:
    url = fragile.database()
    migrations.upgrade(url)
    with Line(fragile.port) as line:
        async with _trial(url, fragile, line, alone=name not in troubles.OF_TWO) as trial:
            row = await _tried(trial, name, troubles.POSTGRESQL[name], "postgresql")
    fragile.drop(url)
    record_property(*note(row))
    _well(row, heard)


def _well(row: Row, heard: Heard) -> None:
    assert row.acknowledged, "nothing was acknowledged, so nothing was tried"
    assert (row.lost, row.doubled) == (0, 0), row
    often = {line: times for line, times in heard.lines.items() if times > TIMES}
    assert often == {}, "the operator is told once of each trouble"


async def _tried(trial: Trial, name: str, trouble: troubles.Trouble, engine_name: str) -> Row:
    recovered = 0.0
    for _ in range(TIMES):
        await trial.thank()
        await trouble(trial)
        trial.slack.faults.clear()
        recovered = max(recovered, await trial.recovered())
        await trial.thank()
    await trial.recovered()
    lost, doubled = await trial.outcome()
    assert await trial.disagreements() == []
    return Row(name, engine_name, TIMES, len(trial.acknowledged), len(lost), len(doubled), recovered)


@asynccontextmanager
async def _trial(
    url: str, server: Server | None = None, line: Line | None = None, *, alone: bool = True
) -> AsyncIterator[Trial]:
    """Goodword, over the line where there is one, or two of which the other reaches the database itself."""
    async with AsyncExitStack() as closing:
        slack = pretend_slack(ack_seconds=3.0)  # what takes longer is refused
        await closing.enter_async_context(serve(slack))
        made: list[Trial] = []

        def now() -> datetime:
            return slack.clock.now() + (made[0].skew if made else timedelta())

        def plan(plan: Plan) -> Plan:
            return replace(plan, now=now)

        other_url = ""
        if not alone:
            await closing.enter_async_context(beside(slack, url))
            other_url = slack.request_url or ""
        reached = line.through(url) if line else url
        town = await closing.enter_async_context(beside(slack, reached, plan=plan))
        await town.set("kudos_per_day", "off")
        plain = engines.build(url)
        closing.callback(plain.dispose)
        made.append(Trial(town, plain, Random(SEED), server, line, other_url))
        yield made[0]
