"""What stands about an escalation in the messages of those who have it: brought, redrawn, told back."""

from datetime import datetime

from bot import hops
from bot.messages import (
    EscalationArrived,
    EscalationMoved,
    EscalationRedrawn,
    EscalationTalk,
    EscalationTalkRedrawn,
)
from bot.ports import Work
from bot.rules.escalation import Escalation

HELD_BACK = "held_back"  # what the reporter is told of, and no move
BESIDE = "beside:"  # how the queue of what is drawn anew beside that of its channel is called


def of(work: Work, escalation: Escalation) -> list[tuple[str, str]]:
    """(key, to) of every message by which it came to somebody, in their order."""
    return work.outbox.about(about(escalation))


def bring(work: Work, escalation: Escalation, now: datetime) -> None:
    arrived = EscalationArrived(escalation.number, escalation.holder)
    work.outbox.put(escalation.holder, arrived, now, about=about(escalation))


def redraw(work: Work, escalation: Escalation, now: datetime, besides: str = "") -> None:
    for key, to in of(work, escalation):
        if to != besides:
            work.outbox.put(to, EscalationRedrawn(escalation.number, to, key), now)


def draw_in(work: Work, channel: str, now: datetime) -> None:
    """Draw anew all that stands in a channel, each beside the queue, for others may read there now."""
    for key in work.outbox.standing_in(channel, EscalationArrived):
        arrived, lane = work.outbox.message(key), f"{BESIDE}{key}"
        if isinstance(arrived, EscalationArrived) and not work.outbox.release(now, lane):
            work.outbox.put_once(lane, EscalationRedrawn(arrived.escalation, channel, key), now, about=lane)


def held_back(work: Work, channel: str, now: datetime) -> None:
    """Others may read along in a channel: hide what stands there, and tell each reporter once."""
    draw_in(work, channel, now)
    for one in work.escalations.held_by(channel, limit=None):
        brought = [key for key, to in of(work, one) if to == channel]
        if brought:
            told, key = EscalationMoved(one.number, HELD_BACK), f"{HELD_BACK}:{brought[-1]}"
            work.outbox.put_keyed(key, one.reporter, told, now, steps(one))


def readers_changed(work: Work, channel: str, now: datetime) -> bool:
    """See anew what may be shown in a channel, for others may read there now; False where that is nothing."""
    if not channel or (channel != hops.stand_in_channel(work) and not has(work, channel)):
        return False
    draw_in(work, channel, now)
    work.outbox.release(now, channel)
    return True


def has(work: Work, channel: str) -> bool:
    return bool(work.outbox.standing_in(channel, EscalationArrived))


def is_beside(to: str) -> bool:
    return to.startswith(BESIDE)


def introduce(work: Work, before: Escalation, after: Escalation, now: datetime) -> None:
    """Let both managers talk together, unless that would tell one of them who reported it."""
    hidden = before.holder == before.reporter and not before.named
    if not hidden and not hops.is_channel(before.holder) and not hops.is_channel(after.holder):
        talk = EscalationTalk(after.number, before.holder, after.holder)
        work.outbox.put(after.holder, talk, now, about=_talk(after))


def show_without_words(work: Work, escalation: Escalation, now: datetime, besides: str = "") -> None:
    """Show every message about it anew, its words having been erased."""
    redraw(work, escalation, now, besides)
    for key, to in work.outbox.about(_talk(escalation)):
        work.outbox.put(to, EscalationTalkRedrawn(escalation.number, key), now)


def report_back(work: Work, escalation: Escalation, move: str, now: datetime) -> None:
    """Tell the reporter, whose messages can be found again by whether there are words in them."""
    kind = notes if escalation.closed else steps
    moved = EscalationMoved(escalation.number, move)
    work.outbox.put(escalation.reporter, moved, now, about=kind(escalation))


def about(escalation: Escalation) -> str:
    return f"escalation:{escalation.number}"


def notes(escalation: Escalation) -> str:
    return f"{about(escalation)}:note"


def steps(escalation: Escalation) -> str:
    return f"{about(escalation)}:step"


def _talk(escalation: Escalation) -> str:
    return f"{about(escalation)}:talk"


def exports_of(person: str) -> str:
    """What the messages of somebody's export are about."""
    return f"export:{person}"
