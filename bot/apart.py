"""Goodword in a process of its own: it can be killed at any moment, and started again.

A process that has imported everything waits to be forked, so that each start takes no time.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle

from bot.app import Bot, Plan, running
from bot.serve import served

log = logging.getLogger("goodword")

LAST_WORDS = 5.0  # seconds that it may take to end when it is asked to
TRY_AGAIN = 1.0  # seconds after which a start that failed is tried again, as a supervisor would
# Elsewhere the system's own libraries do not bear a fork.
AT_ONCE = "fork" if sys.platform == "linux" else "forkserver"


@dataclass(frozen=True, slots=True)
class Listens:
    """It said where it can be reached."""

    address: str


@dataclass(frozen=True, slots=True)
class Happened:
    """It said what it did."""

    kind: str
    summary: str


Heard = Callable[[Listens | Happened], None]


class Nursery:
    """A process that does nothing but fork itself."""

    def __init__(self, line: Connection, pid: int) -> None:
        self._line = line
        self._pid = pid

    def start(self, plan: Plan, ahead: float) -> tuple[int, Connection]:
        """Start Goodword; gives its process id and the line to it."""
        ours, theirs = multiprocessing.Pipe()
        self._line.send((plan, ahead))
        send_handle(self._line, theirs.fileno(), self._pid)
        theirs.close()
        return int(self._line.recv()), ours


@contextmanager
def nursery(way: str = AT_ONCE) -> Iterator[Nursery]:
    """Make one: by `fork`, which nobody may do who has threads, or from a fresh process (`forkserver`)."""
    context = multiprocessing.get_context(way)
    ours, theirs = multiprocessing.Pipe()
    process = context.Process(target=_nurse, args=(theirs, ours))  # type: ignore[attr-defined] # of any context
    process.start()
    theirs.close()
    try:
        yield Nursery(ours, process.pid)
    finally:
        ours.close()
        process.join()


def _nurse(line: Connection, other: Connection) -> None:
    other.close()  # or the line would never end for us
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of them; we are told when to stop
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever has ended leaves nothing behind
    with contextlib.suppress(EOFError):
        while True:
            plan, ahead = line.recv()
            handle = recv_handle(line)
            if pid := os.fork():
                os.close(handle)
                line.send(pid)
            else:
                line.close()
                _live(plan, Connection(handle), ahead)
                return


class Apart:
    """One such process at a time, and the line to it; `heard` is told what it says.

    `ahead` says by how many seconds its clock is to be ahead of the real one.
    """

    def __init__(self, nursery: Nursery, plan: Plan, ahead: Callable[[], float], heard: Heard) -> None:
        self._nursery = nursery
        self._plan = plan
        self._ahead = ahead
        self._heard = heard
        self._pid = 0
        self._line: Connection | None = None
        self._answered = asyncio.Event()
        self._ended = asyncio.Event()

    async def start(self) -> None:
        """Start it and wait until it listens, or has ended."""
        self.begin()
        await self._answered.wait()

    def begin(self) -> None:
        if self._line is not None:
            return
        self._answered.clear()
        self._ended.clear()
        self._pid, self._line = self._nursery.start(self._plan, self._ahead())
        asyncio.get_running_loop().add_reader(self._line.fileno(), self._hear, self._line)

    async def kill(self) -> None:
        """End it with SIGKILL, in the middle of whatever it does."""
        if self._line is not None:
            os.kill(self._pid, signal.SIGKILL)
            await self._ended.wait()

    async def stop(self) -> None:
        """Let it finish what is in hand, though not for ever."""
        if self._line is None:
            return
        self._line.send(None)
        try:
            async with asyncio.timeout(LAST_WORDS):
                await self._ended.wait()
        except TimeoutError:
            await self.kill()

    def clock_moved(self) -> None:
        if self._line is not None:
            self._line.send(self._ahead())

    def _hear(self, line: Connection) -> None:
        """Hear what it says; the line ends when the process does."""
        try:
            while line.poll():
                said = line.recv()
                self._heard(said)
                if isinstance(said, Listens):
                    self._answered.set()
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(line.fileno())
            line.close()
            self._line = None
            self._answered.set()
            self._ended.set()


def _live(plan: Plan, line: Connection, ahead: float) -> None:
    """In the new process: be Goodword until the line is cut."""
    asyncio.run(_Living(line, ahead).live(plan))


class _Living:
    def __init__(self, line: Connection, ahead: float) -> None:
        self._line = line
        self._ahead = ahead
        self._stopped = asyncio.Event()
        self._bot: Bot | None = None

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._ahead)

    async def live(self, plan: Plan) -> None:
        plan = replace(plan, now=self.now, told=self._tell)
        asyncio.get_running_loop().add_reader(self._line.fileno(), self._hear)
        while not self._stopped.is_set():
            try:
                await self._once(plan)
            except Exception as error:  # noqa: BLE001 - whatever it is, somebody would start it again
                log.warning("Goodword could not start (%s) and tries again", type(error).__name__)
                await asyncio.sleep(TRY_AGAIN)

    async def _once(self, plan: Plan) -> None:
        async with running(plan) as self._bot, served(self._bot.asgi, "127.0.0.1", 0) as address:
            self._say(Listens(address))
            await self._stopped.wait()

    def _tell(self, kind: str, summary: str) -> None:
        self._say(Happened(kind, summary))

    def _say(self, said: Listens | Happened) -> None:
        with contextlib.suppress(OSError):  # nobody hears it any more
            self._line.send(said)

    def _hear(self) -> None:
        """Hear how far the clock is ahead, or (None, or the end of the line) that it is time to stop."""
        try:
            while not self._stopped.is_set() and self._line.poll():
                ahead = self._line.recv()
                if ahead is None:
                    self._stop()
                else:
                    self._ahead = ahead
        except (EOFError, OSError):
            self._stop()
        if self._bot is not None:
            self._bot.wake()

    def _stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._line.fileno())
        self._stopped.set()
