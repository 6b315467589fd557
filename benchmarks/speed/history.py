"""A digest as the history grows, and a route as the company grows: what was long ago is to cost nothing."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, text

from benchmarks.speed import programs
from benchmarks.speed.report import Line, at_most, ratios
from benchmarks.speed.requests import POSTGRES, SQLITE, median
from bot import digests, people
from bot.messages import RECOGNITION
from bot.ports import Work
from bot.rules.people import Person
from bot.rules.periods import Made
from storage import migrations, tables, workspaces
from storage.work import Store

NOW = datetime(2026, 3, 6, 16, tzinfo=UTC)
WEEK = timedelta(days=7)
PEOPLE, OF_THE_WEEK = 10_000, 5_000
SIZES, LARGE = (100_000, 1_000_000), 5_000_000
COMPANIES = (100, 5_000, 50_000)
ROUNDS = 9
T1 = "T1"
# So many kudos spread over three years before the week; the ledger is not read, and left out.
HISTORY = {
    "sqlite": "WITH RECURSIVE at(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM at WHERE n < :size) ",
    "postgresql": "WITH at(n) AS (SELECT generate_series(1, :size)) ",
}
MOMENTS = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', '2026-02-27 15:00:00', "
    "'-' || (n * 1.0 / :size * 1090) || ' days') || '000'",
    "postgresql": "timestamptz '2026-02-27 15:00:00Z' - n * 1.0 / :size * interval '1090 days'",
}
# The later, the higher its number, as in life.
KUDOS = """INSERT INTO kudos
(number, workspace_id, giver_id, reason, tags, source, given_at, above, private, asked_at)
{many} SELECT :size + 1 - n, 'T1', 'U' || substr('0000000' || (n % 10000 * 7919 % 10000), -7),
'for deed number ' || n || ' of all those', '', 'h' || n, {moment}, {no}, {no}, {moment} FROM at"""
RECIPIENTS = """INSERT INTO recipients (workspace_id, kudos_number, person_id, position)
{many} SELECT 'T1', n, 'U' || substr('0000000' || (n % 10000 * 4729 % 10000), -7), 0 FROM at"""


def fill(store: Store, size: int) -> None:
    """A history of that size, and a week of which every digest is the same."""
    met = [Person(f"U{at:07d}", f"p{at}", f"Person {at}", T1) for at in range(PEOPLE)]
    here = workspaces.Workspace(T1, "Kestrel", "UBOT", "https://kestrel.slack.com/")
    asyncio.run(store.across(partial(workspaces.add, workspace=here, now=NOW - timedelta(days=1100))))
    asyncio.run(store.transact(T1, partial(people.meet, people=met, groups=[], now=NOW)))
    made = Made("2026-W10", NOW - WEEK, NOW, folded=False)
    asyncio.run(store.transact(T1, lambda work: work.digests.write("weekly", RECOGNITION, made, NOW)))
    with store.engine.begin() as connection:
        engine = connection.dialect.name
        words = {
            "many": HISTORY[engine],
            "moment": MOMENTS[engine],
            "no": "false" if engine == "postgresql" else "0",
        }
        for statement in (KUDOS, RECIPIENTS):
            said = statement.format(**words)
            if engine == "postgresql":
                said = said.replace("substr(", "right(").replace("), -7)", "), 7)")
            connection.execute(text(said), {"size": size})
        _week(connection, size)
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _week(connection: Connection, size: int) -> None:
    chance = random.Random(7)
    rows, thanked = [], []
    for at in range(OF_THE_WEEK):
        number = size + 1 + at
        moment = NOW - timedelta(minutes=1 + (OF_THE_WEEK - at) * 10_000 // OF_THE_WEEK)
        rows.append(
            {
                "number": number,
                "workspace_id": T1,
                "giver_id": f"U{chance.randrange(PEOPLE):07d}",
                "tags": "",
                "reason": f"for deed {at}, which took longer than anybody would have thought",
                "source": f"w{at}",
                "given_at": moment,
                "above": at % 50 == 0,
            }
        )
        thanked.append(
            {
                "workspace_id": T1,
                "kudos_number": number,
                "position": 0,
                "person_id": f"U{chance.randrange(PEOPLE):07d}",
            }
        )
    connection.execute(tables.kudos.insert(), rows)
    connection.execute(tables.recipients.insert(), thanked)


def _milliseconds(store: Store, read: Callable[[Work], object]) -> list[float]:
    took = []
    for _ in range(4):
        began = time.perf_counter()
        assert asyncio.run(store.transact(T1, read))
        took.append((time.perf_counter() - began) * 1000)
    return took[1:]


def digest(folder: Path, *, large: bool = False) -> list[Line]:
    sizes = (*SIZES, LARGE) if large else SIZES
    read = partial(digests.read, kind="weekly", addressee=RECOGNITION, period="2026-W10")
    lines = []
    with ExitStack() as closing:
        server = closing.enter_context(programs.postgres())
        for name in (SQLITE, POSTGRES):
            stores: dict[int, Store] = {}
            for size in sizes:
                url = f"sqlite:///{folder / f'{size}.db'}" if name == SQLITE else server.database()
                migrations.upgrade(url)
                stores[size] = Store(url)
                fill(stores[size], size)
            took: dict[int, list[float]] = {size: [] for size in sizes}
            for _ in range(ROUNDS):  # in turns, for the machine is never the same twice
                for size, store in stores.items():
                    took[size].append(median(_milliseconds(store, read)))
            for store in stores.values():
                asyncio.run(store.close())
            for size in sizes[1:]:
                what = f"digest of a week, of {size:,} kudos to that of {sizes[0]:,}, {name}"
                lines.append(at_most("digest", what, ratios(took[size], took[sizes[0]]), 1.3))
    return lines


def company(store: Store, size: int) -> None:
    """Everybody with a manager, eight to each."""
    met = [Person(f"U{at:07d}", f"p{at}", f"Person {at}", T1) for at in range(size)]
    asyncio.run(store.transact(T1, partial(people.meet, people=met, groups=[], now=NOW)))
    with store.engine.begin() as connection:
        rows = [
            {
                "workspace_id": T1,
                "member_id": f"U{at:07d}",
                "department": f"Department {at % 40}",
                "manager_id": f"U{at // 8:07d}" if at else None,
            }
            for at in range(size)
        ]
        connection.execute(tables.chart.insert(), rows)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")


def routing(folder: Path) -> list[Line]:
    lines = []
    with ExitStack() as closing:
        server = closing.enter_context(programs.postgres())
        for name in (SQLITE, POSTGRES):
            stores: dict[int, Store] = {}
            for size in COMPANIES:
                url = f"sqlite:///{folder / f'chart{size}.db'}" if name == SQLITE else server.database()
                migrations.upgrade(url)
                stores[size] = Store(url)
                company(stores[size], size)
            took: dict[int, list[float]] = {size: [] for size in COMPANIES}
            for _ in range(ROUNDS):  # in turns, for the machine is never the same twice
                for size, store in stores.items():
                    took[size].append(asyncio.run(store.transact(T1, partial(_chains, size=size))))
            for store in stores.values():
                asyncio.run(store.close())
            for size in COMPANIES[1:]:
                what = f"a route among {size:,} people to one among {COMPANIES[0]}, {name}"
                lines.append(at_most("routing", what, ratios(took[size], took[COMPANIES[0]]), 2))
    return lines


def _chains(work: Work, size: int) -> float:
    """The median of some routes between two people."""
    chance = random.Random()
    took = []
    for _ in range(120):
        both = [f"U{chance.randrange(size):07d}" for _ in range(2)]
        began = time.perf_counter()
        work.people.chains(both)
        took.append(time.perf_counter() - began)
    return median(took[20:])
