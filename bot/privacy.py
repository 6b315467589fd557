"""What Goodword keeps about one person: all of it given to them, or erased."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot import desks, escalations, hops, kudos, people, settings
from bot.errors import Refusal
from bot.messages import DataErased, DataExported, KudosPassedOn, KudosTakenBack
from bot.ports import Work
from bot.rules.chart import email_in
from bot.rules.escalation import Escalation
from bot.rules.people import Person
from bot.rules.recognition import Kudos

Document = dict[str, Any]
"""What can be written as JSON: texts, numbers, lists, and documents in it."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What erasing took out: how many kudos and escalations lost their words, and whose they were.

    The names go as well once somebody has `left`.
    """

    name: str
    kudos: int
    escalations: int
    left: bool


def export(work: Work, member: str) -> Document:
    """Give all that is kept about somebody, and nothing that others said of them in confidence.

    So escalations about them are not in it, nor who reported any of which they only had on their desk.
    """
    person = work.people.find(member)
    if person is None:
        return {"directory": {"email": email_in(member)}, "org_chart": _place(work, member)}
    given = [one for one in work.kudos.all_of(member) if one.giver.id == member]
    received = [one for one in work.kudos.all_of(member) if one.giver.id != member]
    counts = work.kudos.counts(member)
    reported = work.escalations.reported_by(member, limit=None)
    theirs = {one.number for one in reported}
    moves = work.escalations.moves_by(member)
    return {
        "directory": _directory(person),
        "org_chart": _place(work, member),
        "user_groups": [group.handle for group in work.people.groups_of(member) if not _is_room(group.id)],
        "kudos": {
            "counts": asdict(counts),
            "received": [_received(one) for one in received],
            "given": [_given(one) for one in given],
        },
        "escalations_reported": [
            _reported(work, one)
            | {"moves": [_noted(each) for each in moves if each.escalation == one.number]}
            for one in reported
        ],
        "moves_and_looks_at_the_escalations_of_others": [
            _noted(each) for each in moves if each.escalation not in theirs
        ],
        **work.traces.of(member),
        "stands_in_for_managers": settings.chosen(work).fallback == member,
        "settings_changed": [
            {"name": one.name, "value": one.value, "at": one.at.isoformat()}
            for one in settings.history(work)
            if one.by == member
        ],
        "messages": [
            {"kind": one.kind, "at": one.at.isoformat(), "state": one.state}
            for to in (member, f"home:{member}")
            for one in work.outbox.kept_for(to)
        ],
    }


def send_export(work: Work, person: str, parts: int, now: datetime) -> None:
    """Bring them what is kept, in so many messages; what an earlier request brought disappears."""
    unsay_export(work, person, now)
    for part in range(1, parts + 1):
        work.outbox.put(person, DataExported(person, part, parts), now, about=desks.exports_of(person))


def unsay_export(work: Work, person: str, now: datetime) -> None:
    for key, to in work.outbox.about(desks.exports_of(person)):
        work.outbox.put(to, KudosTakenBack(key), now)


def erase_oneself(work: Work, person: str, source: str, now: datetime) -> None:
    """Erase what somebody said up to now; the same `source` again erases nothing that came later."""
    if not work.claims.take("erase", source, now):
        return
    erase(work, person, source, now)
    work.outbox.put(person, DataErased(person), now)
    people.home_opened(work, person, now)


def erase(work: Work, member: str, source: str, now: datetime) -> Erased:
    """Take out what somebody said and who they were; what was counted stays counted.

    An escalation of theirs that is still open is withdrawn first. To do it again changes nothing.
    """
    person = work.people.find(member)
    work.one_at_a_time(people.CHART)
    if person is None:
        work.chart.forget(member)
        return Erased(email_in(member) or member, 0, 0, left=True)
    withdrawn = escalations.erase_of(work, member, source, now)
    words = _erase_kudos(work, member, now)
    unsay_export(work, member, now)
    work.people.forget(member, now)
    if not person.active:
        work.chart.forget(member)
    return Erased(person.name, words, withdrawn, left=not person.active)


def find(work: Work, typed: str) -> tuple[str, str]:
    """(member, name) of one person by id, e-mail, `@handle` or name, as `directory show` finds them."""
    place = people.find(work, typed)
    if place.person and place.person.bot:
        raise Refusal(f"{place.person.name} is an app.")
    return place.member, place.person.name if place.person else email_in(place.member)


def _erase_kudos(work: Work, person: str, now: datetime) -> int:
    passed_on = work.traces.passed_on_by(person)
    erased, shared = work.kudos.erase(person)
    work.traces.erase(person, erased)
    for number in erased:
        for key, to in work.outbox.about(kudos.about(number)):
            work.outbox.put(to, KudosTakenBack(key), now)
    for number in sorted({*shared, *passed_on, *work.traces.joined_by(person)} - {*erased}):
        kudos.redraw(work, number, now)
        for key, to in work.outbox.about(kudos.about(number)):
            said = work.outbox.message(key)
            if isinstance(said, KudosPassedOn) and said.manager == person:
                work.outbox.put(to, KudosTakenBack(key), now)
    for number in shared:
        for key, to in work.outbox.about(kudos.about(number)):
            if to == person:
                work.outbox.put(to, KudosTakenBack(key), now)
    return len(erased)


def _directory(person: Person) -> Document:
    kept = asdict(person)
    del kept["nameless"]
    return kept | {"erased_at": person.erased_at.isoformat() if person.erased_at else None}


def _place(work: Work, member: str) -> Document:
    def facts(fact: Any) -> Document:
        names = work.people.known([fact.manager]) if fact.manager else {}
        manager = names[fact.manager].name if fact.manager in names else email_in(fact.manager or "")
        return {"manager": manager or None, "department": fact.department, "title": fact.title}

    said = {source: facts(fact) for source, fact in work.chart.said_of(member).items()}
    return {"in_force": facts(work.chart.of(member)), "said_by": said}


def _received(one: Kudos) -> Document:
    return {"from": one.giver.name, **_kudos(one)}


def _given(one: Kudos) -> Document:
    return {"to": [each.name for each in one.recipients], **_kudos(one)}


def _kudos(one: Kudos) -> Document:
    about = one.besides.about
    return {
        "number": one.number,
        "reason": one.reason,
        "values": list(one.tags),
        "above_and_beyond": one.besides.above,
        "private": one.besides.private,
        "customer": one.besides.customer,
        "customer_said": one.besides.customer_words,
        "about_message": f"{about.channel} {about.ts}" if about else "",
        "what_came_of_it": one.outcome,
        "joined": [each.name for each in one.joined],
        "at": one.given_at.isoformat(),
        "taken_back": one.taken_back,
    }


def _reported(work: Work, one: Escalation) -> Document:
    """What the reporter wrote and was told; what managers wrote to each other is theirs."""
    told = escalations.told(work, one)
    return {
        "number": one.number,
        "about": told.subject,
        "state": str(one.state),
        "with": None if one.closed else told.name(one.holder),
        "name_may_be_told": one.named,
        "words": asdict(one.report) if one.report else None,
        "note": one.note,
        "opened_at": one.opened_at.isoformat(),
        "moved_at": one.moved_at.isoformat(),
        "closed_at": one.closed_at.isoformat() if one.closed_at else None,
    }


def _noted(noted: Any) -> Document:
    return {"what": noted.move, "at": noted.at.isoformat()}


def _is_room(id: str) -> bool:
    return hops.is_channel(id)
