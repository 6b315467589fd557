"""What a process remembers ends with the change of it, whoever changes it, and how."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, event, text

from bot import settings
from bot.errors import Refusal
from bot.ports import Work
from bot.rules.hearing import Wish
from bot.rules.people import Group
from storage import memory
from storage.work import Store
from tests.storage.people import ADA, BEN, CY, HERE, NOW, SUPPORT, move_in


@pytest.fixture
async def replica(database_url: str) -> AsyncIterator[Store]:
    """Another process on the same database."""
    opened = Store(database_url)
    yield opened
    await opened.close()


def everything(work: Work) -> tuple[str, str, bool, tuple[str, ...], Wish | None]:
    """All that is remembered, as one person meets it."""
    roll = work.people.look_up([BEN.id], [SUPPORT.id], [])
    return (
        settings.chosen(work).recognition_channel,
        roll.people[BEN.id].name,
        roll.people[BEN.id].active,
        roll.groups[SUPPORT.id].members,
        work.preferences.of([BEN.id]).get(BEN.id),
    )


def by_hand(statement: str) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        connection.execute(text(statement))

    return change


async def test_what_another_replica_changes_is_seen_by_the_very_next_transaction(
    store: Store, replica: Store
) -> None:
    await move_in(store)
    seen = [await store.transact(HERE, everything)] * 2
    assert await store.transact(HERE, everything) == seen[0]
    changes: list[Callable[[Work], object]] = [
        lambda work: settings.change(work, "recognition_channel", "#thanks", "ada", NOW),
        lambda work: work.people.put([replace(BEN, name="Benno")], NOW),
        lambda work: work.people.put([replace(BEN, name="Benno", active=False)], NOW),
        lambda work: work.people.put_group(replace(SUPPORT, members=(CY.id,)), NOW),
        lambda work: work.preferences.choose(BEN.id, Wish.PRIVATELY, NOW),
        lambda work: settings.restore(work, "recognition_channel", "ada", NOW),
        lambda work: work.people.forget(BEN.id, NOW),
    ]
    for at, change in enumerate(changes):
        await replica.transact(HERE, change)
        now = await store.transact(HERE, everything)
        assert now != seen[-1], at
        assert now == await replica.transact(HERE, everything)
        seen.append(now)


async def test_what_is_changed_by_hand_is_seen_as_well(store: Store) -> None:
    await move_in(store)
    await store.transact(HERE, everything)

    await store.across(by_hand("UPDATE people SET name = 'Benno' WHERE person_id = 'UBEN'"))
    await store.across(by_hand("DELETE FROM group_members WHERE person_id = 'UBEN'"))

    _, name, _, members, _ = await store.transact(HERE, everything)
    assert (name, members) == ("Benno", (CY.id,))


async def test_what_was_rolled_back_is_not_remembered(store: Store) -> None:
    await move_in(store)
    before = await store.transact(HERE, everything)

    def change(work: Work) -> None:
        work._connection.execute(text("UPDATE people SET name = 'Nobody'"))  # type: ignore[attr-defined] # noqa: SLF001
        settings.change(work, "recognition_channel", "#nowhere", "ada", NOW)
        work.preferences.choose(BEN.id, Wish.PRIVATELY, NOW)
        assert everything(work)[0] == "#nowhere"
        assert everything(work)[4] is Wish.PRIVATELY
        raise Refusal("No.")

    for _ in range(2):
        with pytest.raises(Refusal):
            await store.transact(HERE, change)
        assert await store.transact(HERE, everything) == before


async def test_what_nobody_changed_is_not_read_again(store: Store) -> None:
    await move_in(store)
    await store.transact(HERE, everything)
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    await store.transact(HERE, everything)

    left = [one for one in asked if one.startswith("SELECT")]
    assert [one for one in left if "FROM groups" not in one and "FROM group_members" not in one] == []


def test_it_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 3)
    kept = memory.Memory()
    for at in range(50):
        kept.keep("T1", memory.PEOPLE, 1, {f"U{at}": ADA})
        assert len(kept.under("T1", memory.PEOPLE, 1)) <= 5

    kept.keep("T1", memory.PEOPLE, 2, {"U1": BEN})
    assert not kept.under("T1", memory.PEOPLE, 1)
    assert kept.under("T1", memory.PEOPLE, 2) == {"U1": BEN}


async def test_workspaces_remember_apart(store: Store) -> None:
    await move_in(store)
    await store.transact(HERE, everything)

    def look(work: Work) -> tuple[int, list[Group]]:
        return len(work.people.known([BEN.id])), work.people.groups()

    assert await store.transact("T0OTHER", look) == (0, [])
