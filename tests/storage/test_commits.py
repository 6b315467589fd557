"""Transactions that wait at the same moment share a commit, and nothing else."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Mapping

import psycopg
import pytest
from sqlalchemy import Connection, Table, event, text
from sqlalchemy.exc import DBAPIError

from bot import kudos
from bot.errors import Refusal
from bot.messages import HomeOpened
from bot.ports import Work
from storage import commits, late, turn
from storage import engine as engines
from storage.work import Store
from tests.storage.people import ADA, BEN, CY, HERE, NOW, counts, move_in, thanks

on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


@pytest.fixture
async def store(monkeypatch: pytest.MonkeyPatch, database_url: str) -> AsyncIterator[Store]:
    """Everything that is known is quick, however busy the machine is; and one thread can hold up all."""
    monkeypatch.setattr(commits, "QUICK", 60.0)
    monkeypatch.setitem(engines.SHARING, "postgresql", 1)
    opened = Store(database_url)
    known = Gate()
    known.open()
    await opened.transact(HERE, known.hold)
    yield opened
    await opened.close()


class Gate:
    """Holds the only thread, so that what is asked meanwhile waits together."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self._reached = threading.Event()

    def hold(self, _work: Work) -> None:
        self._reached.set()
        assert self._go.wait(10)

    async def held(self) -> None:
        assert await asyncio.to_thread(self._reached.wait, 10)

    def open(self) -> None:
        self._go.set()


def keep(name: str) -> Callable[[Work], str]:
    def change(work: Work) -> str:
        work.settings.change(name, "care", "ada", NOW)
        return name

    return change


def counted(store: Store) -> list[str]:
    """Every commit from now on."""
    seen: list[str] = []
    event.listen(store.engine, "commit", lambda _connection: seen.append("commit"))
    return seen


async def _together(store: Store, *fns: Callable[[Work], object]) -> list[object]:
    """Ask for all of them while the thread is held, once each of them is known to be quick."""
    gate = Gate()
    holding = asyncio.create_task(store.transact(HERE, gate.hold))
    await gate.held()
    asked = [asyncio.create_task(store.transact(HERE, fn)) for fn in fns]
    await asyncio.sleep(0)
    gate.open()
    await holding
    return list(await asyncio.gather(*asked, return_exceptions=True))


async def _kept(store: Store) -> set[str]:
    return set(await store.transact(HERE, lambda work: work.settings.current()))


async def test_what_waits_together_is_committed_together(store: Store) -> None:
    await store.transact(HERE, keep("first"))  # now it is known to be quick
    commits_seen = counted(store)

    done = await _together(store, *(keep(f"n{at}") for at in range(20)))

    assert done == [f"n{at}" for at in range(20)]
    assert await _kept(store) == {"first", *(f"n{at}" for at in range(20))}
    holding, shared, looking = "commit", "commit", "commit"
    assert commits_seen == [holding, shared, looking]


async def test_what_is_asked_in_one_pass_of_the_loop_is_committed_together(database_url: str) -> None:
    began = threading.Event()

    def look(_work: Work) -> None:
        began.set()

    def let_the_threads_run() -> str:
        began.wait(0.05)
        return ""

    store = Store(database_url, request=let_the_threads_run)
    await store.transact(HERE, look)
    commits_seen = counted(store)
    began.clear()

    await asyncio.gather(*(store.transact(HERE, look) for _ in range(4)))

    await store.close()
    assert commits_seen == ["commit"]


async def test_a_refusal_of_one_leaves_the_others_untouched(store: Store) -> None:
    await store.transact(HERE, keep("first"))
    no = Refusal("No.")

    def change(work: Work) -> None:
        work.settings.change("half", "done", "ada", NOW)
        raise no

    def wrong(work: Work) -> None:
        work.settings.change("wrong", "done", "ada", NOW)
        work._connection.execute(text("SELECT * FROM no_such_table"))  # type: ignore[attr-defined] # noqa: SLF001

    wrong.__name__ = change.__name__ = "change"  # known to be quick, as the others are
    done = await _together(store, keep("one"), change, keep("two"), wrong, keep("three"))

    assert done[1] is no
    assert isinstance(done[3], DBAPIError)
    assert [done[at] for at in (0, 2, 4)] == ["one", "two", "three"]
    assert await _kept(store) == {"first", "one", "two", "three"}


async def test_a_commit_that_fails_fails_them_all_and_nothing_is_kept(store: Store) -> None:
    await store.transact(HERE, keep("first"))
    commits_left = iter(["the one that holds the thread"])

    def refuse(_connection: Connection) -> None:
        if next(commits_left, None) is None:
            raise OSError("the disk is full")

    event.listen(store.engine, "commit", refuse)
    done = await _together(store, keep("one"), keep("two"))
    event.remove(store.engine, "commit", refuse)

    assert [str(error) for error in done] == ["the disk is full"] * 2
    assert await _kept(store) == {"first"}


@on_sqlite
async def test_a_disk_that_is_full_loses_nothing_that_was_acknowledged(store: Store) -> None:
    """SQLite itself then rolls back more than the one statement."""
    await store.transact(HERE, keep("first"))
    await store.across(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=1"))

    def change(work: Work) -> str:
        work.settings.change("large", "x" * 2_000_000, "ada", NOW)
        return "large"

    done = await _together(store, keep("one"), change, keep("two"), keep("three"))
    await store.across(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=1000000"))

    acknowledged = {name for name in done if isinstance(name, str)}
    assert "large" not in acknowledged
    assert acknowledged <= await _kept(store)
    assert await store.transact(HERE, keep("after")) == "after"


async def test_what_takes_long_has_a_commit_of_its_own(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.transact(HERE, keep("first"))
    monkeypatch.setattr(commits, "QUICK", 0.0)  # so everything is slow
    commits_seen = counted(store)

    await _together(store, keep("one"), keep("two"))

    assert commits_seen == ["commit"] * 3


async def test_whoever_gives_up_before_their_turn_has_done_nothing(store: Store) -> None:
    await store.transact(HERE, keep("first"))
    gate = Gate()
    holding = asyncio.create_task(store.transact(HERE, gate.hold))
    await gate.held()
    waiting = [asyncio.create_task(store.transact(HERE, keep(name))) for name in ("one", "two", "three")]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(holding, *waiting, return_exceptions=True)

    assert await _kept(store) == {"first", "one", "three"}


async def test_nothing_is_taken_once_it_is_closed(database_url: str) -> None:
    closed = Store(database_url)
    await closed.close()
    with pytest.raises(RuntimeError):
        await closed.transact(HERE, keep("late"))


async def test_what_a_late_transaction_gives_back_is_closed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "LAST_TRANSACTIONS", 0.05)
    store, gate, had = Store(database_url), Gate(), []

    def hold(work: Work) -> None:
        had.append(work._connection.connection.driver_connection)  # type: ignore[attr-defined] # noqa: SLF001
        gate.hold(work)

    given_back = asyncio.create_task(store.transact(HERE, hold))
    await gate.held()
    await store.close()
    gate.open()
    await given_back

    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
        had[0].execute("SELECT 1")


def tell(to: str, *, look: bool = False, no: Refusal | None = None) -> Callable[[Work], str]:
    """Queue a message; whoever looks has all that waits written first."""

    def say(work: Work) -> str:
        work.outbox.put(to, HomeOpened(to), NOW, about="it")
        if look:
            work.outbox.about("it")
        if no:
            raise no
        return to

    return say


async def _told(store: Store) -> list[str]:
    return [to for _, to in await store.transact(HERE, lambda work: work.outbox.about("it"))]


async def test_a_refusal_takes_along_only_its_own_of_what_is_written_late(store: Store) -> None:
    await store.transact(HERE, tell("first"))
    no = Refusal("No.")

    done = await _together(
        store, tell("one"), tell("two", no=no), tell("three"), tell("four", look=True, no=no), tell("five")
    )

    assert done == ["one", no, "three", no, "five"]
    assert await _told(store) == ["first", "one", "three", "five"]


async def test_what_cannot_be_written_together_is_done_one_by_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose row it was nobody knows, so each goes by itself; and only that one fails."""
    await store.transact(HERE, tell("first"))
    write = late.write

    def refuse(connection: Connection, rows: list[tuple[Table, Mapping[str, object]]]) -> None:
        write(connection, rows)
        if any(row.get("destination") == "two" for _, row in rows):
            connection.exec_driver_sql("SELECT * FROM no_such_table")

    monkeypatch.setattr(turn, "write", refuse)
    done = await _together(store, tell("one"), tell("two"), tell("three"))

    assert done[0] == "one"
    assert isinstance(done[1], DBAPIError)
    assert done[2] == "three"
    assert sorted(await _told(store)) == ["first", "one", "three"]


async def test_what_fails_outside_of_a_savepoint_takes_nobody_along(store: Store) -> None:
    """What is quick has none: one refused after its kudos, and one whose look fails, go by themselves."""
    await move_in(store)
    no = Refusal("No.")

    def refused(work: Work) -> None:
        thanks(ADA, CY, "refused")(work)
        raise no

    def wrong(work: Work) -> None:
        work.kudos.recorded("none")
        driver = work._connection.connection.driver_connection  # type: ignore[attr-defined] # noqa: SLF001
        driver.execute("SELECT * FROM no_such_table")

    refused.__module__, refused.__name__ = kudos.give.__module__, "give"
    wrong.__module__, wrong.__name__ = kudos.give.__module__, "give"
    await store.transact(HERE, thanks(ADA, BEN, "first"))
    done = await _together(store, thanks(ADA, BEN, "one"), refused, thanks(BEN, CY, "two"))
    assert done[1] is no
    done = await _together(store, thanks(ADA, BEN, "three"), wrong, thanks(BEN, CY, "four"))
    assert "no_such_table" in str(done[1])

    assert await store.transact(HERE, counts(BEN)) == (3, 2)
    assert await store.transact(HERE, counts(CY)) == (2, 0)
    assert await store.transact(HERE, kudos.verify) == []


@on_postgresql
async def test_whoever_shares_a_commit_waits_for_no_lock(store: Store) -> None:
    """Another replica has the lock: one waits for it by themselves, and the others are done meanwhile."""

    def keep_alone(work: Work) -> str:
        work.one_at_a_time("matter")
        work.settings.change("locked", "care", "ada", NOW)
        return "locked"

    await store.transact(HERE, keep("first"))
    await store.transact(HERE, keep_alone)
    other = Gate()

    def hold_the_lock(work: Work) -> None:  # not known, hence by itself
        work.one_at_a_time("matter")
        other.hold(work)

    holding = asyncio.create_task(store.transact(HERE, hold_the_lock))
    await other.held()
    gate = Gate()
    first = asyncio.create_task(store.transact(HERE, gate.hold))
    await gate.held()
    asked = [asyncio.create_task(store.transact(HERE, fn)) for fn in (keep("one"), keep_alone, keep("two"))]
    await asyncio.sleep(0)
    gate.open()
    await first

    assert [await asked[0], await asked[2]] == ["one", "two"]
    assert not asked[1].done()
    other.open()
    assert await asked[1] == "locked"
    await holding


@on_postgresql
async def test_who_is_cut_off_before_the_commit_is_run_once_more(store: Store) -> None:
    """By themselves or with others; what ended while nobody looked is noticed with the first question."""
    await move_in(store)
    await store.transact(HERE, thanks(ADA, BEN, "first"))
    cut: list[str] = []

    def cutting(source: str) -> Callable[[Work], object]:
        def give(work: Work) -> object:
            given = thanks(BEN, CY, source)(work)
            if source not in cut:
                cut.append(source)
                work._connection.connection.driver_connection.close()  # type: ignore[attr-defined] # noqa: SLF001
            return given

        give.__module__ = kudos.give.__module__
        return give

    await store.transact(HERE, cutting("alone"))
    done = await _together(store, thanks(ADA, BEN, "one"), cutting("shared"), thanks(ADA, BEN, "two"))

    assert cut == ["alone", "shared"]
    assert [one for one in done if isinstance(one, BaseException)] == []
    assert await store.transact(HERE, counts(BEN)) == (3, 2)
    assert await store.transact(HERE, kudos.verify) == []
