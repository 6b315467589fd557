"""Who hears of a kudos, and where: as those thanked like it, and as the giver wished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.rules.people import Person
from bot.rules.recognition import Kudos
from bot.rules.routing import Chain


class Wish(StrEnum):
    """How somebody likes to be thanked."""

    PUBLICLY = "publicly"
    PRIVATELY = "privately"
    THROUGH_MANAGER = "through_manager"


@dataclass(frozen=True, slots=True)
class Listener:
    """A manager, and those of their people of whom they hear."""

    manager: Person
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Hearing:
    """`named` are in the channel (nobody: it is not posted), `told` hear it themselves in private.

    `shown` are those whom the others thanked may see named, `managers` who else hears of it, by id;
    `quiet` are those who like to hear of it from their manager only.
    """

    named: tuple[Person, ...]
    shown: tuple[Person, ...]
    told: tuple[Person, ...]
    managers: Mapping[str, Listener] = field(default_factory=dict)
    quiet: frozenset[str] = frozenset()

    def beside(self, person: str) -> tuple[Person, ...]:
        """Who else is named to one of those thanked: nobody who would rather not be."""
        return tuple(one for one in self.shown if one.id != person)


def manager_of(person: str, chain: Chain) -> Person | None:
    """The nearest manager who is there to hear it; where managers form a circle, never the person."""
    there = (one for one in chain.known if one.active and not one.bot and one.id != person)
    return next(there, None)


def hearing(kudos: Kudos, wishes: Mapping[str, Wish], chains: Mapping[str, Chain]) -> Hearing:
    """Decide it; `wishes` has whoever said how they like it, `chains` everybody of whom a manager hears.

    A manager who gave the kudos or is thanked in it knows already. Who likes to hear of it through their
    manager hears it directly where no manager is left to tell them.
    """
    inside = {kudos.giver.id, *(one.id for one in kudos.recipients)}
    managers: dict[str, Listener] = {}
    quiet = set()
    for person in kudos.recipients:
        if not asks_manager(kudos, wishes.get(person.id)):
            continue
        manager = manager_of(person.id, chains[person.id])
        if manager is None or manager.id in inside:
            continue
        before = managers[manager.id].people if manager.id in managers else ()
        managers[manager.id] = Listener(manager, (*before, person))
        if wishes.get(person.id) is Wish.THROUGH_MANAGER:
            quiet.add(person.id)
    shown = tuple(one for one in kudos.recipients if wishes.get(one.id, Wish.PUBLICLY) is Wish.PUBLICLY)
    told = tuple(one for one in kudos.recipients if one.id not in quiet)
    named = () if kudos.besides.private else shown
    return Hearing(named, shown, told, managers, frozenset(quiet))


def asks_manager(kudos: Kudos, wish: Wish | None) -> bool:
    """Whether a manager hears at once: above and beyond, or where the channel does not."""
    return kudos.besides.above or kudos.besides.private or wish not in {None, Wish.PUBLICLY}


def without_names(reason: str, kudos: Kudos, named: Sequence[Person]) -> str:
    """The reason as it may be read by all: it may mention somebody thanked who would rather not be named."""
    shown = {one.id for one in named}
    for person in sorted(kudos.recipients, key=lambda one: -len(one.name)):
        if person.id not in shown:
            reason = reason.replace(f"@{person.name}", "a colleague")
    return reason
