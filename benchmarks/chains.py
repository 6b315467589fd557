"""Chains as the company grows, and how long a whole import takes: `python -m benchmarks.chains`.

The ratio to the smallest company is printed, and how many managers a chain has on average: it is to cost
as much as it is long, and nothing for the size of the company.
"""

import asyncio
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot import people
from bot.ports import Work
from bot.rules.people import Person
from handlers.directory import csv
from storage import migrations
from storage.work import Store
from tests.postgres import Server

SIZES = (100, 5_000, 50_000)
SPAN = 8  # people who report to each manager
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
ROUNDS, LOOKS = 7, 50
TEAM = 20


def company(size: int) -> list[Person]:
    return [
        Person(f"U{at:07}", f"p{at}", f"Person {at}", "T1", email=f"p{at}@kestrel.example")
        for at in range(size)
    ]


def file_of(size: int) -> bytes:
    lines = ["email,manager_email,department,title"]
    for at in range(size):
        boss = f"p{at // SPAN}@kestrel.example" if at else ""
        lines.append(f"p{at}@kestrel.example,{boss},Department {at % 40},Title {at % 300}")
    return "\n".join(lines).encode()


def import_file(store: Store, content: bytes) -> tuple[float, float]:
    """Give the seconds from bytes to commit, and those of the transaction alone, in which others wait."""
    began = time.perf_counter()
    sheet = csv.read("people.csv", content)
    read = time.perf_counter()
    take = partial(people.import_rows, name=sheet.name, rows=sheet.rows, problems=sheet.problems)
    asyncio.run(store.transact("T1", take))
    ended = time.perf_counter()
    return ended - began, ended - read


def look_ups(store: Store, size: int) -> tuple[float, float, float]:
    """Give the median milliseconds of one chain and of those of a team, and the managers in a chain."""
    chance = random.Random(size)

    def look(work: Work) -> tuple[float, float, float]:
        one, team, height = [], [], []
        for _ in range(ROUNDS * LOOKS):
            ids = [f"U{chance.randrange(size):07}" for _ in range(TEAM)]
            began = time.perf_counter()
            height.append(len(work.people.chain(ids[0]).managers))
            between = time.perf_counter()
            work.people.chains(ids)
            one.append(between - began)
            team.append(time.perf_counter() - between)
        return statistics.median(one) * 1000, statistics.median(team) * 1000, statistics.mean(height)

    return asyncio.run(store.transact("T1", look))


def measure(name: str, url: str, size: int, first: tuple[float, float] | None) -> tuple[float, float]:
    migrations.upgrade(url)
    store = Store(url)
    try:
        asyncio.run(store.transact("T1", lambda work: work.people.put(company(size), NOW)))
        whole, inside = import_file(store, file_of(size))
        again, _ = import_file(store, file_of(size))
        one, team, height = look_ups(store, size)
    finally:
        asyncio.run(store.close())
    base = first or (one, team)
    print(
        f"{name:10} {size:>6} people: import {whole:6.2f} s (transaction {inside:5.2f} s), unchanged again "
        f"{again:5.2f} s; chain of {height:3.1f} {one:6.3f} ms (×{one / base[0]:4.2f}), "
        f"of a team of {TEAM} {team:6.3f} ms (×{team / base[1]:4.2f})"
    )
    return base


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Server(durable=True) as server:
        for name in ("sqlite", "postgresql"):
            first = None
            for size in SIZES:
                url = f"sqlite:///{Path(folder) / f'{size}.db'}" if name == "sqlite" else server.database()
                first = measure(name, url, size, first)


if __name__ == "__main__":
    main()
