"""Parts of a commit side by side: asked together, and each as if it were alone."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, bindparam, column, select, table
from sqlalchemy.exc import DBAPIError

from bot import kudos, people, settings
from bot.errors import Refusal
from bot.kudos import Receipt
from bot.ports import Work as Port
from bot.rules.hearing import Wish
from bot.rules.recognition import ToPerson, Words
from storage import outbox, statements, turn
from storage import people as shelf
from storage.beside import Beside, Part
from storage.memory import Memory
from storage.quick import Quick
from storage.turn import Alone
from storage.work import Store, Work
from tests.storage.people import ADA, BEN, CY, HERE, NOW, THERE, counts, move_in, person, thanks

pytestmark = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
GIVERS = [person(f"giver{at}") for at in range(16)]
# BEGIN, locks, marks, settings, people, what they gave so far, how people like to be thanked, the
# kudos, all that is written late, COMMIT; and one more, for the rows of one table may be asked in two ways.
MOST_WAYS = 11


@pytest.fixture
async def store(database_url: str) -> Any:
    opened = Store(database_url)
    await move_in(opened, ADA, BEN, CY, *GIVERS)
    yield opened
    await opened.close()


@contextmanager
def shared(store: Store) -> Iterator[tuple[Connection, turn.Turn]]:
    with store.engine.begin() as connection, turn.taking(connection, Memory(), shared=True) as own:
        yield connection, own


def _of(work: Port) -> Connection:
    connection: Connection = work._connection  # type: ignore[attr-defined]  # noqa: SLF001
    return connection


def side_by_side(store: Store, *fns: Callable[[Port], Any]) -> list[Part]:
    """Run them in one transaction that is committed."""
    with shared(store) as (connection, own):
        return Beside(connection, own).run([partial(fn, Work(connection, HERE, None)) for fn in fns])


async def test_sixteen_kudos_take_as_many_ways_to_the_server_as_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways: list[None] = []
    plainly = psycopg.Connection.wait

    def wait(self: Any, *given: Any, **more: Any) -> Any:
        ways.append(None)
        return plainly(self, *given, **more)

    monkeypatch.setattr(psycopg.Connection, "wait", wait)
    parts = side_by_side(store, *(thanks(giver, BEN, giver.id) for giver in GIVERS))
    assert len(ways) <= MOST_WAYS

    assert [part.error for part in parts] == [None] * len(GIVERS)
    assert [part.value.kudos for part in parts] == [*range(1, len(GIVERS) + 1)]
    assert await store.transact(HERE, counts(BEN)) == (len(GIVERS), 0)
    assert await store.transact(HERE, kudos.verify) == []


async def test_of_two_by_the_same_giver_the_second_sees_what_the_first_gave(store: Store) -> None:
    await store.transact(HERE, lambda work: settings.change(work, "kudos_per_day", "2", ADA.id, NOW) and None)
    parts = side_by_side(store, *(thanks(ADA, BEN, f"s{at}") for at in range(3)), thanks(CY, BEN, "c"))

    refused = [part.error for part in parts if part.error]
    assert [type(error) for error in refused] == [Refusal]
    assert parts[3].error is None
    assert await store.transact(HERE, counts(ADA)) == (0, 2)
    assert await store.transact(HERE, kudos.verify) == []


async def test_the_same_words_twice_at_once_count_once(store: Store) -> None:
    again = [thanks(ADA, BEN, f"s{at}", "for the very same long night") for at in range(2)]
    first, second = side_by_side(store, *again)
    # To look at the earlier one, the second would have to see rows that are written with those of all.
    assert first.error is None
    assert second.error is None or isinstance(second.error, Alone)
    assert await store.transact(HERE, counts(BEN)) == (1, 0)


async def test_one_source_twice_at_once_counts_once(store: Store) -> None:
    first, second = side_by_side(store, thanks(ADA, BEN, "s"), thanks(CY, BEN, "s"))
    assert first.error is None
    assert second.error is None or isinstance(second.error, Alone)
    assert await store.transact(HERE, lambda work: work.kudos.size()) == 1


async def test_a_lock_that_somebody_else_has_is_not_waited_for(store: Store) -> None:
    with store.engine.begin() as connection:
        Work(connection, HERE, None).one_at_a_time(f"giver:{ADA.id}")
        held_up, free = side_by_side(store, thanks(ADA, BEN, "a"), thanks(CY, BEN, "c"))
    assert isinstance(held_up.error, Alone)
    assert free.error is None
    assert await store.transact(HERE, counts(BEN)) == (1, 0)


async def test_two_that_want_each_others_locks_do_not_wait_for_ever(store: Store) -> None:
    def crosswise(first: str, second: str) -> Callable[[Port], None]:
        def lock(work: Port) -> None:
            work.one_at_a_time(first)
            work.one_at_a_time(second)

        return lock

    parts = side_by_side(store, crosswise("a", "b"), crosswise("b", "a"), crosswise("c", "d"))
    assert [type(part.error) for part in parts] == [Alone, Alone, type(None)]


async def test_whatever_else_is_asked_is_asked_by_itself(store: Store) -> None:
    def reads(work: Port) -> int:
        return work.kudos.size()

    def tries(work: Port) -> bool:
        return work.alone_with("chart")

    def claims(work: Any) -> Any:
        return outbox.claim(_of(work), outbox.Wanted(NOW, 10), *[NOW - NOW] * 2)

    def reads_its_own(work: Port) -> Any:
        return kudos.receipt(work, thanks(ADA, BEN, "own")(work).kudos)

    def writes(work: Port) -> None:
        outbox.settle(_of(work), [(letter, {"state": "sent"})])

    letter: Any = type("Letter", (), {"id": 1, "workspace": HERE, "lease": "x"})
    for fn in (reads, tries, claims, reads_its_own, writes):
        assert isinstance(side_by_side(store, fn)[0].error, Alone), fn


async def test_what_others_wrote_late_is_seen_once_they_have_ended(store: Store) -> None:
    def looks(work: Port) -> Any:
        work.one_at_a_time(f"giver:{ADA.id}")
        return work.kudos.read(1)

    gives, looked = side_by_side(store, thanks(ADA, BEN, "first"), looks)
    assert gives.error is None
    assert [one.id for one in looked.value.recipients] == [BEN.id]


async def test_an_error_of_the_database_leaves_nothing_of_any_of_them(store: Store) -> None:
    nowhere = table("no_such_table", column("name"))
    broken = Quick(lambda _: select(nowhere).where(nowhere.c.name == bindparam("name")))

    def breaks(work: Any) -> Any:
        return broken.rows(_of(work), {"name": "x"})

    ended: list[str] = []

    def waits(work: Port) -> None:
        try:
            work.one_at_a_time("x")
            work.people.known([ADA.id])
        finally:
            ended.append("waits")

    with pytest.raises(DBAPIError):
        side_by_side(store, thanks(ADA, BEN, "a"), breaks, waits)
    assert ended == ["waits"]
    assert await store.transact(HERE, lambda work: work.kudos.size()) == 0


Asked = tuple[Quick, Sequence[dict[str, Any]]]


async def test_what_is_asked_together_is_answered_as_each_alone(store: Store) -> None:
    for giver in GIVERS[:4]:
        for at in range(3):
            await store.transact(HERE, thanks(giver, BEN, f"{giver.id} {at}"))
    await move_in(store, ADA, workspace=THERE)
    who = [giver.id for giver in GIVERS[:6]]
    workspaces = [HERE, THERE]
    asked: list[Asked] = [
        (
            statements.RECORDED,
            [{"workspace": one, "source": f"{id} 1"} for one in workspaces for id in who],
        ),
        (
            statements.SO_FAR,
            [
                {"workspace": one, "source": f"{id} 1", "giver": id, "moment": NOW, "limit": 2}
                for one in workspaces
                for id in who
            ],
        ),
        (statements.ONE, [{"workspace": one, "number": at} for one in workspaces for at in (1, 3, 99)]),
        (statements.BESIDE_ONE, [{"number": at} for at in (1, 2, 99)]),
    ]
    with shared(store) as (connection, _):
        for quick, given in asked:
            together = quick.rows_of_each(connection, given)
            assert quick._several  # noqa: SLF001
            sql = quick._several._compiled._sql  # noqa: SLF001
            assert sql.count("json_to_recordset") == 1
            assert [[*map(tuple, one)] for one in together] == [
                [*map(tuple, quick.rows(connection, one))] for one in given
            ]
            assert any(together)
            assert not all(together)


async def test_a_kudos_that_asked_more_than_usual_is_asked_beside_others_again(store: Store) -> None:
    """It is remembered by what the last of its kind did."""
    paces = store._threads._paces  # type: ignore[attr-defined]  # noqa: SLF001
    await store.transact(HERE, thanks(ADA, BEN, "one"))
    assert paces.goes_beside("kudos.give")
    await store.transact(HERE, partial(kudos.mine, person=BEN.id))
    assert not paces.goes_beside("kudos.mine")
    paces.took("kudos.give", 0.001, only_quick=False)
    assert not paces.goes_beside("kudos.give")
    await store.transact(HERE, thanks(ADA, BEN, "two"))
    assert paces.goes_beside("kudos.give")


async def test_what_another_has_not_ended_writing_is_not_seen_by_half(store: Store) -> None:
    seen: list[list[str] | None] = []

    def takes_long(work: Port) -> Receipt:
        given = thanks(ADA, BEN, "s")(work)
        for at in range(8):
            work.one_at_a_time(f"x{at}")
        return given

    def looks(work: Port) -> None:
        for _ in range(12):
            found = work.kudos.recorded("s")
            seen.append([person.id for person in found.recipients] if found else None)

    parts = side_by_side(store, takes_long, looks)
    assert [part.error for part in parts] == [None, None]
    assert seen[0] is None
    assert seen[-1] == [BEN.id]
    assert [] not in seen


async def test_what_was_read_before_a_change_is_not_remembered_after_it(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another replica renames somebody after one part has read them, and before another asks the mark."""
    other, memory, renamed = Store(database_url), Memory(), list[str]()
    plainly = Quick.rows_of_each

    def rows_of_each(self: Quick, connection: Connection, given: Sequence[Any]) -> Any:
        answer = plainly(self, connection, given)
        if self is shelf._ONE and not turn.is_beside(connection) and not renamed:  # noqa: SLF001
            renamed.append("New")
            with other.engine.begin() as theirs:
                work = Work(theirs, HERE, None)
                people.meet(work, people=[replace(CY, name="New")], groups=[], now=NOW)
        return answer

    def looks(work: Port) -> Any:
        return work.people.find(CY.id)

    with monkeypatch.context() as patched:
        patched.setattr(Quick, "rows_of_each", rows_of_each)
        with store.engine.begin() as connection, turn.taking(connection, memory, shared=True) as own:
            work = Work(connection, HERE, None)
            parts = Beside(connection, own).run([partial(fn, work) for fn in (looks, thanks(ADA, BEN, "a"))])
    own.recall.publish()
    assert [part.error for part in parts] == [None, None]
    assert renamed
    with store.engine.begin() as connection, turn.taking(connection, memory):
        assert looks(Work(connection, HERE, None)).name == "New"
    await other.close()


async def test_a_kudos_that_asks_more_asks_it_before_it_changes_anything(store: Store) -> None:
    """Or all who share its commit would be undone."""
    await store.transact(HERE, lambda work: work.preferences.choose(CY.id, Wish.THROUGH_MANAGER, NOW))
    many = tuple(ToPerson(giver.id) for giver in GIVERS[:6])
    thanked = partial(
        kudos.give, giver=BEN.id, said=(*many, Words(" for the long night")), source="m", now=NOW
    )
    by_manager, six, plain = side_by_side(
        store, thanks(ADA, CY, "by manager"), thanked, thanks(CY, BEN, "plain")
    )
    assert plain.error is None
    for part in (by_manager, six):
        assert isinstance(part.error, Alone)
        assert not part.changed


async def test_what_cannot_be_told_the_database_is_the_trouble_of_one_alone(store: Store) -> None:
    for source in ("first", "second"):
        await store.transact(HERE, thanks(ADA, BEN, source))
    half = "\ud800"  # of a pair, which no database takes
    said = [thanks(giver, BEN, f"{giver.id}{half if giver is GIVERS[1] else ''}") for giver in GIVERS[:4]]
    ended = await asyncio.gather(*(store.transact(HERE, one) for one in said), return_exceptions=True)
    assert [isinstance(one, BaseException) for one in ended] == [False, True, False, False]


async def test_nothing_asked_is_nothing_answered(store: Store) -> None:
    with shared(store) as (connection, _):
        assert statements.ONE.rows_of_each(connection, []) == []
