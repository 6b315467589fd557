"""One, two and four processes of `goodword run --workers`, each number on a database of its own.

They share the cores with the load and with PostgreSQL. Each number has its own database, for any process
delivers what waits in it, and that is a part of what a request costs. Each process is given as many
connections as a single one: requests that wait together share a commit, and of fewer fewer would.
Bolt's no-op is visited in between with as many processes: it shares nothing but the cores and the load, and
so shows what these alone leave of two and four.
"""

import os
import random
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.speed import load, programs
from benchmarks.speed.load import Burst
from benchmarks.speed.report import Line, at_least, at_most, spread
from benchmarks.speed.requests import median

NUMBERS, CYCLES, CONNECTIONS = (1, 2, 4), 7, 16  # connections for each process
EVERY = f"0-{(os.cpu_count() or 1) - 1}"
MOST = {"goodword": 24_000, "bolt": 60_000}  # requests signed for a burst of two seconds
Bursts = Mapping[int, Sequence[Burst]]


def processes(folder: Path) -> list[Line]:
    with ExitStack() as closing:
        slack = closing.enter_context(programs.slack(folder))
        server = closing.enter_context(programs.postgres())
        visited = {
            ("goodword", number): closing.enter_context(
                programs.ours(server.database(), slack.port, folder, EVERY, workers=number)
            )
            for number in NUMBERS
        }
        for number in NUMBERS:
            nothing = programs.baseline("pbr", folder, EVERY, workers=number)
            visited["bolt", number] = closing.enter_context(nothing)
        found: dict[str, dict[int, list[Burst]]] = {name: {at: [] for at in NUMBERS} for name in MOST}
        for cycle in range(CYCLES + 1):
            for name, number in random.sample([*visited], len(visited)):
                program = visited[name, number]
                sent = load.send(
                    folder,
                    program.port,
                    "kudos",
                    most=MOST[name],
                    connections=CONNECTIONS * number,
                    seconds=2,
                    cpu=program.cpu,
                )
                if cycle:
                    found[name][number].append(sent)
                else:
                    programs.analyse(program.database)
    ours, no_op = found["goodword"], found["bolt"]
    return [
        at_least(
            "processes", "two processes to one on PostgreSQL, rate of /kudos", _to_one(ours, 2, "rate"), 1.3
        ),
        Line("processes", "… of Bolt's no-op", spread(_to_one(no_op, 2, "rate"))),
        Line("processes", "four processes to one", spread(_to_one(ours, 4, "rate"))),
        Line("processes", "… of Bolt's no-op", spread(_to_one(no_op, 4, "rate"))),
        at_most(
            "processes",
            "processor time for each request, four processes to one",
            _to_one(ours, 4, "cpu"),
            1.15,
        ),
        Line("processes", "… of Bolt's no-op", spread(_to_one(no_op, 4, "cpu"))),
    ]


def _to_one(bursts: Bursts, number: int, what: str) -> list[float]:
    """Each burst of so many processes to the median of a single one."""
    single = median([getattr(one, what) for one in bursts[1]])
    return [getattr(one, what) / single for one in bursts[number]]
