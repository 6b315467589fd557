"""One function, one transaction: the only way into the database."""

import asyncio
import shutil
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import memoized_property

from bot.errors import Refusal
from bot.ports import Letter, Sent, Waiting
from storage import commits, turn
from storage import engine as engines
from storage import outbox as letters
from storage.capture import CaptureShelf
from storage.chart import ChartShelf
from storage.claims import ClaimsShelf
from storage.digests import DigestShelf
from storage.escalations import EscalationShelf
from storage.installations import InstallationShelf
from storage.joining import JoiningShelf
from storage.kudos import KudosShelf
from storage.numbers import NumberShelf
from storage.outbox import OutboxShelf
from storage.people import PeopleShelf
from storage.preferences import PreferenceShelf
from storage.reviews import ReviewShelf
from storage.secrets import Cipher
from storage.settings import SettingsShelf
from storage.spaces import SpaceShelf
from storage.traces import TraceShelf

T = TypeVar("T")

OnCommit = Callable[[str, int], None]
"""Told after each commit: the name of the function that ran, and how many messages it queued."""


class Work:
    """The shelves of one workspace within one transaction."""

    def __init__(
        self, connection: Connection, workspace: str, cipher: Cipher | None, request: str = ""
    ) -> None:
        self._connection = connection
        self._cipher = cipher
        self._request = request
        self.workspace = workspace

    def one_at_a_time(self, matter: str) -> None:
        # SQLite has one writer anyway. On PostgreSQL the lock ends with the transaction.
        if self._connection.dialect.name == "postgresql":
            turn.lock(self._connection, self._key(matter))

    def alone_with(self, matter: str) -> bool:
        on_sqlite = self._connection.dialect.name != "postgresql"
        return on_sqlite or turn.try_lock(self._connection, self._key(matter))

    def _key(self, matter: str) -> int:
        return zlib.crc32(f"{self.workspace}:{matter}".encode())

    @memoized_property  # functools' own takes a lock each time
    def people(self) -> PeopleShelf:
        return PeopleShelf(self._connection, self.workspace)

    @memoized_property
    def chart(self) -> ChartShelf:
        return ChartShelf(self._connection, self.workspace)

    @memoized_property
    def claims(self) -> ClaimsShelf:
        return ClaimsShelf(self._connection, self.workspace)

    @memoized_property
    def kudos(self) -> KudosShelf:
        return KudosShelf(self._connection, self.workspace, self.people)

    @memoized_property
    def digests(self) -> DigestShelf:
        return DigestShelf(self._connection, self.workspace, self.people)

    @memoized_property
    def joining(self) -> JoiningShelf:
        return JoiningShelf(self._connection, self.workspace)

    @memoized_property
    def preferences(self) -> PreferenceShelf:
        return PreferenceShelf(self._connection, self.workspace)

    @memoized_property
    def escalations(self) -> EscalationShelf:
        if self._cipher is None:
            raise Refusal("Escalations are encrypted, and GOODWORD_ENCRYPTION_KEY is not set.")
        return EscalationShelf(self._connection, self.workspace, self._cipher)

    @memoized_property
    def reviews(self) -> ReviewShelf:
        return ReviewShelf(self._connection, self.workspace, self.people)

    @memoized_property
    def capture(self) -> CaptureShelf:
        return CaptureShelf(self._connection, self.workspace)

    @memoized_property
    def traces(self) -> TraceShelf:
        return TraceShelf(self._connection, self.workspace)

    @memoized_property
    def outbox(self) -> OutboxShelf:
        return OutboxShelf(self._connection, self.workspace, self._request)

    @memoized_property
    def numbers(self) -> NumberShelf:
        return NumberShelf(self._connection, self.workspace)

    @memoized_property
    def space(self) -> SpaceShelf:
        return SpaceShelf(self._connection, self.workspace)

    @memoized_property
    def settings(self) -> SettingsShelf:
        return SettingsShelf(self._connection, self.workspace)


@dataclass(frozen=True, slots=True)
class _Ended:
    """How an attempt to say something ended, and whoever waits until that is written."""

    letter: Letter
    values: Mapping[str, Any]
    done: "asyncio.Future[None]"


class Store:
    """The database behind `transact`, with threads of its own so that the event loop never waits.

    `encryption_key` is one or several Fernet keys, newest first, separated by commas; without it
    whatever shows an escalation is refused, the Home tab included.
    How many threads there are, and which transactions share a commit, is said in `storage.commits`.
    `lease` is how long a claimed message belongs to its sender; it must outlast one call to the chat.
    `pace` is the least time between two messages to the same destination.
    `in_a_hurry`: see `storage.engine.build`.
    `request` gives the mark of the request for which a transaction runs; it is kept with what that queues.
    """

    def __init__(
        self,
        database_url: str,
        *,
        encryption_key: str = "",
        lease: timedelta = timedelta(seconds=30),
        pace: timedelta = timedelta(seconds=1),
        in_a_hurry: bool = False,
        on_commit: OnCommit = lambda _name, _queued: None,
        request: Callable[[], str] = str,
    ) -> None:
        self.engine: Engine = engines.build(database_url, in_a_hurry=in_a_hurry)
        self._cipher = Cipher(encryption_key) if encryption_key else None
        self._threads = commits.threads_for(self.engine)
        self._lease = lease
        self._pace = pace
        self._ended: list[_Ended] = []
        self._writing: asyncio.Task[None] | None = None
        self.on_commit = on_commit
        self._request = request

    async def transact(self, workspace: str, fn: Callable[[Work], T], /) -> T:
        """Commit what `fn` did when it returns; roll all of it back when it raises."""
        request = self._request()  # here, for the threads know of no request

        def in_workspace(connection: Connection) -> tuple[T, int]:
            work = Work(connection, workspace, self._cipher, request)
            result = fn(work)
            return result, work.outbox.queued

        name = _name_of(fn)
        result, queued = await self._threads.run(in_workspace, name, only_reads=False)
        self.on_commit(name, queued)
        return result

    async def across(self, fn: Callable[[Connection], T], /, *, only_reads: bool = False) -> T:
        """Like `transact`, for the few things that concern every workspace."""
        return await self._threads.run(fn, _name_of(fn), only_reads=only_reads)

    async def register(self, fn: Callable[[InstallationShelf], T], /) -> T:
        """Like `transact`, for where the app is installed."""
        cipher = self._cipher
        if cipher is None:
            raise Refusal("Tokens are encrypted, and GOODWORD_ENCRYPTION_KEY is not set.")
        return await self._threads.run(
            lambda connection: fn(InstallationShelf(connection, cipher)), _name_of(fn), only_reads=False
        )

    async def close(self) -> None:
        """Wait for transactions in hand, though not for ever, then let the database go."""
        await self._threads.close()
        engines.let_go(self.engine)

    # What the sender of messages needs (bot.ports.PostOffice)

    async def claim(
        self,
        now: datetime,
        limit: int,
        *,
        workspaces: Collection[str] | None = None,
        besides: Collection[int] = (),
    ) -> Sequence[Letter]:
        wanted = letters.Wanted(now, limit, workspaces, besides)
        return await self.across(partial(letters.claim, wanted=wanted, lease=self._lease, pace=self._pace))

    async def sent(self, letter: Letter, where: Sent | None, now: datetime) -> None:
        place = {"channel": where.channel, "ts": where.ts} if where else {}
        await self._settle(letter, state="sent", unsure=False, reason=None, settled_at=now, **place)

    async def later(self, letter: Letter, at: datetime, reason: str, *, unsure: bool) -> None:
        await self._settle(letter, state="waiting", due_at=at, reason=reason, unsure=unsure)

    async def park(self, letter: Letter, reason: str, now: datetime, *, unsure: bool) -> None:
        await self._settle(letter, state="parked", unsure=unsure, reason=reason, settled_at=now)

    async def drop(self, letter: Letter, now: datetime) -> None:
        await self._settle(letter, state="dropped", unsure=False, settled_at=now)

    async def waiting(self, now: datetime, workspaces: Collection[str] | None = None) -> Waiting:
        """What waits in these workspaces, or in all of them."""
        count = partial(letters.waiting, now=now, workspaces=workspaces)
        messages, oldest, parked = await self.across(count, only_reads=True)
        pool = self.engine.pool
        in_use, size = (pool.checkedout(), pool.size()) if isinstance(pool, QueuePool) else (0, 1)
        return Waiting(messages, oldest, parked, in_use, size)

    async def stuck(self, since: datetime, workspaces: Collection[str]) -> bool:
        """Whether a letter of these workspaces could have been claimed by then, and still can be."""
        return await self.across(partial(letters.stuck, since=since, workspaces=workspaces), only_reads=True)

    def room(self) -> int | None:
        """The bytes left on the disk of an SQLite file; a PostgreSQL server looks after its own."""
        if self.engine.dialect.name != "sqlite":
            return None
        return shutil.disk_usage(Path(self.engine.url.database or "").absolute().parent).free

    async def _settle(self, letter: Letter, **values: Any) -> None:
        done = asyncio.get_running_loop().create_future()
        self._ended.append(_Ended(letter, values, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_ended())
        await done

    async def _write_ended(self) -> None:
        """Attempts that end while others are being written are written together, after them."""
        while self._ended:
            some, self._ended = self._ended, []
            write = partial(letters.settle, ended=[(one.letter, one.values) for one in some])
            (wrong,) = await asyncio.gather(self.across(write), return_exceptions=True)
            for waiting in (one.done for one in some if not one.done.done()):
                if isinstance(wrong, BaseException):
                    waiting.set_exception(wrong)
                else:
                    waiting.set_result(None)


def _name_of(fn: Callable[..., Any]) -> str:
    """`kudos.give` for `partial(bot.kudos.give, …)`: what the side panel and the log call it."""
    while isinstance(fn, partial):
        fn = fn.func
    return f"{fn.__module__.rpartition('.')[2]}.{getattr(fn, '__name__', 'work')}"
