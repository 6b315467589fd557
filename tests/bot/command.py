"""The goodword command as a process of its own.

A fresh interpreter needs more than a second to import everything. Where only what is said matters, the
process is forked from one that has done so; `goodword run` starts in earnest, as `python -m bot`.
"""

import asyncio
import contextlib
import multiprocessing
import os
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEY = "Zm9yIHRlc3RzIG9ubHksIG5vdCBhIHNlY3JldC4uLiE="
LISTENS = re.compile(r"(?:listens|calls Slack) for .* at (http://\S+)/(?:slack/events|readyz)")

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["bot.__main__", "bot.commands", "bot.playground"])


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


async def goodword(*arguments: str, **environment: str) -> Done:
    """Run the command to its end, with nothing in its environment but a key and what is given."""
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "out", Path(folder) / "err"
        how = (arguments, _clean(environment), environment.get("HOME", folder), [str(file) for file in files])
        process = _forks.Process(target=_command, args=how)
        process.start()
        await asyncio.to_thread(wait, [process.sentinel])
        # In the thread that starts the others: `start` asks after every child, and the answer is there once.
        process.join()
        out, err = (file.read_text() for file in files)
        code = process.exitcode
        process.close()
    assert code is not None
    return Done(code, out, err)


def _command(
    arguments: Sequence[str], environment: Mapping[str, str], folder: str, files: Sequence[str]
) -> None:
    """In the new process: be the command that was typed."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    sys.argv = ["goodword", *arguments]
    from bot.__main__ import main  # noqa: PLC0415 - it was imported before the fork, and not by the tests

    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    own = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "GOODWORD_ENCRYPTION_KEY": KEY}
    return {**own, **environment}


@dataclass
class Running:
    """`goodword run` while it runs; `log` is what it wrote so far."""

    process: asyncio.subprocess.Process
    url: str = ""
    log: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    silent: bool = False  # nobody holds its standard error any more

    async def says(self, words: str, times: int = 1) -> None:
        """Wait until this stands in so many lines of its log."""
        async with asyncio.timeout(30):
            while len([1 for line in self.log if words in line]) < times:
                assert not self.silent, "".join(self.log)
                self.news.clear()
                await self.news.wait()

    async def ends(self) -> int:
        """Wait until it has ended by itself; gives its exit code."""
        async with asyncio.timeout(10):  # as long as an orchestrator waits at the least
            return await self.process.wait()

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)


@asynccontextmanager
async def running(
    folder: Path, *arguments: str, how: Sequence[str] = ("-m", "bot"), **environment: str
) -> AsyncIterator[Running]:
    """Start `goodword run` on a free port and wait until it listens, or until it has ended."""
    given = {"PORT": "0", **_clean(environment)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *how, "run", *arguments),
        cwd=folder,
        env=given,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    started = Running(process)
    listening = asyncio.Event()
    reading = asyncio.create_task(_read(started, listening))
    try:
        async with asyncio.timeout(30):
            await listening.wait()
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its workers with it
        await process.wait()
        await reading


async def _read(started: Running, listening: asyncio.Event) -> None:
    assert started.process.stderr
    async for line in started.process.stderr:
        started.log.append(line.decode())
        started.news.set()
        if found := LISTENS.search(started.log[-1]):
            started.url = found[1]
            listening.set()
    started.silent = True
    started.news.set()
    listening.set()
