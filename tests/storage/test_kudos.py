"""Kudos count exactly once, the totals follow, and what disagrees with the ledger is found."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, text, update

from bot import kudos, settings
from bot.errors import Refusal
from bot.messages import KudosPosted, KudosReceived, KudosTakenBack
from bot.ports import Work
from bot.rules.recognition import Piece, ToGroup, ToPerson, Words
from storage.tables import kudos as kudos_table
from storage.tables import recipients, totals
from storage.work import Store
from tests.storage.people import ADA, BEN, CY, HERE, NOW, THERE, counts, move_in, person, thanks


def take_back(giver: str, source: str) -> Callable[[Work], Any]:
    return partial(kudos.undo, giver=giver, source=source, now=NOW)


async def queued(store: Store) -> list[str]:
    """The kinds of everything that was ever to be said."""
    rows = await store.across(lambda c: c.execute(text("SELECT kind FROM outbox ORDER BY kind")).all())
    return [row.kind for row in rows]


async def test_a_kudos_is_read_as_it_was_given(store: Store) -> None:
    await move_in(store)
    pieces: Sequence[Piece] = (
        ToPerson(CY.id),
        ToGroup("SSUPPORT"),
        Words(" for the long night #care #craft"),
    )
    give = partial(kudos.give, giver=ADA.id, said=pieces, source="one", now=NOW)
    receipt = await store.transact(HERE, give)

    found = await store.transact(HERE, lambda work: work.kudos.read(receipt.kudos))
    assert found is not None
    assert (found.giver, found.recipients) == (ADA, (CY, BEN))
    assert (found.reason, found.tags, found.given_at) == ("for the long night", ("care", "craft"), NOW)
    assert not found.taken_back


async def test_the_same_request_twenty_times_at_once_is_one_kudos(store: Store) -> None:
    await move_in(store)
    receipts = await asyncio.gather(*(store.transact(HERE, thanks(ADA, BEN, "same")) for _ in range(20)))

    assert len({receipt.kudos for receipt in receipts}) == 1
    assert await store.transact(HERE, lambda work: work.kudos.size()) == 1
    assert await store.transact(HERE, counts(BEN)) == (1, 0)
    assert await store.transact(HERE, counts(ADA)) == (0, 1)
    assert await queued(store) == ["KudosPosted", "KudosReceived"]


async def test_forty_people_thanking_one_at_once_are_all_counted(store: Store) -> None:
    givers = [person(f"giver{number}") for number in range(40)]
    await move_in(store, BEN, CY, *givers)
    await store.transact(HERE, partial(settings.change, name="kudos_per_day", typed="off", by="eve", now=NOW))
    await asyncio.gather(
        *(store.transact(HERE, thanks(giver, BEN, f"from {giver.id}")) for giver in givers),
        *(store.transact(HERE, thanks(BEN, giver, f"to {giver.id}")) for giver in givers),
    )

    assert await store.transact(HERE, counts(BEN)) == (40, 40)
    assert await store.transact(HERE, counts(givers[0])) == (1, 1)
    assert await store.transact(HERE, kudos.verify) == []


async def test_the_same_undo_ten_times_at_once_takes_back_one(store: Store) -> None:
    await move_in(store)
    for source in ("one", "two", "three"):
        await store.transact(HERE, thanks(ADA, BEN, source))
    taken = await asyncio.gather(*(store.transact(HERE, take_back(ADA.id, "same")) for _ in range(10)))

    assert len({one.number for one in taken}) == 1
    assert await store.transact(HERE, counts(BEN)) == (2, 0)
    assert await store.transact(HERE, kudos.verify) == []


async def test_several_undos_at_once_take_back_as_many_the_last_first(store: Store) -> None:
    await move_in(store)
    given = [(await store.transact(HERE, thanks(ADA, BEN, source))).kudos for source in ("a", "b", "c", "d")]
    taken = await asyncio.gather(*(store.transact(HERE, take_back(ADA.id, f"undo {n}")) for n in range(3)))

    assert {one.number for one in taken} == set(given[1:])
    assert await store.transact(HERE, counts(BEN)) == (1, 0)
    assert await store.transact(HERE, counts(ADA)) == (0, 1)
    assert await store.transact(HERE, kudos.verify) == []


async def test_a_click_and_an_undo_at_once_take_it_back_once(store: Store) -> None:
    await move_in(store)
    number = (await store.transact(HERE, thanks(ADA, BEN, "one"))).kudos
    click = partial(kudos.undo_this, giver=ADA.id, number=number, source="click", reply_to="u", now=NOW)
    await asyncio.gather(
        store.transact(HERE, click),
        store.transact(HERE, take_back(ADA.id, "command")),
        return_exceptions=True,  # the second undo may find nothing left
    )

    assert await store.transact(HERE, counts(BEN)) == (0, 0)
    assert await store.transact(HERE, kudos.verify) == []
    assert (await queued(store)).count("KudosTakenBack") == len(("the post", "the direct message"))


async def test_what_was_taken_back_is_neither_shown_nor_counted_and_its_posts_are_to_disappear(
    store: Store,
) -> None:
    await move_in(store)
    number = (await store.transact(HERE, thanks(ADA, BEN, "one"))).kudos
    await store.transact(HERE, take_back(ADA.id, "undo"))

    for who in (ADA, BEN):
        record = await store.transact(HERE, partial(kudos.mine, person=who.id))
        assert (record.received, record.given) == ((), ())
    assert await store.transact(HERE, partial(kudos.standing, number=number)) is None
    with pytest.raises(Refusal, match="nothing to take back"):
        await store.transact(HERE, take_back(ADA.id, "again"))


async def test_only_the_giver_s_own_last_kudos_is_taken_back(store: Store) -> None:
    await move_in(store)
    mine = (await store.transact(HERE, thanks(ADA, BEN, "one"))).kudos
    await store.transact(HERE, thanks(CY, BEN, "two"))

    assert (await store.transact(HERE, take_back(ADA.id, "undo"))).number == mine
    assert await store.transact(HERE, counts(CY)) == (0, 1)


async def test_a_take_back_follows_what_it_takes_back_to_the_same_place(store: Store) -> None:
    await move_in(store)
    await store.transact(HERE, thanks(ADA, BEN, "one"))
    await store.transact(HERE, take_back(ADA.id, "undo"))

    first, second = await store.claim(NOW, 10), []
    for letter in first:
        await store.sent(letter, None, NOW)
    second = list(await store.claim(NOW.replace(minute=1), 10))
    assert {type(letter.message) for letter in first} == {KudosPosted, KudosReceived}
    assert {(letter.to, type(letter.message)) for letter in second} == {
        (letter.to, KudosTakenBack) for letter in first
    }
    keys = {letter.message.message for letter in second if isinstance(letter.message, KudosTakenBack)}
    assert keys == {letter.key for letter in first}


async def test_the_latest_come_first_and_no_more_than_were_asked_for(store: Store) -> None:
    await move_in(store)
    for number in range(7):
        await store.transact(HERE, thanks(ADA, BEN, f"{number}", f"for the long night {number}"))
    record = await store.transact(HERE, partial(kudos.mine, person=BEN.id))

    assert [one.reason[-1] for one in record.received] == ["6", "5", "4", "3", "2"]
    assert record.counts.received == 7


# What is planted, and found


def _wrong_total(connection: Connection) -> None:
    connection.execute(update(totals).where(totals.c.person_id == BEN.id).values(tally=7))


def _lost_total(connection: Connection) -> None:
    connection.execute(delete(totals).where(totals.c.person_id == BEN.id))


def _total_of_nobody(connection: Connection) -> None:
    row = {"workspace_id": HERE, "person_id": CY.id, "role": "received", "tally": 1}
    connection.execute(insert(totals).values(row))


def _kudos_without_entries(connection: Connection) -> None:
    row = {
        "workspace_id": HERE,
        "giver_id": ADA.id,
        "reason": "r",
        "tags": "",
        "source": "s",
        "given_at": NOW,
    }
    number = connection.execute(insert(kudos_table).returning(kudos_table.c.number), row).scalar_one()
    connection.execute(
        insert(recipients).values(workspace_id=HERE, kudos_number=number, person_id=BEN.id, position=0)
    )


def _lost_entry(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER ledger_no_DELETE")
    else:
        connection.exec_driver_sql("DROP TRIGGER ledger_append_only ON ledger")
    connection.exec_driver_sql("DELETE FROM ledger WHERE role = 'received'")


def _reversal_without_entries(connection: Connection) -> None:
    connection.exec_driver_sql(
        "INSERT INTO reversals (kudos_number, workspace_id, source, reversed_at) "
        "SELECT number, workspace_id, 'planted', given_at FROM kudos"
    )


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (_wrong_total, [f"{BEN.id}: 7 received in the totals, 1 in the ledger."]),
        (_lost_total, [f"{BEN.id}: 0 received in the totals, 1 in the ledger."]),
        (_total_of_nobody, [f"{CY.id}: 1 received in the totals, 0 in the ledger."]),
        (_kudos_without_entries, ["Kudos 2: 0 in the ledger, 2 expected."]),
        (
            _lost_entry,
            [
                f"{BEN.id}: 1 received in the totals, 0 in the ledger.",
                "Kudos 1: 1 in the ledger, 2 expected.",
            ],
        ),
        (_reversal_without_entries, ["Kudos 1: 2 in the ledger, 0 expected."]),
    ],
)
async def test_what_disagrees_with_the_ledger_is_found(
    store: Store, planted: Callable[[Connection], None], found: list[str]
) -> None:
    await move_in(store)
    await store.transact(HERE, thanks(ADA, BEN, "one"))
    assert await store.transact(HERE, kudos.verify) == []

    await store.across(planted)
    assert await store.transact(HERE, kudos.verify) == found
    assert await store.transact(THERE, kudos.verify) == []


# Two workspaces


async def test_a_kudos_of_one_workspace_is_nothing_to_another(store: Store) -> None:
    for workspace in (HERE, THERE):
        await move_in(store, workspace=workspace)
    here = (await store.transact(HERE, thanks(ADA, BEN, "same", "for what happened here"))).kudos
    there = (await store.transact(THERE, thanks(ADA, BEN, "same", "for what happened there"))).kudos

    assert here != there  # the same request id is another request elsewhere
    assert await store.transact(THERE, lambda work: work.kudos.read(here)) is None
    for workspace, reason in ((HERE, "for what happened here"), (THERE, "for what happened there")):
        record = await store.transact(workspace, partial(kudos.mine, person=BEN.id))
        assert [one.reason for one in record.received] == [reason]
        assert record.counts.received == 1
        assert await store.transact(workspace, lambda work: work.kudos.size()) == 1


async def test_to_take_back_in_one_workspace_takes_back_nothing_in_another(store: Store) -> None:
    for workspace in (HERE, THERE):
        await move_in(store, workspace=workspace)
    here = (await store.transact(HERE, thanks(ADA, BEN, "same"))).kudos
    await store.transact(THERE, thanks(ADA, BEN, "same"))

    await store.transact(THERE, take_back(ADA.id, "undo"))
    click = partial(kudos.undo_this, giver=ADA.id, number=here, source="click", reply_to="u", now=NOW)
    with pytest.raises(Refusal, match="Only the person who gave"):
        await store.transact(THERE, click)

    assert await store.transact(HERE, counts(BEN)) == (1, 0)
    assert await store.transact(THERE, counts(BEN)) == (0, 0)
    standing = await store.transact(HERE, partial(kudos.standing, number=here))
    assert standing is not None
    for workspace in (HERE, THERE):
        assert await store.transact(workspace, kudos.verify) == []


async def test_a_shelf_takes_back_no_kudos_of_another_workspace_even_when_asked_to(store: Store) -> None:
    for workspace in (HERE, THERE):
        await move_in(store, workspace=workspace)
    here = (await store.transact(HERE, thanks(ADA, BEN, "one"))).kudos

    assert not await store.transact(THERE, lambda work: work.kudos.take_back(here, "undo", NOW))
    assert await store.transact(HERE, partial(kudos.standing, number=here)) is not None
