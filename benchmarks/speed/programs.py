"""The programs that are measured, each in a process of its own on a core of its own."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from benchmarks.speed.load import GIVERS, OURS, RECIPIENTS, SECRET, THEIRS, on_core
from storage import engine as engines
from storage import migrations
from tests.postgres import Server, free_port

ROOT = Path(__file__).parents[2]
START_WITHIN, MEET_WITHIN = 60.0, 60.0  # seconds
GOODWORD = str(Path(sys.executable).parent / "goodword")
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class Program:
    """One that runs and listens; `database` where it is ours."""

    pid: int
    port: int
    database: str = ""

    def cpu(self) -> float:
        """Seconds of the processor so far, those of its own children that still run included."""
        return sum(cpu_of(pid) for pid in [self.pid, *_children(self.pid)])

    def memory(self) -> float:
        """MB in memory, each of them 1024² bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2

    def ask(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return str(answer.read().decode())


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def started(command: list[str], core: str, env: dict[str, str], folder: Path) -> Iterator[int]:
    """Run it until the block is left."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - ours
            [*on_core(core), *command], cwd=ROOT, env=os.environ | env, stdout=log, stderr=log
        )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listening(port: int, path: str) -> None:
    """Wait until it answers, whatever it says."""
    until = time.monotonic() + START_WITHIN
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                return
        except urllib.error.HTTPError as error:
            if error.code != 503:  # noqa: PLR2004
                return
        except OSError:
            pass
        if time.monotonic() > until:
            raise RuntimeError("a program did not start, its log says why")
        time.sleep(0.02)


@contextmanager
def baseline(name: str, folder: Path, core: str = OURS, *, workers: int = 1) -> Iterator[Program]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.speed.baselines", name, str(port)]
    if workers > 1:
        command.append(str(workers))
    with started(command, core, {}, folder) as pid:
        listening(port, "/")
        yield Program(pid, port)


@contextmanager
def slack(folder: Path, milliseconds: int = 0) -> Iterator[Program]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.speed.slack", str(port), str(milliseconds)]
    with started(command, THEIRS, {}, folder) as pid:
        listening(port, "/posted")
        yield Program(pid, port)


def environment(database: str, slack_port: int, port: int) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"http://127.0.0.1:{slack_port}/api/",
        "DATABASE_URL": database,
        "GOODWORD_ENCRYPTION_KEY": "c2l4dGVlbiBieXRlcyBhbmQgYXMgbWFueSBtb3JlLi4=",
        "PORT": str(port),
    }


@contextmanager
def ours(
    database: str, slack_port: int, folder: Path, core: str = OURS, *, met: bool = True, workers: int = 1
) -> Iterator[Program]:
    """`goodword run`, once everybody is met."""
    migrations.upgrade(database)
    port = free_port()
    command = [GOODWORD, "run", *(["--workers", str(workers)] if workers > 1 else [])]
    with started(command, core, environment(database, slack_port, port), folder) as pid:
        listening(port, "/readyz")
        until = time.monotonic() + MEET_WITHIN
        while met and rows(database, "people") < GIVERS + RECIPIENTS:
            if time.monotonic() > until:
                raise RuntimeError("the directory was not read, the log says why")
            time.sleep(0.1)
        yield Program(pid, port, database)


def analyse(database: str) -> None:
    """Let PostgreSQL count its rows, as it does by itself within a minute; SQLite plans without counting.

    A plan that is kept from when a table was empty reads, until then, all of it.
    """
    if database.startswith("postgresql"):
        engine = create_engine(engines.address(database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("ANALYZE"))
        engine.dispose()


def rows(database: str, table: str, which: str = "1 = 1") -> int:
    return int(ask(database, f"SELECT count(*) FROM {table} WHERE {which}"))  # noqa: S608 - ours


def ask(database: str, query: str) -> Any:
    engine = create_engine(engines.address(database))
    try:
        with engine.connect() as connection:
            return connection.execute(text(query)).scalar_one()
    finally:
        engine.dispose()


@contextmanager
def postgres() -> Iterator[Server]:
    """PostgreSQL beside the load, not beside the server; it waits for the disk as in production."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    with ExitStack() as closing:
        if before and len(before) > 1:
            os.sched_setaffinity(0, {int(THEIRS)})
            closing.callback(os.sched_setaffinity, 0, before)
        server = closing.enter_context(Server(durable=True))
        if before:
            os.sched_setaffinity(0, before)
        yield server
