"""Transactions that wait at the same moment share a commit, and nothing else."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from bot.errors import Refusal
from bot.ports import Work
from storage import commits
from storage.work import Store
from tests.storage.people import HERE, NOW


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def _everything_known_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is that the tests run on."""
    monkeypatch.setattr(commits, "QUICK", 60.0)


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
    assert isinstance(done[3], OperationalError)
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
