"""How transactions reach the database: on threads of their own, and on SQLite several to one commit.

A commit of SQLite waits for the disk. Transactions that wait at the same moment therefore share one, each
within a savepoint of its own: a refusal or an error of one leaves the others untouched, and none is told
that it is done before the commit that holds it. PostgreSQL shares the wait among connections by itself.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from storage import engine as engines

T = TypeVar("T")
TRIES = 5
MOST = 64  # transactions in one commit, so that the first of them does not wait for long
QUICK = 0.01  # seconds; whatever took longer the last time has a commit to itself
LAST_TRANSACTIONS = 2.0  # seconds that those in hand may take when we stop


class Threads(Protocol):
    """Runs functions in transactions, away from the event loop."""

    def run(self, fn: Callable[[Connection], T], name: str, *, only_reads: bool) -> Awaitable[T]:
        """Run `fn` in one transaction; `name` is what it is known by, `only_reads` takes no lock."""

    async def close(self) -> None:
        """Wait for what is in hand, though not for ever."""


def threads_for(engine: Engine) -> Threads:
    return Together(engine) if engine.dialect.name == "sqlite" else Beside(engine)


class Beside:
    """As many at once as the pool has connections, each with a commit of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(engines.THREADS[engine.dialect.name], thread_name_prefix="storage")

    def run(self, fn: Callable[[Connection], T], name: str, *, only_reads: bool) -> Awaitable[T]:  # noqa: ARG002
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, partial(alone, self._engine, fn, only_reads=only_reads))

    async def close(self) -> None:
        try:
            async with asyncio.timeout(LAST_TRANSACTIONS):
                await asyncio.to_thread(self._threads.shutdown)
        except TimeoutError:
            self._threads.shutdown(wait=False, cancel_futures=True)


def alone(engine: Engine, fn: Callable[[Connection], T], *, only_reads: bool) -> T:
    """Run one in a transaction of its own, again where that may help."""
    with_options = engine.execution_options(only_reads=only_reads)
    for attempt in range(1, TRIES + 1):
        try:
            with with_options.begin() as connection:
                return fn(connection)
        except DBAPIError as error:
            if attempt == TRIES or not engines.is_fleeting(error):
                raise
    raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    fn: Callable[[Connection], Any]
    name: str
    only_reads: bool
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True)
class _Ended:
    """How one ended: its value, or what it raised."""

    value: Any = None
    error: BaseException | None = None


class _Lost(Exception):  # noqa: N818 - a verdict on its way up
    """The database gave up the whole transaction, with all that was done in it (SQLite: a full disk)."""


class Together:
    """One thread, for SQLite has one writer; what waits at the same moment shares a commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._left: _Job | None = None  # taken from the queue, and to be run by itself
        self._took: dict[str, float] = {}  # seconds, the last time
        self._ending = False
        self._thread = threading.Thread(target=self._work, name="storage", daemon=True)
        self._thread.start()

    def run(self, fn: Callable[[Connection], T], name: str, *, only_reads: bool) -> Awaitable[T]:
        if self._ending:
            raise RuntimeError("the store is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(fn, name, only_reads, loop, future))
        return future

    async def close(self) -> None:
        self._ending = True
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join, LAST_TRANSACTIONS)

    def _work(self) -> None:
        while batch := self._next():
            self._run(batch)

    def _next(self) -> list[_Job]:
        """Wait for one, and take along what waits beside it; nothing when it is time to end."""
        first = self._left or self._jobs.get()
        self._left = None
        if first is None:
            return []
        batch = [first]
        while len(batch) < MOST and self._is_quick(batch[-1]):
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)  # the end comes after this batch
                break
            if not self._is_quick(job):
                self._left = job
                break
            batch.append(job)
        return batch

    def _is_quick(self, job: _Job) -> bool:
        """Whether it may be waited for by others; what nobody has seen yet may take any time."""
        return not job.only_reads and self._took.get(job.name, QUICK) < QUICK

    def _run(self, batch: Sequence[_Job]) -> None:
        wanted = [job for job in batch if not job.future.cancelled()]
        if len(wanted) == 1:
            ended = [self._timed(wanted[0], partial(self._alone, wanted[0]))]
        else:
            ended = self._shared(wanted)
        _tell(wanted, ended)

    def _alone(self, job: _Job) -> Any:
        return alone(self._engine, job.fn, only_reads=job.only_reads)

    def _shared(self, batch: Sequence[_Job]) -> list[_Ended]:
        try:
            with self._engine.execution_options(only_reads=False).begin() as connection:
                ended = [self._timed(job, partial(_in_savepoint, connection, job)) for job in batch]
                _still_there(connection)
        except BaseException as error:  # noqa: BLE001 - none of them is kept, and each is told so
            return [_Ended(error=error)] * len(batch)
        return ended

    def _timed(self, job: _Job, run: Callable[[], Any]) -> _Ended:
        began = time.perf_counter()
        try:
            return _Ended(run())
        except _Lost:
            raise
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for this one
            return _Ended(error=error)
        finally:
            self._took[job.name] = time.perf_counter() - began


def _in_savepoint(connection: Connection, job: _Job) -> Any:
    savepoint = connection.begin_nested()
    try:
        value = job.fn(connection)
    except BaseException:
        _still_there(connection)
        savepoint.rollback()
        raise
    _still_there(connection)
    savepoint.commit()
    return value


def _still_there(connection: Connection) -> None:
    """After some errors SQLite has rolled back everything; a savepoint would then be a transaction itself."""
    driver = connection.connection.driver_connection
    if driver is None or not driver.in_transaction:
        raise _Lost("the database gave up a transaction; what was done in it is not kept")


def _tell(batch: Sequence[_Job], ended: Sequence[_Ended]) -> None:
    """Tell everybody at once, one call for each event loop."""
    for loop in {id(job.loop): job.loop for job in batch}.values():
        theirs = [(job.future, end) for job, end in zip(batch, ended, strict=True) if job.loop is loop]
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
