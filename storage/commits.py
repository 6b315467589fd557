"""How transactions reach the database: on threads of their own, and several to one commit.

A commit waits for the disk. Transactions that wait at the same moment therefore share one, each within a
savepoint of its own: a refusal or an error of one leaves the others untouched, and none is told that it is
done before the commit that holds it. What shares a commit is meant to be quick, so whatever takes longer, or
only reads, goes by itself: on PostgreSQL beside the others, on SQLite, which has one writer, between them.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from storage import engine as engines
from storage import turn
from storage.beside import Beside
from storage.memory import Memory
from storage.turn import Alone, Turn, taking

T = TypeVar("T")
TRIES = 5
MOST = 64  # transactions in one commit, so that the first of them does not wait for long
QUICK = 0.02  # seconds; whatever takes longer has a commit to itself
LAST_TRANSACTIONS = 2.0  # seconds that those in hand may take when we stop


class Threads(Protocol):
    """Runs functions in transactions, away from the event loop."""

    def run(self, fn: Callable[[Connection], T], name: str, *, only_reads: bool) -> Awaitable[T]:
        """Run `fn` in one transaction; `name` is what it is known by, `only_reads` takes no lock."""

    async def close(self) -> None:
        """Wait for what is in hand, though not for ever."""


def threads_for(engine: Engine) -> Threads:
    return Together(engine)


class Paces:
    """How long each kind of transaction took of late, the commit not counted."""

    def __init__(self) -> None:
        self._took: dict[str, float] = {}  # seconds
        self._talkative: set[str] = set()

    def is_quick(self, name: str) -> bool:
        """Whether it may be waited for by others; the first that anybody sees may take any time."""
        if name not in self._took:
            self._took[name] = 0.0  # as long as nothing else is known of those that follow
            return False
        return self._took[name] < QUICK

    def goes_beside(self, name: str) -> bool:
        """Whether the last of its kind asked nothing that could not be asked beside others."""
        return name not in self._talkative

    def timed(self, name: str, fn: Callable[[Connection], T], connection: Connection) -> T:
        began = time.perf_counter()
        try:
            return fn(connection)
        finally:
            own = turn.of(connection)
            self.took(name, time.perf_counter() - began, only_quick=own is None or own.only_quick)

    def took(self, name: str, seconds: float, *, only_quick: bool) -> None:
        """A single slow one among quick ones counts for little; several in a row do."""
        took = min(seconds, 4 * QUICK)
        before = self._took.get(name) or took
        self._took[name] = took if took < before else before + (took - before) / 5
        if only_quick:
            self._talkative.discard(name)
        else:
            self._talkative.add(name)


def alone(engine: Engine, memory: Memory, fn: Callable[[Connection], T], *, only_reads: bool) -> T:
    """Run one in a transaction of its own, again where that may help."""
    if only_reads:
        engine = engines.only_reading(engine)
    for attempt in range(1, TRIES + 1):
        committing = False
        try:
            with engine.begin() as connection:
                with taking(connection, memory) as own:
                    value = fn(connection)
                committing = True  # whether it stands is unknown if the connection ends now
        except DBAPIError as error:
            helps = engines.is_fleeting(error) or (engines.is_cut_off(error) and not committing)
            if attempt == TRIES or not helps:
                raise
        else:
            own.recall.publish()
            return value
    raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    fn: Callable[[Connection], Any]
    name: str
    only_reads: bool
    shares: bool
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True)
class _Ended:
    """How one ended: its value, or what it raised."""

    value: Any = None
    error: BaseException | None = None


_BY_ITSELF = _Ended()  # not run, or nothing is kept of it: it is to be run once more, alone


class _Lost(Exception):  # noqa: N818 - a verdict on its way up
    """The database gave up the whole transaction, with all that was done in it (SQLite: a full disk)."""


class _Undone(Exception):  # noqa: N818 - a verdict on its way up
    """Nothing of the shared transaction stands, and whose fault it is nobody knows."""


class Together:
    """A thread for what shares a commit; on PostgreSQL two, and some for what goes by itself.

    Two, for each waits for the server half of the time.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._memory = Memory()
        self._paces = Paces()
        self._jobs: queue.SimpleQueue[list[_Job]] = queue.SimpleQueue()
        self._asked: dict[asyncio.AbstractEventLoop, list[_Job]] = {}  # in this pass of each loop
        self._ending = False
        sharing = engines.SHARING[engine.dialect.name]
        beside = engines.THREADS[engine.dialect.name] - sharing
        self._beside = ThreadPoolExecutor(beside, thread_name_prefix="beside") if beside else None
        self._sharing = [
            threading.Thread(target=self._work, name="storage", daemon=True) for _ in range(sharing)
        ]
        for thread in self._sharing:
            thread.start()

    def run(self, fn: Callable[[Connection], T], name: str, *, only_reads: bool) -> Awaitable[T]:
        if self._ending:
            raise RuntimeError("the store is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        shares = not only_reads and self._paces.is_quick(name)
        job = _Job(fn, name, only_reads, shares, loop, future)
        if self._beside and not shares:
            self._beside.submit(self._run_alone, job)
        else:
            self._ask(job)
        return future

    def _ask(self, job: _Job) -> None:
        """Hand over together what is asked in one pass of the loop, so that it shares a commit."""
        asked = self._asked.get(job.loop)
        if asked is None:
            asked = self._asked[job.loop] = []
            job.loop.call_soon(self._hand_over, job.loop)
        asked.append(job)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        if jobs := self._asked.pop(loop, None):
            self._jobs.put(jobs)

    async def close(self) -> None:
        self._ending = True
        self._hand_over(asyncio.get_running_loop())
        for _ in self._sharing:
            self._jobs.put([])
        for thread in self._sharing:
            await asyncio.to_thread(thread.join, LAST_TRANSACTIONS)
        if self._beside:
            try:
                async with asyncio.timeout(LAST_TRANSACTIONS):
                    await asyncio.to_thread(self._beside.shutdown)
            except TimeoutError:
                self._beside.shutdown(wait=False, cancel_futures=True)

    def _work(self) -> None:
        left: list[_Job] = []
        while jobs := left or self._jobs.get():
            batch, left = self._beside_it(jobs)
            self._run(batch)

    def _beside_it(self, jobs: list[_Job]) -> tuple[list[_Job], list[_Job]]:
        """Those that share a commit with the first of them, what waits taken along; and those left over."""
        while len(jobs) < MOST and jobs[-1].shares:
            try:
                more = self._jobs.get_nowait()
            except queue.Empty:
                break
            if not more:
                self._jobs.put(more)  # the end comes after this batch
                break
            jobs = jobs + more
        together = list(takewhile(lambda job: job.shares, jobs[:MOST])) or jobs[:1]
        return together, jobs[len(together) :]

    def _run(self, batch: Sequence[_Job]) -> None:
        wanted = [job for job in batch if not job.future.cancelled()]
        if len(wanted) == 1:
            self._run_alone(wanted[0])
            return
        ended = list(zip(wanted, self._shared(wanted), strict=True))
        _tell([(job, end) for job, end in ended if end is not _BY_ITSELF])
        for job, end in ended:
            if end is _BY_ITSELF:
                self._run_by_itself(job)

    def _run_by_itself(self, job: _Job) -> None:
        if self._beside and not self._ending:
            self._beside.submit(self._run_alone, job)
        else:
            self._run_alone(job)

    def _run_alone(self, job: _Job) -> None:
        if job.future.cancelled():
            return
        fn = partial(self._paces.timed, job.name, job.fn)
        try:
            ended = _Ended(alone(self._engine, self._memory, fn, only_reads=job.only_reads))
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for this one
            ended = _Ended(error=error)
        _tell([(job, ended)])

    def _shared(self, batch: Sequence[_Job]) -> list[_Ended]:
        """Run them in one transaction; where it fails before its commit, each is run by itself."""
        committing = False
        try:
            with self._engine.begin() as connection:
                with taking(connection, self._memory, shared=True) as own:
                    ended = self._parts(batch, connection, own)
                    _still_there(connection)
                    _finish(own)
                committing = True
        except _Undone:
            return [_BY_ITSELF] * len(batch)
        except BaseException as error:  # noqa: BLE001 - none of them is kept, and each is told so
            if engines.is_cut_off(error) and not committing:
                return [_BY_ITSELF] * len(batch)
            return [_Ended(error=error)] * len(batch)
        own.recall.publish()
        return ended

    def _parts(self, batch: Sequence[_Job], connection: Connection, own: Turn) -> list[_Ended]:
        """Those that can run side by side before the others, which follow one after another."""
        several = [job for job in batch if self._paces.goes_beside(job.name)] if self._beside else []
        ended = self._side_by_side(several, connection, own) if len(several) > 1 else {}
        return [ended.get(job) or self._part(job, connection, own) for job in batch]

    def _side_by_side(self, jobs: Sequence[_Job], connection: Connection, own: Turn) -> Mapping[_Job, _Ended]:
        try:
            parts = Beside(connection, own).run([partial(job.fn, connection) for job in jobs])
        except Exception as error:
            raise _Undone from error
        ended = {}
        for job, part in zip(jobs, parts, strict=True):
            left = isinstance(part.error, Alone)
            self._paces.took(job.name, part.took, only_quick=not left)
            if part.error and part.changed:
                raise _Undone from part.error
            ended[job] = _BY_ITSELF if left else _Ended(part.value, part.error)
        return ended

    def _part(self, job: _Job, connection: Connection, own: Turn) -> _Ended:
        own.begin_part()
        try:
            ended = _Ended(self._paces.timed(job.name, job.fn, connection))
            _still_there(connection)
        except _Lost:
            raise
        except BaseException as error:
            _still_there(connection)
            if own.broken or not own.can_undo():
                raise _Undone from error
            own.undo_part()
            by_itself = isinstance(error, Alone) or engines.is_fleeting(error)
            return _BY_ITSELF if by_itself else _Ended(error=error)
        return ended


def _finish(own: Turn) -> None:
    try:
        own.finish()
    except Exception as error:
        raise _Undone from error


def _still_there(connection: Connection) -> None:
    """After some errors SQLite has rolled back everything; a savepoint would then be a transaction itself."""
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        if driver is None or not driver.in_transaction:
            raise _Lost("the database gave up a transaction; what was done in it is not kept")


def _tell(ended: Sequence[tuple[_Job, _Ended]]) -> None:
    """Tell everybody at once, one call for each event loop."""
    for loop in {id(job.loop): job.loop for job, _ in ended}.values():
        theirs = [(job.future, end) for job, end in ended if job.loop is loop]
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, theirs)


def _settle(theirs: Sequence[tuple["asyncio.Future[Any]", _Ended]]) -> None:
    for future, end in theirs:
        if future.done():  # whoever waited has given up
            continue
        if end.error is None:
            future.set_result(end.value)
        else:
            future.set_exception(end.error)
