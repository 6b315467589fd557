"""From facts to words, at the moment of sending: what each message of the outbox looks like now."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from bot import desks, escalations, kudos, people, privacy, settings
from bot.escalations import Told
from bot.messages import (
    RECOGNITION,
    ChartGaps,
    ClickRefused,
    DataErased,
    DataExported,
    EscalationArrived,
    EscalationMoved,
    EscalationOverdue,
    EscalationRedrawn,
    EscalationRetold,
    EscalationTalk,
    EscalationTalkRedrawn,
    HomeOpened,
    KudosPosted,
    KudosReceived,
    KudosRedrawn,
    KudosTakenBack,
    UndoConfirmed,
)
from bot.ports import Letter, Sent, Transact, Work
from handlers.views import directory as directory_view
from handlers.views import escalations as escalation_view
from handlers.views import home as home_view
from handlers.views import kudos as view
from handlers.views import privacy as privacy_view


@dataclass(frozen=True, slots=True)
class Post:
    """A message to a channel (id or `#name`), to a person (id), or to several people (ids and commas).

    `places` are all those in which it may stand already, where an earlier attempt had no answer.
    """

    to: str
    message: dict[str, Any]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Redraw:
    """New words in a message that stands in the chat."""

    where: Sent
    message: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Remove:
    where: Sent


@dataclass(frozen=True, slots=True)
class Replace:
    """New words in place of a private answer, or a private answer beside what was clicked.

    Slack keeps the address open for 30 minutes.
    """

    address: str
    message: dict[str, Any]
    in_place: bool = True


@dataclass(frozen=True, slots=True)
class Publish:
    person: str
    view: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unsay:
    """It is not to be said any more; if it was, it stands in one of the places and is to disappear."""

    places: tuple[str, ...]


AboutEscalation = (
    EscalationArrived
    | EscalationMoved
    | EscalationOverdue
    | EscalationRedrawn
    | EscalationRetold
    | EscalationTalk
    | EscalationTalkRedrawn
)
Act = Post | Redraw | Remove | Replace | Publish | Unsay


async def compose(transact: Transact, letter: Letter) -> Act | None:
    """Give what is to be done in Slack for this letter; nothing when it has become pointless."""
    return await transact(letter.workspace, partial(_compose, letter=letter))


def _compose(work: Work, letter: Letter) -> Act | None:
    match letter.message:
        case KudosTakenBack(key):
            where = work.outbox.sent(key)
            return Remove(where) if where else None
        case KudosPosted() | KudosReceived() | KudosRedrawn() | UndoConfirmed() as about_kudos:
            return _of_kudos(work, letter, about_kudos)
        case ClickRefused(sentence, in_place):
            return Replace(letter.to, view.refused(sentence), in_place=in_place)
        case HomeOpened(person):
            mine, held = escalations.of(work, person)
            return Publish(person, home_view.home(kudos.mine(work, person), mine, held))
        case ChartGaps() | DataExported() | DataErased() as to_one:
            return Post(letter.to, _alone(work, to_one), (letter.to,))
        case about_escalation:
            told = escalations.read(work, about_escalation.escalation)
            return _of_escalation(work, letter, about_escalation, told) if told else None


def _alone(work: Work, message: ChartGaps | DataExported | DataErased) -> dict[str, Any]:
    match message:
        case ChartGaps():
            return directory_view.gaps(message, people.names_in(work, message))
        case DataExported(person, part, parts):
            return privacy_view.page(privacy_view.pages(privacy.export(work, person)), part, parts)
        case DataErased():
            return privacy_view.erased()


def _of_kudos(
    work: Work,
    letter: Letter,
    message: KudosPosted | KudosReceived | KudosRedrawn | UndoConfirmed,
) -> Act | None:
    match message:
        case KudosPosted(number):
            standing = kudos.standing(work, number)
            places = _places(work, letter)
            return Post(places[0], view.posted(standing), places) if standing else _unsaid(letter, places)
        case KudosReceived(number, recipient):
            standing = kudos.standing(work, number)
            places = (recipient,)
            if standing is None:
                return _unsaid(letter, places)
            return Post(recipient, view.received(standing, recipient), places)
        case KudosRedrawn(number, key):
            where, standing = work.outbox.sent(key), kudos.standing(work, number)
            in_channel = letter.to == RECOGNITION
            drawn = view.posted if in_channel else partial(view.received, recipient=letter.to)
            return Redraw(where, drawn(standing)) if where and standing else None
        case UndoConfirmed(number):
            taken = work.kudos.read(number)
            return Replace(letter.to, view.taken_back(taken)) if taken else None


def _of_escalation(
    work: Work,
    letter: Letter,
    message: AboutEscalation,
    told: Told,
) -> Act | None:
    to, waits = letter.to, told.escalation.holder == letter.to and not told.escalation.closed
    match message:
        case EscalationArrived():
            # What may have been sent already is looked for, so that it can be redrawn.
            return Post(to, escalation_view.desk(told, to), (to,)) if waits or letter.unsure else None
        case EscalationMoved(_, move):
            if told.escalation.reporter != to:  # who asked to be erased is told nothing more
                return _unsaid(letter, (to,))
            return Post(to, escalation_view.moved(told, move), (to,))
        case EscalationOverdue():
            return Post(to, escalation_view.overdue(told, to), (to,)) if waits else None
        case EscalationTalk(_, first, second):
            both = f"{first},{second}"
            # Goodword may not read there, so it cannot look whether it was said.
            return None if told.escalation.closed else Post(both, escalation_view.talk(told), ())
        case EscalationRedrawn() | EscalationRetold() | EscalationTalkRedrawn():
            return _drawn_again(work, message, told)


def _drawn_again(
    work: Work, message: EscalationRedrawn | EscalationRetold | EscalationTalkRedrawn, told: Told
) -> Act | None:
    where = work.outbox.sent(message.key)
    if where is None:
        return None
    if isinstance(message, EscalationRetold):
        return Redraw(where, escalation_view.retold(told))
    if isinstance(message, EscalationTalkRedrawn):
        return Redraw(where, escalation_view.talk(told))
    # Who got it a second time has two such messages: the later one is to act on.
    latest = [kept for kept, desk in desks.of(work, told.escalation) if desk == message.to][-1]
    return Redraw(where, escalation_view.desk(told, message.to, acts=message.key == latest))


def _unsaid(letter: Letter, places: tuple[str, ...]) -> Unsay | None:
    return Unsay(places) if letter.unsure else None


def _places(work: Work, letter: Letter) -> tuple[str, ...]:
    """The recognition channel of now, and those it was since this letter was first tried."""
    now = settings.chosen(work).recognition_channel
    if not letter.unsure:
        return (now,)
    return tuple(dict.fromkeys((now, *settings.channels_since(work, letter.first_tried_at))))
