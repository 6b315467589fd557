"""What one process takes: seconds until it is ready, and memory after many requests."""

import os
import resource
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.speed import load, programs
from benchmarks.speed.report import Line, at_most, spread
from storage import migrations
from tests.postgres import free_port

STARTS = 5
WHOLE = "import bot.commands, bot.serve"
FLOOR = "import slack_bolt.async_app, sqlalchemy, starlette.applications, uvicorn"
REQUESTS, MOST = 100_000, 20_000


def start(folder: Path) -> list[Line]:
    """From the command to /readyz, with a database that is there; compiled, as whatever is installed is."""
    took, spent, floor = [], [], []
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    url = f"sqlite:///{folder / 'start.db'}"
    migrations.upgrade(url)
    with programs.slack(folder) as slack:
        for code in (WHOLE, FLOOR):  # compile them
            _importing(code, compiled)
        for at in range(STARTS + 1):  # the first warms up, and counts not
            port = free_port()
            env = programs.environment(url, slack.port, port) | compiled
            began = time.perf_counter()
            with programs.started([programs.GOODWORD, "run"], load.OURS, env, folder) as pid:
                programs.listening(port, "/readyz")
                if at:
                    took.append(time.perf_counter() - began)
                    spent.append(programs.cpu_of(pid))
            importing = _importing(FLOOR, compiled)
            if at:
                floor.append(importing)
    return [
        at_most("start", "from start to ready", took, 1.5, " s"),
        Line("start", "… of it on the processor", f"{spread(spent)} s"),
        Line("start", "… to import Bolt, SQLAlchemy, Starlette and uvicorn alone", f"{spread(floor)} s"),
    ]


def _importing(code: str, env: dict[str, str]) -> float:
    """Seconds of the processor that it takes; of `FLOOR`, those that nothing of ours can save."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], env=os.environ | env, check=True)  # noqa: S603 - ours
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


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
