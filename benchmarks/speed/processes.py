"""One, two and four processes on one PostgreSQL, on cores shared with the load and the database."""

import os
import threading
from contextlib import ExitStack
from pathlib import Path

from benchmarks.speed import load, programs
from benchmarks.speed.load import Burst
from benchmarks.speed.programs import Program
from benchmarks.speed.report import Line, at_least, at_most, spread
from benchmarks.speed.requests import median

NUMBERS, CYCLES, CONNECTIONS = (1, 2, 4), 7, 32
EVERY = f"0-{(os.cpu_count() or 1) - 1}"


def processes(folder: Path) -> list[Line]:
    with ExitStack() as closing:
        slack = closing.enter_context(programs.slack(folder))
        url = closing.enter_context(programs.postgres()).database()
        ours = [
            closing.enter_context(programs.ours(url, slack.port, folder, EVERY)) for _ in range(max(NUMBERS))
        ]
        rates: dict[int, list[float]] = {number: [] for number in NUMBERS}
        costs: dict[int, list[float]] = {number: [] for number in NUMBERS}
        for cycle in range(CYCLES + 1):
            for number in NUMBERS:
                rate, cost = _together(folder, ours[:number])
                if cycle:
                    rates[number].append(rate)
                    costs[number].append(cost)
    two = [one / median(rates[1]) for one in rates[2]]
    four = [one / median(costs[1]) for one in costs[4]]
    return [
        at_least("processes", "two processes to one on PostgreSQL, rate of /kudos", two, 1.3),
        Line("processes", "four processes to one", spread([one / median(rates[1]) for one in rates[4]])),
        at_most("processes", "processor time for each request, four processes to one", four, 1.15),
    ]


def _together(folder: Path, some: list[Program]) -> tuple[float, float]:
    """Load all of them at once; gives requests a second, and microseconds of processor for each."""
    found: list[Burst] = []

    def send(at: int, program: Program) -> None:
        place = folder / f"load{at}"
        place.mkdir(exist_ok=True)
        each = CONNECTIONS // len(some)
        sent = load.send(
            place, program.port, "kudos", most=12_000, connections=each, seconds=2, cpu=program.cpu
        )
        found.append(sent)

    threads = [threading.Thread(target=send, args=(at, one)) for at, one in enumerate(some)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    requests = sum(one.requests for one in found)
    spent = sum(one.cpu * one.requests for one in found)
    return sum(one.rate for one in found), spent / requests
