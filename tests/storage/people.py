"""A few people to store, and what is done with them."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from bot import kudos, people
from bot.kudos import Receipt
from bot.ports import Work
from bot.rules.people import Group, Person
from bot.rules.recognition import ToPerson, Words
from storage.work import Store

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
HERE, THERE = "T0HERE", "T0THERE"


def person(handle: str, name: str = "", home: str = HERE) -> Person:
    return Person(f"U{handle.upper()}", handle, name or handle.title(), home)


ADA, BEN, CY = person("ada"), person("ben"), person("cy")
SUPPORT = Group("SSUPPORT", "support-team", "Support team", members=(BEN.id, CY.id))


async def move_in(store: Store, *everybody: Person, workspace: str = HERE) -> None:
    meet = partial(people.meet, people=everybody or (ADA, BEN, CY), groups=[SUPPORT], now=NOW)
    await store.transact(workspace, meet)


def thanks(giver: Person, to: Person, source: str, reason: str = "") -> Callable[[Work], Receipt]:
    """Each source has a reason of its own, for the same words to the same person count once an hour."""
    pieces = (ToPerson(to.id), Words(f" {reason or f'for the long night, {source}'}"))
    return partial(kudos.give, giver=giver.id, said=pieces, source=source, now=NOW)


def counts(who: Person) -> Callable[[Work], tuple[int, int]]:
    def look(work: Work) -> tuple[int, int]:
        found = work.kudos.counts(who.id)
        return found.received, found.given

    return look
