"""Who hears an escalation: the reporter's own manager first, then the manager of whom it is about.

Source: the product's promise "manager to manager". Every hop is a person who manages, never the subject,
never the reporter (but for the one exception a person with reports may choose), never anybody inactive.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.errors import Refusal
from bot.rules.people import Person

LONGEST_CHAIN = 50  # managers; nobody's company is taller, so a longer chain is a circle


@dataclass(frozen=True, slots=True)
class Chain:
    """A person's managers upward, nearest first.

    `managers` names everybody on the way, `known` those of them who are in the directory: a manager who
    never used the chat is on the way and cannot be a hop. `circular` says that the chart bites its tail.
    """

    of: str
    managers: tuple[str, ...] = ()
    known: tuple[Person, ...] = ()
    circular: bool = False

    def above(self, person: str) -> "Chain":
        """The part of this chain above somebody who stands in it."""
        at = self.managers.index(person) + 1
        rest = self.managers[at:]
        return Chain(person, rest, tuple(p for p in self.known if p.id in rest), self.circular)


@dataclass(frozen=True, slots=True)
class Fallback:
    """Where an escalation goes when the chart has no answer: a person or a private channel."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever has an escalation on their desk: a manager, or the fallback."""

    id: str
    name: str
    is_fallback: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an escalation is about: one person, or a team with its lead."""

    id: str
    name: str
    people: frozenset[str]
    chain: Chain
    lead: Person | None = None

    @property
    def is_team(self) -> bool:
        return self.lead is not None or self.people != {self.id}


@dataclass(frozen=True, slots=True)
class Route:
    """Both hops; `second` is None where the first holder is the service manager too."""

    first: Holder
    second: Holder | None

    @property
    def last(self) -> Holder:
        return self.second or self.first


def route(
    reporter: Person,
    chain: Chain,
    subject: Subject,
    fallback: Fallback | None,
    *,
    own_first_hop: bool = False,
) -> Route:
    """Choose both hops; `own_first_hop` where the reporter leads people and takes it on themselves."""
    if subject.people == {reporter.id}:
        raise Refusal("An escalation is about somebody else. Whom or which team is it about?", "subject")
    barred = subject.people | {reporter.id}
    first = _first(reporter, chain, subject, barred, own=own_first_hop)
    second = _second(subject, barred)
    if first is None or second is None:
        spare = _spare(fallback, barred)
        first, second = first or spare, second or spare
    return Route(first, None if second.id == first.id else second)


def second_hop(subject: Subject, reporter: str, fallback: Fallback | None) -> Holder:
    """Who would get it on the subject's side as the company is now; refuses where there is nobody."""
    barred = subject.people | {reporter}
    return _second(subject, barred) or _spare(fallback, barred)


def _first(
    reporter: Person, chain: Chain, subject: Subject, barred: frozenset[str], *, own: bool
) -> Holder | None:
    if own:
        return Holder(reporter.id, reporter.name)
    # Whoever reports to the subject cannot be asked to take a complaint about them upward.
    above = next((id for id in chain.managers if id in subject.people), None)
    return _nearest(chain.above(above) if above else chain, barred)


def _second(subject: Subject, barred: frozenset[str]) -> Holder | None:
    lead = subject.lead
    if lead and lead.active and lead.id not in barred:
        return Holder(lead.id, lead.name)
    return _nearest(subject.chain, barred)


def _nearest(chain: Chain, barred: frozenset[str]) -> Holder | None:
    """The nearest active manager who may hear it; nobody where managers form a circle."""
    if chain.circular:
        return None
    fit = (one for one in chain.known if one.active and not one.bot and one.id not in barred)
    return next((Holder(person.id, person.name) for person in fit), None)


def _spare(fallback: Fallback | None, barred: frozenset[str]) -> Holder:
    if fallback is None or fallback.id in barred:
        raise Refusal(
            "I do not know a manager who could take this on, and nobody stands in who may. Please ask your "
            "administrator to set a fallback: a person such as People Operations, or a private channel to "
            "which Goodword was invited. Nothing was kept."
        )
    return Holder(fallback.id, fallback.name, is_fallback=True)


def next_up(holder: str, chain: Chain, barred: frozenset[str], fallback: Fallback | None) -> Holder | None:
    """Where an overdue escalation is handed: the nearest manager of its holder, or the fallback."""
    found = _nearest(chain, barred | {holder})
    if found is None and fallback and fallback.id not in barred | {holder}:
        return Holder(fallback.id, fallback.name, is_fallback=True)
    return found


def lead_of(chains: Iterable[Chain], known: Callable[[str], Person | None]) -> Person | None:
    """A team's lead: the nearest person who is, or manages, every one of its members.

    Where managers form a circle everybody in it would be a lead, even the one whom it is about; so nobody is.
    """
    found = list(chains)
    paths = [(chain.of, *chain.managers) for chain in found]
    if not paths or any(chain.circular for chain in found):
        return None
    shared = set(paths[0]).intersection(*paths[1:])
    members = {path[0] for path in paths}
    for id in paths[0]:
        alone_in_the_team = len(paths) == 1 and id in members
        if id in shared and not alone_in_the_team:
            return known(id)
    return None
