"""The outbox: in order, one at a time to each destination, under a lease, and never lost."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any, get_args, get_origin

import pytest
from sqlalchemy import select, update

from bot.messages import HomeOpened, Message
from bot.ports import Letter, Parked, Sent, Work
from storage.tables import outbox
from storage.work import Store
from tests.storage.people import HERE, NOW, THERE

LEASE, PACE = timedelta(seconds=30), timedelta(seconds=1)
SECOND = timedelta(seconds=1)
WHERE = Sent("C0KUDOS", "1.000001")


async def put(store: Store, *where_to: str, workspace: str = HERE, about: str = "") -> list[str]:
    """Queue a letter to each; gives their keys."""

    def queue(work: Work) -> list[str]:
        return [work.outbox.put(to, HomeOpened(to), NOW, about) for to in where_to]

    return await store.transact(workspace, queue)


def _put(work: Work, message: Message) -> str:
    return work.outbox.put("C1", message, NOW)


async def claim(store: Store, at: datetime = NOW, limit: int = 100) -> Sequence[Letter]:
    return await store.claim(at, limit)


def keys(letters: Sequence[Letter]) -> list[str]:
    return [letter.key for letter in letters]


async def row(store: Store, key: str) -> Any:
    return await store.across(lambda c: c.execute(select(outbox).where(outbox.c.key == key)).one())


@pytest.fixture
async def quick(database_url: str) -> AsyncIterator[Store]:
    """A store that lets letters to one place follow each other at once."""
    opened = Store(database_url, pace=timedelta(0))
    yield opened
    await opened.close()


# What is in a letter


@pytest.mark.parametrize("kind", get_args(Message), ids=lambda kind: kind.__name__)
async def test_every_message_comes_out_as_it_went_in(quick: Store, kind: type[Message]) -> None:
    for word in ("ä “quoted” \\ \n 🎉 <&>", ""):
        given = {one.name: _some(one.type, word) for one in fields(kind)}
        message = kind(**given)
        key = await quick.transact(HERE, partial(_put, message=message))

        (letter,) = await claim(quick)
        assert (letter.key, letter.workspace, letter.to, letter.message) == (key, HERE, "C1", message)
        await quick.sent(letter, None, NOW)


def _some(shape: Any, word: str) -> Any:
    """A value of a message's field: a word, a number, yes or no, or several of them."""
    if get_origin(shape) is tuple:
        return tuple(_some(part, word) for part in get_args(shape) if part is not ...)
    return {int: 2**40, bool: True}.get(shape, word)


async def test_a_kind_that_only_a_newer_replica_knows_is_left_to_it_and_stops_nobody(quick: Store) -> None:
    strange, later, other = await put(quick, "C1", "C1", "C2")
    await quick.across(
        lambda c: c.execute(update(outbox).where(outbox.c.key == strange).values(kind="NewThing"))
    )

    assert keys(await claim(quick)) == [other]
    await quick.across(
        lambda c: c.execute(update(outbox).where(outbox.c.key == strange).values(kind="HomeOpened"))
    )
    (first,) = await claim(quick)
    assert first.key == strange
    await quick.sent(first, None, NOW)
    assert keys(await claim(quick)) == [later]


# The order


async def test_letters_to_one_place_go_one_by_one_in_their_order(quick: Store) -> None:
    first, second, third = await put(quick, "C1", "C1", "C1")

    for key in (first, second, third):
        (letter,) = await claim(quick)
        assert letter.key == key
        assert await claim(quick) == []  # while it is under way
        await quick.sent(letter, WHERE, NOW)
    assert await claim(quick) == []


async def test_letters_to_different_places_go_together(store: Store) -> None:
    queued = await put(store, "C1", "C2", "C1", "U1")
    assert keys(await claim(store)) == [queued[0], queued[1], queued[3]]


async def test_the_same_place_in_another_workspace_is_another_place(store: Store) -> None:
    (here,), (there,) = await put(store, "C1"), await put(store, "C1", workspace=THERE)
    letters = await claim(store)
    assert [(letter.key, letter.workspace) for letter in letters] == [(here, HERE), (there, THERE)]


async def test_no_more_are_claimed_than_asked_for_and_the_oldest_first(store: Store) -> None:
    queued = await put(store, "C1", "C2", "C3")
    assert keys(await claim(store, limit=2)) == queued[:2]
    assert keys(await claim(store, limit=2)) == queued[2:]


async def test_a_place_is_written_to_again_only_after_the_pace(store: Store) -> None:
    _, second = await put(store, "C1", "C1")
    (letter,) = await claim(store)
    await store.sent(letter, WHERE, NOW)

    assert await claim(store, NOW + PACE - timedelta(microseconds=1)) == []
    assert keys(await claim(store, NOW + PACE)) == [second]


async def test_a_letter_that_must_wait_holds_up_those_behind_it(quick: Store) -> None:
    first, second = await put(quick, "C1", "C1")
    (letter,) = await claim(quick)
    await quick.later(letter, NOW + 10 * SECOND, "ratelimited", unsure=False)

    assert await claim(quick, NOW + 9 * SECOND) == []
    (again,) = await claim(quick, NOW + 10 * SECOND)
    assert (again.key, again.attempts, again.unsure) == (first, 2, False)
    assert again.first_tried_at == NOW
    await quick.park(again, "channel_not_found", NOW, unsure=False)
    assert keys(await claim(quick, NOW + 10 * SECOND)) == [second]


@pytest.mark.parametrize("how", ["sent", "dropped", "parked"])
async def test_what_is_settled_is_not_claimed_again(store: Store, how: str) -> None:
    await put(store, "C1")
    (letter,) = await claim(store)
    settle = {
        "sent": partial(store.sent, letter, WHERE, NOW),
        "dropped": partial(store.drop, letter, NOW),
        "parked": partial(store.park, letter, "is_archived", NOW, unsure=False),
    }
    await settle[how]()
    assert (await row(store, letter.key)).state == how
    assert await claim(store, NOW + timedelta(days=365)) == []


# The lease


async def test_when_the_lease_has_run_out_the_letter_is_claimed_again_and_may_have_been_sent(
    store: Store,
) -> None:
    (key,) = await put(store, "C1")
    (first,) = await claim(store)
    assert not first.unsure

    assert await claim(store, NOW + LEASE - SECOND) == []
    (second,) = await claim(store, NOW + LEASE)
    assert (second.key, second.unsure, second.attempts) == (key, True, 2)
    assert second.first_tried_at == NOW
    assert second.lease != first.lease


@pytest.mark.parametrize("how", ["sent", "later", "parked", "dropped"])
async def test_who_has_lost_the_lease_marks_nothing(store: Store, how: str) -> None:
    (key,) = await put(store, "C1")
    (lost,) = await claim(store)
    (held,) = await claim(store, NOW + LEASE)
    before = await row(store, key)

    settle = {
        "sent": partial(store.sent, lost, WHERE, NOW),
        "later": partial(store.later, lost, NOW, "x", unsure=False),
        "parked": partial(store.park, lost, "x", NOW, unsure=False),
        "dropped": partial(store.drop, lost, NOW),
    }
    await settle[how]()
    assert await row(store, key) == before

    await store.sent(held, WHERE, NOW)
    assert (await row(store, key)).state == "sent"


async def test_what_was_marked_once_stays_as_it_was_marked(store: Store) -> None:
    await put(store, "C1")
    (letter,) = await claim(store)
    await store.sent(letter, WHERE, NOW)
    await store.park(letter, "too late", NOW, unsure=False)

    assert (await row(store, letter.key)).state == "sent"
    assert await store.transact(HERE, lambda work: work.outbox.sent(letter.key)) == WHERE


async def test_that_it_may_have_been_sent_is_remembered_from_attempt_to_attempt(store: Store) -> None:
    await put(store, "C1")
    (letter,) = await claim(store)
    await store.later(letter, NOW, "no answer", unsure=True)
    (again,) = await claim(store, NOW + PACE)
    assert again.unsure
    await store.later(again, NOW, "not there", unsure=False)
    (sure,) = await claim(store, NOW + 2 * PACE)
    assert not sure.unsure


# Two senders, one outbox


async def test_two_replicas_never_hold_the_same_letter_nor_two_to_one_place(database_url: str) -> None:
    stores = [Store(database_url, pace=timedelta(0)) for _ in range(2)]
    places = [f"C{number}" for number in range(12)]
    queued = await put(stores[0], *places * 4)
    under_way: set[str] = set()
    order: dict[str, list[str]] = defaultdict(list)
    taken: list[str] = []

    async def deliver(store: Store) -> None:
        while len(taken) < len(queued):
            for letter in await claim(store, limit=5):
                assert letter.to not in under_way
                under_way.add(letter.to)
                taken.append(letter.key)
                await asyncio.sleep(0)  # the other one's turn
                order[letter.to].append(letter.key)
                under_way.discard(letter.to)
                await store.sent(letter, WHERE, NOW)

    await asyncio.gather(*(deliver(store) for store in stores for _ in range(2)))
    for store in stores:
        await store.close()
    assert sorted(taken) == sorted(queued)
    assert order == {place: queued[at :: len(places)] for at, place in enumerate(places)}


async def test_many_claims_at_once_share_the_letters_out(database_url: str) -> None:
    stores = [Store(database_url) for _ in range(2)]
    queued = await put(stores[0], *(f"C{number}" for number in range(40)))
    claimed = await asyncio.gather(*(claim(stores[at % 2], limit=3) for at in range(20)))
    for store in stores:
        await store.close()

    taken = [letter.key for letters in claimed for letter in letters]
    assert len(taken) == len(set(taken))
    assert set(taken) <= set(queued)
    assert taken


# What Slack refused for good


async def test_what_is_parked_is_listed_and_tries_again_when_released(store: Store) -> None:
    keys_ = await put(store, "recognition", "U1", "U2")
    for letter in await claim(store):
        if letter.to != "U2":
            await store.park(letter, "is_archived", NOW, unsure=False)
    listed = await store.transact(HERE, lambda work: work.outbox.parked())
    assert listed == [
        Parked(keys_[0], "recognition", "HomeOpened", "is_archived", NOW),
        Parked(keys_[1], "U1", "HomeOpened", "is_archived", NOW),
    ]

    later = NOW + timedelta(hours=1)
    assert await store.transact(HERE, lambda work: work.outbox.release(later, "recognition")) == 1
    assert keys(await claim(store, later))[:1] == [keys_[0]]
    assert await store.transact(HERE, lambda work: work.outbox.release(later)) == 1
    assert await store.transact(HERE, lambda work: work.outbox.release(later)) == 0
    assert await store.transact(HERE, lambda work: work.outbox.parked()) == []


async def test_a_release_is_told_like_something_newly_queued(store: Store) -> None:
    await put(store, "C1")
    (letter,) = await claim(store)
    await store.park(letter, "is_archived", NOW, unsure=False)
    heard: list[int] = []
    store.on_commit = lambda _name, queued: heard.append(queued)
    await store.transact(HERE, lambda work: work.outbox.release(NOW))
    assert heard == [1]


async def test_what_is_released_has_a_whole_day_again_before_it_is_given_up(store: Store) -> None:
    await put(store, "C1")
    (letter,) = await claim(store)
    await store.park(letter, "is_archived", NOW, unsure=False)
    later = NOW + timedelta(days=3)
    await store.transact(HERE, lambda work: work.outbox.release(later))

    (again,) = await claim(store, later)
    assert (again.first_tried_at, again.attempts, again.unsure) == (later, 1, False)


async def test_what_may_have_been_sent_when_it_was_given_up_is_looked_for_after_the_release(
    store: Store,
) -> None:
    await put(store, "C1")
    (letter,) = await claim(store)
    await store.park(letter, "no answer from Slack", NOW, unsure=True)
    later = NOW + timedelta(days=3)
    await store.transact(HERE, lambda work: work.outbox.release(later))

    (again,) = await claim(store, later)
    assert (again.first_tried_at, again.unsure) == (NOW, True)


# Whose is what


async def test_what_was_said_about_a_matter_is_found_in_its_own_workspace_only(store: Store) -> None:
    here = await put(store, "C1", "U1", about="kudos:1")
    there = await put(store, "C1", workspace=THERE, about="kudos:1")
    await put(store, "C1", about="kudos:11")

    about = {w: await store.transact(w, lambda work: work.outbox.about("kudos:1")) for w in (HERE, THERE)}
    assert about == {HERE: [(here[0], "C1"), (here[1], "U1")], THERE: [(there[0], "C1")]}


async def test_one_workspace_neither_sees_nor_releases_what_is_parked_in_another(store: Store) -> None:
    await put(store, "C1", workspace=THERE)
    (letter,) = await claim(store)
    await store.park(letter, "is_archived", NOW, unsure=False)

    assert await store.transact(HERE, lambda work: work.outbox.parked()) == []
    assert await store.transact(HERE, lambda work: work.outbox.release(NOW)) == 0
    assert len(await store.transact(THERE, lambda work: work.outbox.parked())) == 1


async def test_one_workspace_is_not_told_where_a_message_of_another_stands(store: Store) -> None:
    await put(store, "C1", workspace=THERE)
    (letter,) = await claim(store)
    await store.sent(letter, WHERE, NOW)

    assert await store.transact(HERE, lambda work: work.outbox.sent(letter.key)) is None
    assert await store.transact(THERE, lambda work: work.outbox.sent(letter.key)) == WHERE


async def test_what_has_no_place_of_its_own_stands_nowhere(store: Store) -> None:
    await put(store, "home:U1")
    (letter,) = await claim(store)
    assert await store.transact(HERE, lambda work: work.outbox.sent(letter.key)) is None
    await store.sent(letter, None, NOW)
    assert await store.transact(HERE, lambda work: work.outbox.sent(letter.key)) is None


# A long history does not make the next claim slow
