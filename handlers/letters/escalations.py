"""An escalation, to each who may read of it: as it stands at this moment, and only to who may still."""

from datetime import datetime

from bot import desks, escalations, hops
from bot.messages import (
    EscalationArrived,
    EscalationMoved,
    EscalationOverdue,
    EscalationRedrawn,
    EscalationRetold,
    EscalationTalk,
    EscalationTalkRedrawn,
)
from bot.ports import Letter, Work
from handlers.letters.acts import Act, Post, Redraw, Stuck
from handlers.letters.places import unsaid
from handlers.views import escalations as view

UNKNOWN_READERS = Stuck("who_reads_it_is_unknown", for_good=False)
"""Of a channel that stands in: until its readers were asked for anew, nothing is brought there."""


def arrived(work: Work, letter: Letter, _now: datetime, message: EscalationArrived) -> Act | None:
    told, to = escalations.read(work, message.escalation), letter.to
    if told is None:
        return None
    waits = told.escalation.holder == to and not told.escalation.closed
    if not hops.may_be_told(work, to):
        return UNKNOWN_READERS if waits or letter.unsure else None
    # What may have been sent already is looked for, so that it can be redrawn.
    return Post(to, view.desk(told, to), (to,)) if waits or letter.unsure else None


def moved(work: Work, letter: Letter, _now: datetime, message: EscalationMoved) -> Act | None:
    told, to = escalations.read(work, message.escalation), letter.to
    if told is None:
        return None
    if told.escalation.reporter != to:  # who asked to be erased is told nothing more
        return unsaid(letter, (to,))
    return Post(to, view.moved(told, message.move), (to,))


def overdue(work: Work, letter: Letter, _now: datetime, message: EscalationOverdue) -> Act | None:
    told, to = escalations.read(work, message.escalation), letter.to
    if told is None or told.escalation.holder != to or told.escalation.closed:
        return None
    if not hops.may_be_told(work, to):
        return UNKNOWN_READERS
    return Post(to, view.overdue(told, to), (to,))


def talk(work: Work, _letter: Letter, _now: datetime, message: EscalationTalk) -> Act | None:
    told = escalations.read(work, message.escalation)
    if told is None or told.escalation.closed:
        return None
    # Goodword may not read there, so it cannot look whether it was said.
    return Post(f"{message.first},{message.second}", view.talk(told), ())


def redrawn(work: Work, _letter: Letter, _now: datetime, message: EscalationRedrawn) -> Act | None:
    told, where = escalations.read(work, message.escalation), work.outbox.sent(message.key)
    if told is None or where is None:
        return None
    # Who got it a second time has two such messages: the later one is to act on.
    latest = [kept for kept, desk in desks.of(work, told.escalation) if desk == message.to][-1]
    return Redraw(where, view.desk(told, message.to, acts=message.key == latest))


def retold(work: Work, _letter: Letter, _now: datetime, message: EscalationRetold) -> Act | None:
    told, where = escalations.read(work, message.escalation), work.outbox.sent(message.key)
    return Redraw(where, view.retold(told)) if told and where else None


def talk_redrawn(work: Work, _letter: Letter, _now: datetime, message: EscalationTalkRedrawn) -> Act | None:
    told, where = escalations.read(work, message.escalation), work.outbox.sent(message.key)
    return Redraw(where, view.talk(told)) if told and where else None
