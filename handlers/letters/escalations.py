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

SHUT_OUT = Stuck("the_company_changed", for_good=False)
"""Who was to read it belongs to whom it is about, or elsewhere, by now: it is handed up instead."""


def arrived(work: Work, letter: Letter, _now: datetime, message: EscalationArrived) -> Act | None:
    told, to = escalations.read(work, message.escalation), letter.to
    if told is None:
        return None
    waits = told.escalation.holder == to and not told.escalation.closed
    if not waits and not letter.unsure:
        return None
    if hops.is_shut_out(work, to, told.escalation):
        return SHUT_OUT
    # What may have been sent already is looked for, so that it can be redrawn.
    return Post(to, view.desk(told, to), (to,), kept_from=hops.kept_from(work, to, told.escalation))


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
    if hops.is_shut_out(work, to, told.escalation):
        return SHUT_OUT
    kept_from = hops.kept_from(work, to, told.escalation)
    return Post(to, view.overdue(told, to), (to,), kept_from=kept_from)


def talk(work: Work, _letter: Letter, _now: datetime, message: EscalationTalk) -> Act | None:
    told = escalations.read(work, message.escalation)
    if told is None or told.escalation.closed:
        return None
    if any(hops.is_shut_out(work, one, told.escalation) for one in (message.first, message.second)):
        return None
    # Goodword may not read there, so it cannot look whether it was said.
    return Post(f"{message.first},{message.second}", view.talk(told), ())


def redrawn(work: Work, _letter: Letter, _now: datetime, message: EscalationRedrawn) -> Act | None:
    told, where = escalations.read(work, message.escalation), work.outbox.sent(message.key)
    if told is None or where is None:
        return None
    to = where.channel if hops.is_channel(where.channel) else message.to  # it may have a new id
    # Who got it a second time has two such messages: the later one is to act on.
    latest = [kept for kept, desk in desks.of(work, told.escalation) if desk == to][-1]
    drawn = view.desk(told, to, acts=message.key == latest)
    if hops.is_shut_out(work, to, told.escalation):
        drawn = view.withheld()
    kept_from = hops.kept_from(work, to, told.escalation)
    return Redraw(where, drawn, kept_from=kept_from, withheld=view.withheld())


def held_back(work: Work, letter: Letter, now: datetime) -> bool:
    """What only draws anew is done with: it is tried again beside the queue, which it would hold up."""
    if desks.is_beside(letter.to):
        return False
    drawn = isinstance(letter.message, EscalationRedrawn)
    where = work.outbox.sent(letter.message.key) if isinstance(letter.message, EscalationRedrawn) else None
    desks.held_back(work, where.channel if where else letter.to, now)
    return drawn


def retold(work: Work, _letter: Letter, _now: datetime, message: EscalationRetold) -> Act | None:
    told, where = escalations.read(work, message.escalation), work.outbox.sent(message.key)
    return Redraw(where, view.retold(told)) if told and where else None


def talk_redrawn(work: Work, _letter: Letter, _now: datetime, message: EscalationTalkRedrawn) -> Act | None:
    told, where = escalations.read(work, message.escalation), work.outbox.sent(message.key)
    return Redraw(where, view.talk(told)) if told and where else None
