"""What one process takes: seconds until it is ready, and memory after many requests."""

import sys
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.speed import load, programs
from benchmarks.speed.report import Line, at_most
from storage import migrations
from tests.postgres import free_port

STARTS = 5
REQUESTS, MOST = 100_000, 20_000


def start(folder: Path) -> list[Line]:
    """From the command to /readyz, with a database that is there."""
    took = []
    url = f"sqlite:///{folder / 'start.db'}"
    migrations.upgrade(url)
    with programs.slack(folder) as slack:
        for _ in range(STARTS):
            port = free_port()
            command = [str(Path(sys.executable).parent / "goodword"), "run"]
            began = time.perf_counter()
            with programs.started(command, load.OURS, programs.environment(url, slack.port, port), folder):
                programs.listening(port, "/readyz")
                took.append(time.perf_counter() - began)
    return [at_most("start", "from start to ready", took, 1.5, " s")]


def memory(folder: Path) -> list[Line]:
    """Of half as many requests and of all; the second half is to add next to nothing."""
    with ExitStack() as closing:
        slack = closing.enter_context(programs.slack(folder))
        ours = closing.enter_context(programs.ours(f"sqlite:///{folder / 'memory.db'}", slack.port, folder))
        found = {}
        sent = 0
        for mark in (REQUESTS // 2, REQUESTS):
            while sent < mark:
                sent += load.send(folder, ours.port, "kudos", most=MOST, connections=32, seconds=3).requests
            found[mark] = ours.memory()
    grown = found[REQUESTS] / found[REQUESTS // 2]
    return [
        at_most("memory", f"in memory after {REQUESTS:,} /kudos", [found[REQUESTS]], 120, " MB"),
        at_most("memory", "… to that after half as many", [grown], 1.05),
    ]
