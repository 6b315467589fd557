"""A digest is read once for all of its messages, and each obeys what was changed until it goes out."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bot import digests
from bot.messages import RECOGNITION, DigestPart
from bot.ports import Sent, Work
from bot.rules.chart import Fact
from bot.rules.digest import ManagerDigest, Period
from bot.rules.hearing import Wish
from bot.rules.periods import Made
from bot.rules.recognition import Besides, Decision
from handlers.letters.acts import Post
from handlers.letters.compose import compose
from storage.drafts import MOST, Drafts
from storage.tables import joined
from storage.work import Store
from tests.storage.people import ADA, BEN, CY, HERE, NOW, move_in, person

SECOND = timedelta(seconds=1)
DUE = NOW + timedelta(days=2)
STORIES = 64
LONG = "which took longer than anybody would have thought, " * 8
Change = Callable[[Connection], object]


@pytest.fixture
async def replica(database_url: str) -> AsyncIterator[Store]:
    """Another process on the same database."""
    opened = Store(database_url)
    yield opened
    await opened.close()


def give(work: Work, deed: int, now: datetime = NOW) -> None:
    to = CY if deed == 50 else BEN
    decision = Decision((to,), (), f"for deed-{deed:03}, {LONG}", (), Besides(above=True))
    number, _ = work.kudos.record(ADA, decision, f"s{deed}", now)
    assert number == deed


def a_week(work: Work) -> None:
    """So many stories that the digest takes several messages; somebody joined in to one of the last."""
    work.chart.say("csv", [Fact(BEN.id, None, "Support"), Fact(ADA.id, None, "Sales")])
    for deed in range(1, STORIES + 1):
        give(work, deed)
    row = {"workspace_id": HERE, "kudos_number": 60, "person_id": "UDOT", "since": NOW}
    work._connection.execute(joined.insert(), row)  # type: ignore[attr-defined] # noqa: SLF001
    work.digests.write("weekly", RECOGNITION, Made("2026-W10", NOW - SECOND, DUE, folded=False), DUE)
    part = DigestPart("weekly", RECOGNITION, "2026-W10")
    work.outbox.put_keyed(digests.key_of(work, part, 1), RECOGNITION, part, DUE)


class Sender:
    """Says one message after the other, and counts how often the week is read for them."""

    def __init__(self, store: Store) -> None:
        self.said: list[str] = []
        self.reads = 0
        self.store = store
        event.listen(store.engine, "before_cursor_execute", self._hear)

    def _hear(self, _: Any, __: Any, statement: str, *___: Any) -> None:
        self.reads += "kudos.customer_words" in statement

    async def says_one(self) -> bool:
        now = DUE + len(self.said) * SECOND
        for letter in await self.store.claim(now, 1):
            act = await compose(self.store.transact, letter, now)
            assert isinstance(act, Post)
            self.said.append(act.message["text"])
            await self.store.sent(letter, Sent("C1", f"{len(self.said)}.0"), now)
            return True
        return False

    @property
    def deeds(self) -> list[int]:
        return [deed for deed in range(1, STORIES + 2) for said in self.said if f"deed-{deed:03}" in said]


def by_hand(statement: str) -> Change:
    return lambda connection: connection.exec_driver_sql(statement)


async def test_the_week_is_read_once_however_many_messages_tell_it(store: Store, replica: Store) -> None:
    await move_in(store, ADA, BEN, CY, person("dot"))
    await store.transact(HERE, a_week)
    sender = Sender(store)
    assert await sender.says_one()
    await replica.transact(
        HERE, partial(give, deed=STORIES + 1, now=DUE)
    )  # who thanks meanwhile ends nothing
    while await sender.says_one():
        pass
    assert len(sender.said) > 6
    assert sender.reads == 1
    assert sender.deeds == [*range(1, STORIES + 1)]
    assert len(store._threads._memory.drafts) == 0  # type: ignore[attr-defined] # noqa: SLF001


async def test_what_is_changed_meanwhile_is_obeyed_by_the_very_next_message(
    store: Store, replica: Store
) -> None:
    await move_in(store, ADA, BEN, CY, person("dot"))
    await store.transact(HERE, a_week)
    sender = Sender(store)
    await sender.says_one()
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: replica.transact(HERE, lambda work: work.kudos.take_back(58, "undo", DUE)),
        lambda: replica.transact(HERE, lambda work: work.kudos.reword(59, "for mending it", (), DUE)),
        lambda: replica.transact(HERE, lambda work: work.preferences.choose(CY.id, Wish.PRIVATELY, DUE)),
        lambda: replica.across(by_hand("DELETE FROM joined WHERE kudos_number = 60")),
        lambda: replica.across(by_hand("UPDATE people SET name = 'Benno' WHERE person_id = 'UBEN'")),
        lambda: replica.across(by_hand("UPDATE chart SET department = 'Field' WHERE member_id = 'UBEN'")),
        lambda: replica.across(by_hand("UPDATE kudos SET reason = '' WHERE number = 61")),
    ]
    for at, change in enumerate(changes, start=2):
        await change()
        assert await sender.says_one()
        assert sender.reads == at
    while await sender.says_one():
        pass
    assert sender.reads == 1 + len(changes)
    assert sender.deeds == [deed for deed in range(1, STORIES + 1) if deed not in {50, 58, 59, 61}]
    whole = "\n".join(sender.said)
    assert "for mending it" in whole
    assert "Dot" not in whole
    assert "Field" in whole
    assert "Benno" in sender.said[-1]


async def test_what_was_read_in_vain_is_not_kept(store: Store) -> None:
    await move_in(store, ADA, BEN, CY, person("dot"))
    await store.transact(HERE, a_week)
    part = DigestPart("weekly", RECOGNITION, "2026-W10")

    def read(work: Work) -> None:
        told = digests.read(work, "weekly", RECOGNITION, "2026-W10")
        assert told
        digests.hold(work, part, told, DUE, goes_on=True)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - ours
        await store.transact(HERE, read)
    assert len(store._threads._memory.drafts) == 0  # type: ignore[attr-defined] # noqa: SLF001


def test_few_are_kept_and_not_for_long() -> None:
    drafts = Drafts()
    told = ManagerDigest(Period("2026-W10", NOW, DUE, "UTC", None), (), ())
    for at in range(50):
        drafts.keep(("T1", "manager", f"U{at}", "2026-W10"), (), told, NOW + at * SECOND)
    assert len(drafts) == MOST
    key = ("T1", "manager", "U49", "2026-W10")
    drafts.keep(key, (), told, NOW + timedelta(hours=1))  # another message of it: it grows no younger
    assert drafts.find(key, ()) is told
    drafts.let_old_ones_go(NOW + timedelta(minutes=1))
    assert len(drafts) == 0


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_each_look_forgets_what_was_kept_for_long(store: Store) -> None:
    await move_in(store, ADA, BEN, CY, person("dot"))
    await store.transact(HERE, a_week)
    await Sender(store).says_one()
    drafts = store._threads._memory.drafts  # type: ignore[attr-defined] # noqa: SLF001
    for minutes, left in ((9, 1), (11, 0)):
        look = partial(
            digests.look, now=DUE + timedelta(minutes=minutes), ways=digests.Ways(lambda *_: False)
        )
        await store.transact(HERE, look)
        assert len(drafts) == left
