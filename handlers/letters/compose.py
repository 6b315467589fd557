"""The table: which kind of message is composed where."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from bot.messages import (
    CaptureAnswered,
    ChartGaps,
    ClickRefused,
    DataErased,
    DataExported,
    DigestMail,
    DigestPart,
    DigestRedrawn,
    EmojiRefused,
    EscalationArrived,
    EscalationMoved,
    EscalationOverdue,
    EscalationRedrawn,
    EscalationRetold,
    EscalationTalk,
    EscalationTalkRedrawn,
    HomeOpened,
    JoiningTold,
    KudosForManager,
    KudosNoted,
    KudosPassedOn,
    KudosPosted,
    KudosReceived,
    KudosRedrawn,
    KudosTakenBack,
    OutcomeAsked,
    OutcomeTold,
    Reacted,
    ReviewExported,
    ShoutoutNoticed,
    StandInUnfit,
    UndoConfirmed,
)
from bot.ports import Letter, Transact, Work
from handlers.letters import alone, answers, capture, digests, escalations, kudos
from handlers.letters.acts import Act

Composer = Callable[[Work, Letter, datetime, Any], Act | None]
"""Gives what is to be done in Slack for this message of the letter; nothing when it has become pointless."""

COMPOSERS: Mapping[type, Composer] = {
    KudosPosted: kudos.said,
    KudosReceived: kudos.said,
    KudosForManager: kudos.said,
    KudosPassedOn: kudos.said,
    OutcomeAsked: kudos.said,
    OutcomeTold: kudos.said,
    KudosRedrawn: kudos.redrawn,
    KudosTakenBack: kudos.taken_back,
    UndoConfirmed: answers.undone,
    KudosNoted: answers.noted,
    EmojiRefused: answers.emoji_refused,
    JoiningTold: answers.joining,
    ClickRefused: answers.refused,
    EscalationArrived: escalations.arrived,
    EscalationMoved: escalations.moved,
    EscalationOverdue: escalations.overdue,
    EscalationRedrawn: escalations.redrawn,
    EscalationRetold: escalations.retold,
    EscalationTalk: escalations.talk,
    EscalationTalkRedrawn: escalations.talk_redrawn,
    DigestPart: digests.part,
    DigestRedrawn: digests.redrawn,
    DigestMail: digests.mail,
    ShoutoutNoticed: capture.noticed,
    CaptureAnswered: capture.answered,
    Reacted: capture.reacted,
    HomeOpened: alone.home,
    ChartGaps: alone.gaps,
    StandInUnfit: alone.stand_in,
    ReviewExported: alone.review,
    DataExported: alone.export,
    DataErased: alone.erased,
}


async def compose(transact: Transact, letter: Letter, now: datetime) -> Act | None:
    """Compose a letter as things stand at this moment."""
    return await transact(letter.workspace, partial(composed, letter=letter, now=now))


async def held_back(transact: Transact, letter: Letter, now: datetime) -> bool:
    """Others may read along where it was to go: tell who has to know; whether the letter is done with."""
    return await transact(letter.workspace, partial(escalations.held_back, letter=letter, now=now))


def composed(work: Work, letter: Letter, now: datetime) -> Act | None:
    return COMPOSERS[type(letter.message)](work, letter, now, letter.message)
