"""People and user groups: kept as they are now, found by id and by what is typed, each in their workspace."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from bot import people
from bot.ports import Work
from bot.rules.people import Group, Person, Roll
from storage import people as shelf
from storage.work import Store
from tests.storage.people import ADA, BEN, CY, HERE, NOW, SUPPORT, THERE, move_in, person


def look_up(
    people: tuple[str, ...] = (), groups: tuple[str, ...] = (), handles: tuple[str, ...] = ()
) -> partial[Roll]:
    def look(work: Work) -> Roll:
        return work.people.look_up(people, groups, handles)

    return partial(look)


async def test_a_person_comes_back_as_they_were_met(store: Store) -> None:
    whole = Person(
        "W0RUTH",
        "ruth",
        "Ruth 🐘",
        HERE,
        "Ruth Weiß",
        active=False,
        bot=True,
        guest=True,
        timezone="Asia/Tokyo",
    )
    await move_in(store, whole)
    assert await store.transact(HERE, look_up(("W0RUTH",))) == Roll({"W0RUTH": whole}, {})


async def test_who_is_met_again_is_brought_up_to_date(store: Store) -> None:
    await move_in(store)
    changed = replace(BEN, handle="benedict", name="Benedict", active=False)
    await move_in(store, changed)

    assert (await store.transact(HERE, look_up((BEN.id,)))).people == {BEN.id: changed}
    assert (await store.transact(HERE, look_up(handles=("ben",)))).people == {}
    assert await store.transact(HERE, lambda work: work.people.count()) == 3


async def test_one_request_for_everybody_named_finds_them_and_nobody_else(store: Store) -> None:
    dee = person("dee")
    await move_in(store, ADA, BEN, CY, dee)
    roll = await store.transact(HERE, look_up((ADA.id, "U0NOBODY"), ("SSUPPORT", "S0NONE")))
    assert set(roll.people) == {ADA.id, BEN.id, CY.id}
    assert set(roll.groups) == {"SSUPPORT"}


@pytest.mark.parametrize("typed", ["fay.nakamura", "FAY", "faynakamura", "Fay-Nakamura", "nakamura_f"])
async def test_a_typed_name_is_looked_up_in_every_form(store: Store, typed: str) -> None:
    fay = Person("U0FAY", "nakamura.f", "Fay", HERE, "Fay Nakamura")
    await move_in(store, fay, BEN)
    assert set((await store.transact(HERE, look_up(handles=(typed,)))).people) == {"U0FAY"}


async def test_all_who_bear_a_name_are_found(store: Store) -> None:
    await move_in(store, BEN, person("ben2", "Ben"))
    assert set((await store.transact(HERE, look_up(handles=("ben",)))).people) == {BEN.id, "UBEN2"}


async def test_a_group_is_found_by_id_and_by_handle_with_its_members(store: Store) -> None:
    await move_in(store)
    for named in (look_up(groups=("SSUPPORT",)), look_up(handles=("Support-Team",))):
        roll = await store.transact(HERE, named)
        assert roll.groups == {"SSUPPORT": SUPPORT}
        assert set(roll.people) == {BEN.id, CY.id}


async def test_members_come_and_go(store: Store) -> None:
    await move_in(store)
    change = partial(
        people.members_changed, group="SSUPPORT", added=[ADA.id, BEN.id], removed=[CY.id], now=NOW
    )
    await store.transact(HERE, change)
    await store.transact(HERE, change)  # told twice, it is so once
    roll = await store.transact(HERE, look_up(groups=("SSUPPORT",)))
    assert set(roll.groups["SSUPPORT"].members) == {ADA.id, BEN.id}


async def test_a_group_nobody_told_us_of_is_not_made_up_from_a_change(store: Store) -> None:
    change = partial(people.members_changed, group="S0NEW", added=[ADA.id], removed=[], now=NOW)
    await store.transact(HERE, change)
    assert (await store.transact(HERE, look_up(groups=("S0NEW",)))).groups == {}


async def test_the_same_member_told_twice_is_one(store: Store) -> None:
    group = Group("S1", "twice", "Twice", members=(BEN.id, BEN.id))
    await store.transact(HERE, lambda work: work.people.put_group(group, NOW))
    assert (await store.transact(HERE, look_up(groups=("S1",)))).groups["S1"].members == (BEN.id,)


async def test_a_whole_company_is_met_in_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "BATCH", 7)
    crowd = [person(f"p{number}") for number in range(20)]
    await move_in(store, *crowd)
    assert await store.transact(HERE, lambda work: work.people.count()) == 20


async def test_a_batch_fits_into_one_statement(store: Store) -> None:
    crowd = [person(f"p{number}") for number in range(shelf.BATCH + 1)]
    await move_in(store, *crowd)
    assert await store.transact(HERE, lambda work: work.people.count()) == shelf.BATCH + 1


async def test_two_workspaces_with_the_same_ids_never_see_each_other_s_people(store: Store) -> None:
    await move_in(store, replace(BEN, name="Ben of here"))
    await move_in(store, replace(BEN, name="Ben of there"), workspace=THERE)
    group = replace(SUPPORT, members=(ADA.id,), name="Support there")
    await store.transact(THERE, lambda work: work.people.put_group(group, NOW))

    for workspace, name, members in (
        (HERE, "Ben of here", {BEN.id, CY.id}),
        (THERE, "Ben of there", {ADA.id}),
    ):
        roll = await store.transact(workspace, look_up((BEN.id,), ("SSUPPORT",), ("ben", "support-team")))
        assert roll.people[BEN.id].name == name
        assert set(roll.groups["SSUPPORT"].members) == members
        assert await store.transact(workspace, lambda work: work.people.count()) == 1
    assert await store.transact("T0NONE", look_up((BEN.id,), ("SSUPPORT",), ("ben",))) == Roll({}, {})


async def test_changes_of_a_group_that_come_at_once_are_all_kept(database_url: str) -> None:
    here, there = Store(database_url), Store(database_url)
    group = Group("S1", "team", "Team", members=("U0",))
    await here.transact("T1", partial(people.meet, people=[], groups=[group], now=NOW))

    def add(id: str) -> partial[None]:
        return partial(people.members_changed, group="S1", added=[id], removed=[], now=NOW)

    for number in range(20):
        await asyncio.gather(
            here.transact("T1", add(f"UA{number}")), there.transact("T1", add(f"UB{number}"))
        )

    roll = await here.transact("T1", lambda work: work.people.look_up((), ("S1",), ()))
    assert len(roll.groups["S1"].members) == 41
    await here.close()
    await there.close()
