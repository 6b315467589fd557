"""Who has joined in is what happened last of each way, in whatever order and however often it is told."""

import asyncio
from datetime import timedelta
from functools import partial
from itertools import permutations, product

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from bot import kudos
from bot.messages import KudosRedrawn
from bot.ports import Mark, Work
from bot.rules.recognition import Place
from storage.tables import joined, outbox
from storage.work import Store
from tests.storage.people import ADA, BEN, CY, HERE, NOW, THERE, move_in, thanks

Entry = tuple[str, bool, int]
"""The way, whether it joins in or takes that back, and at which second."""
TOLD: list[Entry] = [("emoji", True, 1), ("emoji", False, 2), ("button", True, 2), ("button", False, 3)]


@pytest.fixture
async def number(store: Store) -> int:
    await move_in(store)
    return (await store.transact(HERE, thanks(ADA, BEN, "one"))).kudos


def note(work: Work, number: int, entry: Entry, source: str, person: str = CY.id) -> bool:
    way, joins, second = entry
    return work.joining.note(number, person, way, NOW + timedelta(seconds=second), source, joined=joins)


def done(_result: object) -> None:
    """Nothing that outlives the transaction is given back."""


def ways(work: Work, number: int, person: str) -> list[str]:
    return work.joining.ways(number, person)


@pytest.mark.parametrize("last", [("emoji", True, 4), ("emoji", False, 4)])
async def test_the_order_of_telling_changes_nothing(store: Store, number: int, last: Entry) -> None:
    entries = [*TOLD, last]
    orders = list(permutations(range(len(entries))))

    def tell(work: Work, person: str, order: tuple[int, ...]) -> list[str]:
        for each, again in product(order, range(2)):
            told = note(work, number, entries[each], f"{person}:{each}", person)
            assert told is (again == 0)
        return work.joining.ways(number, person)

    for at, order in enumerate(orders):
        stands = await store.transact(HERE, partial(tell, person=f"U{at}", order=order))
        assert stands == (["emoji"] if last[1] else [])
    rows = await store.across(lambda c: c.execute(joined.select()).all())
    assert len(rows) == (len(orders) if last[1] else 0)
    assert {row.since for row in rows} <= {NOW + timedelta(seconds=4)}
    assert await store.transact(HERE, kudos.verify) == []


async def test_of_two_at_the_same_moment_taking_back_is_the_later(store: Store, number: int) -> None:
    for source, joins in (("one", False), ("two", True)):
        await store.transact(HERE, partial(note, number=number, entry=("emoji", joins, 1), source=source))

    assert await store.transact(HERE, partial(ways, number=number, person=CY.id)) == []


async def test_all_at_once_end_as_if_one_after_another(store: Store, number: int) -> None:
    def tell(work: Work, entry: Entry, source: str) -> None:
        work.one_at_a_time(f"joining:{number}:{CY.id}")
        note(work, number, entry, source)

    await asyncio.gather(
        *(
            store.transact(HERE, partial(tell, entry=(f"way {at}", at % 2 == 0, at), source=f"{at}"))
            for at in range(20)
        )
    )
    assert len(await store.transact(HERE, partial(ways, number=number, person=CY.id))) == 10
    assert await store.transact(HERE, kudos.verify) == []


async def test_verify_finds_who_joined_in_by_no_log_and_who_is_missing(store: Store, number: int) -> None:
    await store.transact(HERE, partial(note, number=number, entry=("emoji", True, 1), source="one"))
    row = {"workspace_id": HERE, "kudos_number": number, "person_id": ADA.id, "since": NOW}
    await store.across(lambda c: done(c.execute(insert(joined), row)))
    wrong = await store.transact(HERE, kudos.verify)
    assert wrong == [
        f"Kudos {number}: UADA joined in at 2026-03-04 09:00:00 by the totals, has not joined in by the log."
    ]

    await store.across(lambda c: done(c.execute(delete(joined))))
    (missing,) = await store.transact(HERE, kudos.verify)
    assert missing.startswith(f"Kudos {number}: UCY has not joined in by the totals")
    assert await store.transact(THERE, kudos.verify) == []


@pytest.mark.parametrize("table", ["joinings", "marks"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET person_id = 'x'"])
async def test_what_was_told_is_never_changed(store: Store, number: int, table: str, change: str) -> None:
    await store.transact(HERE, partial(note, number=number, entry=("emoji", True, 1), source="one"))
    mark = Mark(Place("C1", "1.000001"), CY.id, "kudos", True, NOW, "two")
    await store.transact(HERE, lambda work: work.joining.mark(mark))

    with pytest.raises(DBAPIError, match="append-only"):
        await store.across(lambda c: done(c.execute(text(change.format(table)))))


async def test_what_waits_to_be_drawn_anew_is_queued_once(store: Store, number: int) -> None:
    def draw(work: Work) -> None:
        work.outbox.put_once("recognition", KudosRedrawn(number, "key"), NOW, about="redraw:key")

    await asyncio.gather(*(store.transact(HERE, draw) for _ in range(10)))
    kinds = outbox.c.kind == "KudosRedrawn"
    first = await store.across(lambda c: c.execute(outbox.select().where(kinds)).all())
    assert 1 <= len(first) <= 8  # as many transactions as may run side by side, on an empty queue

    await store.across(lambda c: done(c.execute(update(outbox).where(kinds).values(state="sending"))))
    await store.transact(HERE, draw)
    assert len(await store.across(lambda c: c.execute(outbox.select().where(kinds)).all())) == len(first) + 1
