"""One function, one transaction: it commits when the function returns and leaves no trace when it raises."""

import asyncio
import threading
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from bot.errors import Refusal
from bot.messages import HomeOpened
from bot.ports import Work
from storage.commits import TRIES
from storage.tables import kudos, metadata, outbox, settings, workspaces
from storage.work import Store
from storage.work import Work as RealWork
from tests.storage.people import ADA, BEN, HERE, NOW, move_in, thanks

WORDS = "the-words-of-a-person"


def rows(connection: Connection) -> int:
    """How much there is in all tables together."""
    counts = (select(func.count()).select_from(table) for table in metadata.sorted_tables)
    return sum(connection.execute(count).scalar_one() for count in counts)


async def test_what_was_done_stays_and_its_answer_is_given(store: Store) -> None:
    def change(work: Work) -> str:
        work.settings.change("values", "care", "ada", NOW)
        return "changed"

    assert await store.transact(HERE, change) == "changed"
    assert await store.transact(HERE, lambda work: work.settings.current()) == {"values": "care"}


@pytest.mark.parametrize("error", [Refusal("No."), ValueError("a bug"), KeyboardInterrupt()])
async def test_nothing_stays_of_what_was_done_before_an_exception(store: Store, error: BaseException) -> None:
    await move_in(store)
    before = await store.across(rows)

    def give_and_fail(work: Work) -> None:
        thanks(ADA, BEN, "one")(work)
        work.settings.change("values", "care", "ada", NOW)
        work.outbox.put("U0BEN", HomeOpened("U0BEN"), NOW)
        raise error

    with pytest.raises(type(error)) as raised:
        await store.transact(HERE, give_and_fail)
    assert raised.value is error
    assert await store.across(rows) == before
    # The next transaction finds a clean connection.
    await store.transact(HERE, thanks(ADA, BEN, "two"))


async def test_who_listens_is_told_after_the_commit_what_ran_and_how_much_it_queued(store: Store) -> None:
    heard: list[tuple[str, int]] = []
    store.on_commit = lambda name, queued: heard.append((name, queued))
    await move_in(store)
    await store.transact(HERE, thanks(ADA, BEN, "one"))
    await store.transact(HERE, thanks(ADA, BEN, "one"))
    with pytest.raises(Refusal):
        await store.transact(HERE, thanks(ADA, ADA, "two"))

    assert heard == [("people.meet", 0), ("kudos.give", 2), ("kudos.give", 0)]


async def test_the_event_loop_goes_on_while_the_database_works(store: Store) -> None:
    reached, go = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def wait(_work: Work) -> int:
        loop.call_soon_threadsafe(reached.set)
        assert go.wait(10)
        return threading.get_ident()

    working = asyncio.create_task(store.transact(HERE, wait))
    await reached.wait()  # only a loop that is free comes here
    go.set()
    assert await working != threading.get_ident()


async def test_to_close_waits_for_the_transaction_in_hand(database_url: str) -> None:
    store = Store(database_url)
    reached, go = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def change(work: Work) -> None:
        loop.call_soon_threadsafe(reached.set)
        assert go.wait(10)
        work.settings.change("values", "care", "ada", NOW)

    working = asyncio.create_task(store.transact(HERE, change))
    await reached.wait()
    closing = asyncio.create_task(store.close())
    go.set()
    await asyncio.gather(working, closing)

    again = Store(database_url)
    assert await again.transact(HERE, lambda work: work.settings.current()) == {"values": "care"}
    await again.close()


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
async def test_a_quarrel_with_another_transaction_is_run_again_from_the_start(store: Store) -> None:
    """Two transactions that wait for each other crosswise: PostgreSQL ends one of them."""
    both_hold_one = threading.Barrier(2)
    runs: list[str] = []

    def crosswise(first: str, second: str) -> Callable[[Work], None]:
        def lock(work: Work) -> None:
            runs.append(first)
            work.one_at_a_time(first)
            if len(runs) <= len({"a", "b"}):
                both_hold_one.wait(10)
            work.one_at_a_time(second)
            work.settings.change(first, second, "ada", NOW)

        return lock

    await asyncio.gather(store.transact(HERE, crosswise("a", "b")), store.transact(HERE, crosswise("b", "a")))
    assert len(runs) == len(("a", "b", "the one that was ended"))
    assert await store.transact(HERE, lambda work: work.settings.current()) == {"a": "b", "b": "a"}


async def test_any_other_error_is_not_tried_again_and_a_quarrel_without_end_is_given_up(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []

    def wrong(connection: Connection) -> None:
        runs.append(1)
        connection.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises(DBAPIError):
        await store.across(wrong)
    assert len(runs) == 1

    monkeypatch.setattr("storage.engine.is_fleeting", lambda _error: True)
    with pytest.raises(DBAPIError):
        await store.across(wrong)
    assert len(runs) == 1 + TRIES


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
async def test_one_matter_is_dealt_with_by_one_at_a_time_and_another_at_once(store: Store) -> None:
    order: list[str] = []
    held, other_done = threading.Event(), threading.Event()

    def first(work: Work) -> None:
        work.one_at_a_time("undo")
        held.set()
        assert other_done.wait(10)  # a different matter, and the same in another workspace, do not wait
        order.append("first")

    def second(work: Work) -> None:
        work.one_at_a_time("undo")
        order.append("second")

    def others(work: Work) -> None:
        work.one_at_a_time("redo")

    running = asyncio.create_task(store.transact(HERE, first))
    await asyncio.to_thread(held.wait, 10)
    waiting = asyncio.create_task(store.transact(HERE, second))
    await store.transact(HERE, others)
    await store.transact("T0THERE", lambda work: work.one_at_a_time("undo"))
    other_done.set()
    await asyncio.gather(running, waiting)
    assert order == ["first", "second"]


MISTAKES: dict[str, Callable[[Connection], Any]] = {
    # Each is refused by the database, with somebody's words among its parameters.
    "nothing where something must be": lambda connection: connection.execute(
        insert(kudos).values(
            workspace_id=HERE, giver_id=None, reason=WORDS, tags=WORDS, source=WORDS, given_at=NOW
        )
    ),
    "twice where it may be once": lambda connection: connection.execute(
        insert(workspaces),
        [{"workspace_id": WORDS, "name": WORDS, "bot_user_id": WORDS, "added_at": NOW}] * 2,
    ),
    "against a check": lambda connection: connection.execute(
        insert(outbox).values(
            workspace_id=HERE, key=WORDS, destination=WORDS, kind="ClickRefused", fact=WORDS, subject="",
            state="nowhere", due_at=NOW, attempts=0, unsure=False, queued_at=NOW, reason=WORDS,
        )
    ),
    "no moment": lambda connection: connection.execute(
        insert(settings).values(
            workspace_id=HERE, name="values", value=WORDS, changed_by=WORDS, changed_at=datetime(2026, 3, 4)  # noqa: DTZ001
        )
    ),
    "what cannot be written": lambda connection: connection.execute(
        insert(settings).values(
            workspace_id=HERE, name="values", value=f"{WORDS}\ud800", changed_by=WORDS, changed_at=NOW
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
async def test_no_error_of_the_database_quotes_what_somebody_wrote(
    store: Store, mistake: Callable[[Connection], Any]
) -> None:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - which one is the database's affair
        await store.across(mistake)
    told = "".join(traceback.format_exception(raised.value, chain=True))
    # The lines of this file that it shows hold the name of the constant, never its value.
    assert WORDS not in told


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_a_transaction_that_writes_takes_its_turn_before_it_reads(
    store: Store, database_url: str
) -> None:
    """Otherwise it might fail half-way, with what it has read no longer true."""
    other = Store(database_url)
    inside, go = threading.Event(), threading.Event()
    seen: list[int] = []

    def slowly(work: Work) -> None:
        inside.set()
        assert go.wait(10)
        work.settings.change("values", "care", "ada", NOW)

    def look_and_write(work: Work) -> None:
        seen.append(len(work.settings.history()))
        work.settings.change("values", "craft", "ben", NOW)

    first = asyncio.create_task(store.transact(HERE, slowly))
    await asyncio.to_thread(inside.wait, 10)
    second = asyncio.create_task(other.transact(HERE, look_and_write))
    go.set()
    await asyncio.gather(first, second)
    assert seen == [1]
    await other.close()


async def test_the_shelves_are_those_of_the_workspace(store: Store) -> None:
    def look(work: Work) -> str:
        assert isinstance(work, RealWork)
        return work.workspace

    assert await store.transact(HERE, look) == HERE
