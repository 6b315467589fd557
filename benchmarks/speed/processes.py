"""One, two and four processes of `goodword run --workers`, each number on a database of its own.

They share the cores with the load and with PostgreSQL. Each number has its own database, for any process
delivers what waits in it, and that is a part of what a request costs. Each process is given as many
connections as a single one: requests that wait together share a commit, and of fewer fewer would.
"""

import os
import random
from contextlib import ExitStack
from pathlib import Path

from benchmarks.speed import load, programs
from benchmarks.speed.report import Line, at_least, at_most, spread
from benchmarks.speed.requests import median

NUMBERS, CYCLES, CONNECTIONS = (1, 2, 4), 7, 16  # connections for each process
EVERY = f"0-{(os.cpu_count() or 1) - 1}"


def processes(folder: Path) -> list[Line]:
    with ExitStack() as closing:
        slack = closing.enter_context(programs.slack(folder))
        server = closing.enter_context(programs.postgres())
        ours = {
            number: closing.enter_context(
                programs.ours(server.database(), slack.port, folder, EVERY, workers=number)
            )
            for number in NUMBERS
        }
        rates: dict[int, list[float]] = {number: [] for number in NUMBERS}
        costs: dict[int, list[float]] = {number: [] for number in NUMBERS}
        for cycle in range(CYCLES + 1):
            for number in random.sample(NUMBERS, len(NUMBERS)):
                program = ours[number]
                sent = load.send(
                    folder,
                    program.port,
                    "kudos",
                    most=24_000,
                    connections=CONNECTIONS * number,
                    seconds=2,
                    cpu=program.cpu,
                )
                if cycle:
                    rates[number].append(sent.rate)
                    costs[number].append(sent.cpu)
                else:
                    programs.analyse(program.database)
    two = [one / median(rates[1]) for one in rates[2]]
    four = [one / median(costs[1]) for one in costs[4]]
    return [
        at_least("processes", "two processes to one on PostgreSQL, rate of /kudos", two, 1.3),
        Line("processes", "four processes to one", spread([one / median(rates[1]) for one in rates[4]])),
        at_most("processes", "processor time for each request, four processes to one", four, 1.15),
    ]
