"""Complaints that travel manager to manager: file, take further, resolve, send back, withdraw."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot import desks, hops, settings
from bot.errors import Refusal
from bot.messages import (
    EscalationOverdue,
    EscalationRetold,
    KudosTakenBack,
)
from bot.ports import Work
from bot.rules import calendar, lifecycle, routing
from bot.rules.escalation import Escalation, Report
from bot.rules.lifecycle import FINAL, Move, State
from bot.rules.people import ERASED, NAMELESS, Person
from bot.rules.routing import Route, Subject

FILED = "file"  # beside the moves of the table, in what is written down of each escalation
SECOND_SIDE = frozenset({State.WITH_SERVICE_MANAGER, State.ACKNOWLEDGED})
CLOCK = "clock"  # who reminds and hands up, in what is written down
LISTED = 10
AT_ONCE = 100  # overdue, or to be erased
BALANCE_FROM = 3  # escalations about the same team
BALANCE_WITHIN = timedelta(days=30)
IsHoliday = Callable[[str, date], bool]
"""Whether a date is a public holiday in a country (ISO 3166 code; empty for none)."""


@dataclass(frozen=True, slots=True)
class Filing:
    """What the reporter sends: whom it is about (a person's or a group's id), the words, two choices."""

    reporter: str
    subject: str
    report: Report
    named: bool = False
    own_first_hop: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """What the form shows before anything is sent."""

    subject: Subject
    route: Route
    leads_people: bool
    first_is_manager: bool
    balance: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An escalation with the people in it, for whoever may see it.

    `firsts` and `seconds` are all who ever had it on their desk, on the reporter's side and on the other:
    the former may read what the reporter wrote, the latter what was handed on.
    """

    escalation: Escalation
    people: dict[str, Person]
    subject: str
    firsts: frozenset[str] = frozenset()
    seconds: frozenset[str] = frozenset()

    def name(self, id: str | None) -> str:
        """A name for the screen; a private channel that stands in has none of its own."""
        if id == ERASED:
            return NAMELESS
        return self.people[id].name if id in self.people else hops.STAND_IN


def plan(work: Work, reporter: str, subject: str, now: datetime, *, own_first_hop: bool = False) -> Planned:
    """Work out who would hear it, without keeping anything; only who leads people takes a first step."""
    me = hops.person(work, reporter)
    about = hops.subject(work, subject)
    chain = hops.chain(work, reporter)
    leads = work.chart.reports_of(reporter) > 0
    spare = hops.fallback(work, about, reporter)
    route = routing.route(me, chain, about, spare, own_first_hop=own_first_hop and leads)
    return Planned(
        subject=about,
        route=route,
        leads_people=leads,
        first_is_manager=chain.managers[:1] == (route.first.id,),
        balance=_balance(work, reporter, about, now),
    )


def file(work: Work, filing: Filing, source: str, now: datetime, is_holiday: IsHoliday) -> Route:
    """Keep it and bring it to the first holder; the same `source` again changes nothing."""
    report = filing.report.checked()
    planned = plan(work, filing.reporter, filing.subject, now, own_first_hop=filing.own_first_hop)
    route = planned.route
    escalation = Escalation(
        number=0,
        reporter=filing.reporter,
        subject=filing.subject,
        is_team=planned.subject.is_team,
        state=State.WITH_MANAGER,
        holder=route.first.id,
        first=route.first.id,
        second=route.second.id if route.second else None,
        named=filing.named,
        report=report,
        handed_on=None,
        note=None,
        opened_at=now,
        moved_at=now,
        closed_at=None,
    )
    escalation = replace(escalation, due_at=_due(work, escalation, now, is_holiday))
    number, is_new = work.escalations.open(escalation, source)
    if is_new:
        kept = replace(escalation, number=number)
        work.escalations.note_move(kept, FILED, kept.reporter, source, now)
        desks.bring(work, kept, now)
    return route


def move(
    work: Work,
    number: int,
    made: Move,
    by: str,
    source: str,
    now: datetime,
    is_holiday: IsHoliday,
    *,
    words: str = "",
    in_channel: str = "",
) -> Escalation:
    """Make one move of the table; refuse every other, and whoever may not make it.

    `words` is the note, or what the manager passes on. `in_channel` is the channel of the click, which
    counts where a private channel stands in as the holder.
    """
    before = _standing(work, number)
    if work.escalations.made(source):
        return before
    holds = _holds(work, before, by, in_channel)
    if not holds and by != before.reporter:
        raise _not_theirs(work, before, by, in_channel)
    if before.sealed and words.strip():
        raise Refusal("The words of this cannot be read at the moment, so none are added.", "words")
    found = lifecycle.step(
        before.state,
        made,
        by_holder=holds,
        by_reporter=by == before.reporter,
        one_hop=before.one_hop,
    )
    if made is Move.TAKE_FURTHER and not _second_fits(work, before):
        raise Refusal(
            "They cannot take it any more. Close this, press the button again and see who can.", "words"
        )
    if found.note and not words.strip():
        raise Refusal("Please write a sentence, so that the other side knows what happened.", "words")
    after = _moved(before, made, found.to, words.strip(), now)
    after = replace(after, due_at=None if after.closed else _due(work, after, now, is_holiday))
    work.escalations.change(after)
    work.escalations.note_move(after, made, by, source, now)
    _tell(work, before, after, made, by, now)
    return after


def look(
    work: Work, number: int, made: Move, by: str, source: str, now: datetime, *, in_channel: str = ""
) -> Told:
    """Show it to somebody who may make this move now, and write down who looked."""
    escalation = _standing(work, number)
    if not _holds(work, escalation, by, in_channel):
        raise _not_theirs(work, escalation, by, in_channel)
    if made is Move.TAKE_FURTHER and not _second_fits(work, escalation):
        escalation = _with_another_second(work, escalation, now)
    lifecycle.step(escalation.state, made, by_holder=True, by_reporter=False, one_hop=escalation.one_hop)
    work.escalations.note_move(escalation, "open", by, source, now)
    return told(work, escalation)


def told(work: Work, escalation: Escalation, had: frozenset[str] = frozenset()) -> Told:
    """Join an escalation with the names of the people in it, and of those who `had` it before."""
    ids = {escalation.reporter, escalation.holder, escalation.first, escalation.second or escalation.first}
    ids |= had
    people = {escalation.subject} - ({escalation.subject} if escalation.is_team else set())
    groups = {escalation.subject} if escalation.is_team else set()
    roll = work.people.look_up(ids | people, groups, ())
    name = (
        roll.groups[escalation.subject].name if escalation.is_team else roll.people[escalation.subject].name
    )
    return Told(escalation, dict(roll.people), name)


def read(work: Work, number: int) -> Told | None:
    escalation = work.escalations.read(number)
    if escalation is None:
        return None
    held = work.escalations.held(number)
    firsts = frozenset(holder for holder, state in held if state is State.WITH_MANAGER)
    seconds = frozenset(holder for holder, state in held if state in SECOND_SIDE)
    return replace(told(work, escalation, firsts | seconds), firsts=firsts, seconds=seconds)


def of(work: Work, person: str) -> tuple[list[Told], list[Told]]:
    """A person's own escalations, and those on their desk: `LISTED` of each, and one more if there is."""
    mine = [told(work, one) for one in work.escalations.reported_by(person, LISTED + 1)]
    held = work.escalations.held_by(person, LISTED + 1)
    return mine, [told(work, one) for one in held if not hops.is_shut_out(work, person, one)]


def overdue(work: Work, now: datetime, is_holiday: IsHoliday) -> int:
    """Remind the holders who let the time pass, and hand up what was not moved after that; gives how many."""
    numbers = work.escalations.due(now, limit=AT_ONCE)
    for number in numbers:
        escalation = work.escalations.read(number, for_change=True)
        if escalation and not escalation.closed and escalation.due_at and escalation.due_at <= now:
            _late(work, escalation, now, is_holiday)
    return len(numbers)


def any_due(work: Work, now: datetime) -> bool:
    return bool(work.escalations.due(now, limit=1))


def forget(work: Work, now: datetime) -> int:
    """Erase the words of what was closed longer ago than the workspace wants; gives how many.

    The messages in which they stand are shown without them, and what was exported with them disappears.
    """
    days = settings.chosen(work).retention_days
    numbers = work.escalations.erase_closed_before(now - timedelta(days=days), now, AT_ONCE)
    for number in numbers:
        if escalation := work.escalations.read(number):
            desks.show_without_words(work, escalation, now)
            for key, to in work.outbox.about(desks.notes(escalation)):
                work.outbox.put(to, EscalationRetold(number, key), now)
            for key, to in work.outbox.about(desks.exports_of(escalation.reporter)):
                work.outbox.put(to, KudosTakenBack(key), now)
    return len(numbers)


def erase_of(work: Work, reporter: str, source: str, now: datetime) -> int:
    """Withdraw what somebody has open, then erase the words of all that they reported; gives how many.

    Nothing of it stays in their own messages, and those of holders are shown without words and name.
    """
    for one in work.escalations.reported_by(reporter, limit=None):
        if not one.closed:
            move(work, one.number, Move.WITHDRAW, reporter, f"{source}:{one.number}", now, _no_holiday)
    numbers = work.escalations.erase_reported_by(reporter, now)
    for number in numbers:
        if escalation := work.escalations.read(number):
            desks.show_without_words(work, escalation, now, besides=reporter)
            for about in (desks.about, desks.notes, desks.steps):
                for key, to in work.outbox.about(about(escalation)):
                    if to == reporter:
                        work.outbox.put(to, KudosTakenBack(key), now)
    return len(numbers)


def _no_holiday(_country: str, _day: date) -> bool:
    return False


def _late(work: Work, escalation: Escalation, now: datetime, is_holiday: IsHoliday) -> None:
    """First a reminder; the next time one level up, and said so. Where nobody is above, reminders go on.

    Whoever has left is not reminded first.
    """
    holder = work.people.find(escalation.holder)
    in_vain = escalation.stage > 0 or (holder is not None and not holder.active)
    in_vain = in_vain or hops.is_shut_out(work, escalation.holder, escalation)
    above = _above(work, escalation) if in_vain else None
    acknowledged = escalation.state is State.ACKNOWLEDGED
    source = f"late:{escalation.number}:{escalation.due_at:%Y%m%dT%H%M%S}"
    if above is None:
        after = replace(escalation, stage=escalation.stage + 1)
        work.outbox.put(escalation.holder, EscalationOverdue(escalation.number), now)
        reason = "remind"
    else:
        second = above.id if escalation.state is not State.WITH_MANAGER else escalation.second
        first = above.id if escalation.state is State.WITH_MANAGER else escalation.first
        after = replace(
            escalation,
            # Whoever gets it now has not said yet that they are on it.
            state=State.WITH_SERVICE_MANAGER if acknowledged else escalation.state,
            holder=above.id,
            first=first,
            second=None if second == first else second,
            stage=0,
        )
        reason = "hand_up"
    after = replace(after, due_at=_due(work, after, now, is_holiday))
    if work.escalations.note_move(after, reason, CLOCK, source, now):
        work.escalations.change(after)
        if above is not None:
            desks.redraw(work, after, now)
            desks.bring(work, after, now)
            desks.report_back(work, after, "hand_up", now)


def _above(work: Work, escalation: Escalation) -> routing.Holder | None:
    subject, reporter = hops.subject(work, escalation.subject), escalation.reporter
    chain, spare = hops.chain(work, escalation.holder), hops.fallback(work, subject, reporter)
    # Whoever let it wait on this side does not get it back, or it would go to and fro for ever.
    at_first = escalation.state is State.WITH_MANAGER
    had = {
        holder
        for holder, state in work.escalations.held(escalation.number)
        if at_first is (state is State.WITH_MANAGER)
    }
    barred = subject.people | {reporter} | had
    return routing.next_up(escalation.holder, chain, barred, spare if spare and spare.id not in had else None)


def _second_fits(work: Work, escalation: Escalation) -> bool:
    """Whether who was to get it next still may, for the company changes while an escalation waits."""
    if escalation.second is None:
        return True
    subject = hops.subject(work, escalation.subject)
    spare = hops.fallback(work, subject, escalation.reporter)
    if escalation.second in subject.people | {escalation.reporter}:
        return False
    person = work.people.find(escalation.second)
    stands_in = spare is not None and spare.id == escalation.second
    return stands_in or (person is not None and hops.may_hold(work, person))


def _with_another_second(work: Work, escalation: Escalation, now: datetime) -> Escalation:
    """Find who may get it next, and name them on the desk of whoever has it now."""
    subject, reporter = hops.subject(work, escalation.subject), escalation.reporter
    found = routing.second_hop(subject, reporter, hops.fallback(work, subject, reporter))
    after = replace(escalation, second=None if found.id == escalation.first else found.id)
    work.escalations.change(after)
    desks.redraw(work, after, now)
    return after


def _moved(before: Escalation, made: Move, to: State, words: str, now: datetime) -> Escalation:
    after = replace(before, state=to, moved_at=now, stage=0)
    if made is Move.TAKE_FURTHER:
        return replace(after, handed_on=words, holder=before.second or before.holder)
    if words:
        after = replace(after, note=words)
    return replace(after, closed_at=now) if to in FINAL else after


def _tell(work: Work, before: Escalation, after: Escalation, made: Move, by: str, now: datetime) -> None:
    """The reporter hears of each move, the new holder gets it, and what stands on other desks is redrawn."""
    desks.redraw(work, after, now)
    if after.holder != before.holder:
        desks.bring(work, after, now)
        desks.introduce(work, before, after, now)
    if by != after.reporter:
        desks.report_back(work, after, made, now)


def _standing(work: Work, number: int) -> Escalation:
    """Read one for a change; whoever has nothing to do with it does not learn whether it exists."""
    escalation = work.escalations.read(number, for_change=True)
    if escalation is None:
        raise Refusal("Only the person who has this on their desk can do that.")
    return escalation


def _not_theirs(work: Work, escalation: Escalation, by: str, in_channel: str) -> Refusal:
    """Tell who had it where it stands now, and a stranger nothing, not even that it exists."""
    had = {holder for holder, _ in work.escalations.held(escalation.number)}
    if by in had or (in_channel in had and by not in hops.barred(work, escalation)):
        return Refusal(f"That cannot be done any more: this is {lifecycle.SAID[escalation.state]}.")
    return Refusal("Only the person who has this on their desk can do that.")


def _holds(work: Work, escalation: Escalation, by: str, in_channel: str) -> bool:
    if escalation.holder == by:
        return not hops.is_shut_out(work, by, escalation)
    # Whom it is about may have got into the channel that stands in.
    if not hops.is_channel(escalation.holder) or by in hops.barred(work, escalation):
        return False
    if escalation.holder == in_channel:
        return True
    return work.escalations.opened_by(escalation.number, by, escalation.holder)


def _due(work: Work, escalation: Escalation, now: datetime, is_holiday: IsHoliday) -> datetime:
    """When the holder is next reminded, or it is handed up: working days in the holder's own time zone."""
    chosen = settings.chosen(work)
    holder = work.people.look_up((escalation.holder,), (), ()).people.get(escalation.holder)
    days = chosen.hand_up_after - chosen.reminder_after if escalation.stage else chosen.reminder_after
    zone = holder.timezone if holder else chosen.timezone
    return calendar.working_days_later(now, max(days, 1), zone, lambda day: is_holiday(chosen.holidays, day))


def _balance(work: Work, reporter: str, subject: Subject, now: datetime) -> tuple[int, int] | None:
    """The reporter's own thanks and escalations towards a team, from the third escalation in 30 days on."""
    escalations = work.escalations.about(subject.id, reporter, now - BALANCE_WITHIN)
    if escalations + 1 < BALANCE_FROM:
        return None
    return work.kudos.given_to(reporter, subject.people, now - BALANCE_WITHIN), escalations
