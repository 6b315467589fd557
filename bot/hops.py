"""Who may hold an escalation, as the directory knows them: managers, a team's lead, who stands in."""

from dataclasses import replace

from bot import settings
from bot.errors import NotIntroduced, Refusal
from bot.ports import Work
from bot.rules import routing
from bot.rules.escalation import Escalation
from bot.rules.people import Person
from bot.rules.routing import Chain, Fallback, Subject

STAND_IN = "the team that stands in"


def subject(work: Work, id: str) -> Subject:
    roll = work.people.look_up((id,), (id,), ())
    if person := roll.people.get(id):
        if person.bot:
            raise Refusal(f"{person.name} is an app. Whom or which team is it about?", "subject")
        return Subject(id, person.name, frozenset({id}), chain(work, id))
    if group := roll.groups.get(id):
        ways = work.people.chains(group.members).values()
        # Who has no place in the chart does not count, or they would take the lead from all the others.
        placed = [way for way in ways if way.managers or work.chart.reports_of(way.of)]
        lead = routing.lead_of(placed, work.people.find)
        people = frozenset(group.members) - ({lead.id} if lead else set())
        above = chain(work, lead.id) if lead else Chain(group.name)
        return Subject(id, group.name, people, above, lead if lead and is_ours(work, lead) else None)
    raise NotIntroduced(frozenset({id}), frozenset({id}))


def chain(work: Work, of: str) -> Chain:
    """The managers above somebody; guests and people of other organisations never hold an escalation."""
    found = work.people.chain(of)
    return replace(found, known=tuple(one for one in found.known if is_ours(work, one)))


def fallback(work: Work, subject: Subject, reporter: str) -> Fallback | None:
    """Who stands in, where they may hear of this: not about themselves, nor where the subject reads along."""
    id = settings.chosen(work).fallback
    if not id:
        return None
    if is_channel(id):
        channel = work.people.look_up((), (id,), ()).groups.get(id)
        readers = frozenset(channel.members) if channel else frozenset()
        seen = readers & (subject.people - {reporter})
        return Fallback(id, STAND_IN) if readers and not seen else None
    found = work.people.find(id)
    if found is None or found.bot or not found.active or found.home != work.workspace:
        return None
    return Fallback(id, found.name)


def person(work: Work, id: str) -> Person:
    found = work.people.find(id)
    if found is None:
        raise NotIntroduced(frozenset({id}), frozenset())
    return found


def may_hold(work: Work, person: Person) -> bool:
    return is_ours(work, person) and person.active and not person.bot


def is_ours(work: Work, person: Person) -> bool:
    return person.home == work.workspace and not person.guest


def stand_in_channel(work: Work) -> str:
    """The private channel that stands in, whose readers are to be known; empty where it is a person."""
    id = settings.chosen(work).fallback
    return id if is_channel(id) else ""


def kept_from(work: Work, desk: str, escalation: Escalation) -> frozenset[str] | None:
    """Who must not read along in a channel that has this on its desk; None where the desk is a person's."""
    return barred(work, escalation) if is_channel(desk) else None


def barred(work: Work, escalation: Escalation) -> frozenset[str]:
    """Whom it is about, whatever became of them since."""
    try:
        people = subject(work, escalation.subject).people
    except (NotIntroduced, Refusal):
        people = frozenset({escalation.subject})
    return people - {escalation.reporter}


def is_channel(id: str) -> bool:
    return id.startswith(("C", "G"))
