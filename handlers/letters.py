"""From facts to words, at the moment of sending: what each message of the outbox looks like now."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bot import digests, escalations, kudos, people, settings
from bot.escalations import Told
from bot.messages import (
    RECOGNITION,
    ChartGaps,
    ClickRefused,
    DigestMail,
    DigestPart,
    DigestRedrawn,
    EscalationArrived,
    EscalationMoved,
    EscalationOverdue,
    EscalationRedrawn,
    HomeOpened,
    KudosPosted,
    KudosReceived,
    KudosTakenBack,
    UndoConfirmed,
)
from bot.ports import Letter, Sent, Transact, Work
from bot.rules.digest import Digest
from handlers.views import digest as digest_view
from handlers.views import directory as directory_view
from handlers.views import escalations as escalation_view
from handlers.views import home as home_view
from handlers.views import kudos as view


@dataclass(frozen=True, slots=True)
class Post:
    """A message to a channel (id or `#name`) or to a person (id).

    `places` are all those in which it may stand already, where an earlier attempt had no answer.
    With `thread` it is an answer to that message, and stands nowhere else.
    """

    to: str
    message: dict[str, Any]
    places: tuple[str, ...]
    thread: Sent | None = None


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


@dataclass(frozen=True, slots=True)
class Mail:
    """The same by mail, as plain text and as HTML."""

    address: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """It cannot be said before something else was, which a person has to mend."""

    reason: str


Act = Post | Redraw | Remove | Replace | Publish | Unsay | Mail | Stuck


async def compose(transact: Transact, letter: Letter) -> Act | None:
    """Give what is to be done in Slack for this letter; nothing when it has become pointless."""
    return await transact(letter.workspace, partial(_compose, letter=letter))


def _compose(work: Work, letter: Letter) -> Act | None:
    match letter.message:
        case KudosPosted() | KudosReceived() | KudosTakenBack() | UndoConfirmed() as about_kudos:
            return _of_kudos(work, letter, about_kudos)
        case ClickRefused(sentence, in_place):
            return Replace(letter.to, view.refused(sentence), in_place=in_place)
        case HomeOpened(person):
            mine, held = escalations.of(work, person)
            return Publish(person, home_view.home(kudos.mine(work, person), mine, held))
        case ChartGaps(to):
            names = people.names_in(work, letter.message)
            return Post(to, directory_view.gaps(letter.message, names), (to,))
        case DigestPart() | DigestRedrawn() | DigestMail() as of_digest:
            return _of_digest(work, letter, of_digest)
        case about_escalation:
            told = escalations.read(work, about_escalation.escalation)
            return _of_escalation(work, letter, about_escalation, told) if told else None


def _of_kudos(
    work: Work, letter: Letter, message: KudosPosted | KudosReceived | KudosTakenBack | UndoConfirmed
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
        case KudosTakenBack(key):
            where = work.outbox.sent(key)
            return Remove(where) if where else None
        case UndoConfirmed(number):
            taken = work.kudos.read(number)
            return Replace(letter.to, view.taken_back(taken)) if taken else None


def _of_escalation(
    work: Work,
    letter: Letter,
    message: EscalationArrived | EscalationMoved | EscalationOverdue | EscalationRedrawn,
    told: Told,
) -> Act | None:
    match message:
        case EscalationArrived(_, to):
            waits = told.escalation.holder == to and not told.escalation.closed
            # What may have been sent already is looked for, so that it can be redrawn.
            return Post(to, escalation_view.desk(told, to), (to,)) if waits or letter.unsure else None
        case EscalationMoved(_, move):
            reporter = told.escalation.reporter
            return Post(reporter, escalation_view.moved(told, move), (reporter,))
        case EscalationOverdue():
            waits = told.escalation.holder == letter.to and not told.escalation.closed
            return Post(letter.to, escalation_view.overdue(told), (letter.to,)) if waits else None
        case EscalationRedrawn(_, to, key):
            where = work.outbox.sent(key)
            if where is None:
                return None
            # Who got it a second time has two such messages: the later one is to act on.
            latest = [kept for kept, desk in escalations.desks(work, told.escalation) if desk == to][-1]
            return Redraw(where, escalation_view.desk(told, to, acts=key == latest))


def _of_digest(work: Work, letter: Letter, message: DigestPart | DigestRedrawn | DigestMail) -> Act | None:
    told = digests.read(work, message.digest, message.addressee, message.period)
    if told is None:
        return None
    match message:
        case DigestPart():
            return _part(work, letter, message, told)
        case DigestRedrawn(part=part):
            return _part_redrawn(work, message, part, told)
        case DigestMail(to=to):
            person = work.people.find(to)
            return Mail(person.email, *digest_view.mailed(told)) if person and person.email else None


def _part(work: Work, letter: Letter, message: DigestPart, told: Digest) -> Act | None:
    """One message of a digest; what does not fit is queued as the next one, in this transaction."""
    kept = work.digests.kept_by(message.addressee)
    laid = digest_view.laid_out(told, message.part, message.after, kept=kept)
    if laid is None:
        return None
    opening = work.outbox.sent(digests.key_of(work, message, 1)) if message.part > 1 else None
    if message.part > 1 and opening is None:
        return Stuck("the digest's opening message was not sent")
    if laid.next is not None:
        _queue_next(work, letter, message, laid.next)
    places = (opening.channel,) if opening else _where(work, letter)
    return Post(places[0], laid.message, places, opening)


def _queue_next(work: Work, letter: Letter, message: DigestPart, after: str) -> None:
    """Once, under a key that is the same for everybody; a lane keeps them in their order."""
    following = replace(message, part=message.part + 1, after=after)
    key = digests.key_of(work, following, following.part)
    is_new = work.outbox.put_once(key, letter.to, following, letter.first_tried_at)
    if not is_new and not letter.unsure:
        work.outbox.amend(key, following)


def _part_redrawn(work: Work, message: DigestRedrawn, part: int, told: Digest) -> Act | None:
    where = work.outbox.sent(digests.key_of(work, message, part))
    was = work.outbox.fact(digests.key_of(work, message, part))
    following = work.outbox.fact(digests.key_of(work, message, part + 1))
    if where is None or not isinstance(was, DigestPart):
        return None
    kept = work.digests.kept_by(message.addressee)
    up_to = following.after if isinstance(following, DigestPart) else None
    laid = digest_view.laid_out(told, part, was.after, up_to, kept)
    return Redraw(where, laid.message) if laid else None


def _where(work: Work, letter: Letter) -> tuple[str, ...]:
    return _places(work, letter) if letter.to == RECOGNITION else (letter.to,)


def _unsaid(letter: Letter, places: tuple[str, ...]) -> Unsay | None:
    return Unsay(places) if letter.unsure else None


def _places(work: Work, letter: Letter) -> tuple[str, ...]:
    """The recognition channel of now, and those it was since this letter was first tried."""
    now = settings.chosen(work).recognition_channel
    if not letter.unsure:
        return (now,)
    return tuple(dict.fromkeys((now, *settings.channels_since(work, letter.first_tried_at))))
