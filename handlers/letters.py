"""From facts to words, at the moment of sending: what each message of the outbox looks like now."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot import escalations, joining, kudos, managers, people, settings
from bot.escalations import Told
from bot.messages import (
    ChartGaps,
    ClickRefused,
    EmojiRefused,
    EscalationArrived,
    EscalationMoved,
    EscalationOverdue,
    EscalationRedrawn,
    HomeOpened,
    JoiningTold,
    KudosForManager,
    KudosNoted,
    KudosPassedOn,
    KudosPosted,
    KudosReceived,
    KudosRedrawn,
    KudosTakenBack,
    Message,
    OutcomeAsked,
    OutcomeTold,
    UndoConfirmed,
)
from bot.ports import Letter, Sent, Transact, Work
from bot.rules.hearing import without_names
from bot.rules.recognition import Kudos, Place
from handlers.views import directory as directory_view
from handlers.views import escalations as escalation_view
from handlers.views import home as home_view
from handlers.views import joining as joining_view
from handlers.views import kudos as view
from handlers.views import managers as manager_view
from handlers.views import outcomes as outcome_view


@dataclass(frozen=True, slots=True)
class Post:
    """A message to a channel (id or `#name`) or to a person (id).

    `places` are all those in which it may stand already, where an earlier attempt had no answer;
    `about` is the message to which it links, if there is one that Slack shows us.
    """

    to: str
    message: dict[str, Any]
    places: tuple[str, ...]
    about: Place | None = None


@dataclass(frozen=True, slots=True)
class Redraw:
    """New words in a message that stands in the chat."""

    where: Sent
    message: dict[str, Any]
    about: Place | None = None


@dataclass(frozen=True, slots=True)
class Whisper:
    """A message in a channel that one person alone sees; where Slack cannot, it is a direct message."""

    channel: str
    person: str
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


Act = Post | Redraw | Whisper | Remove | Replace | Publish | Unsay


async def compose(transact: Transact, letter: Letter, now: datetime) -> Act | None:
    """Give what is to be done in Slack for this letter; nothing when it has become pointless."""
    return await transact(letter.workspace, partial(_compose, letter=letter, now=now))


def _compose(work: Work, letter: Letter, now: datetime) -> Act | None:
    match letter.message:
        case UndoConfirmed() | KudosNoted() | EmojiRefused() | JoiningTold() | ClickRefused() as answer:
            return _answer(work, letter, answer)
        case HomeOpened(person):
            mine, held = escalations.of(work, person)
            return Publish(person, home_view.home(kudos.mine(work, person), mine, held))
        case ChartGaps(to):
            names = people.names_in(work, letter.message)
            return Post(to, directory_view.gaps(letter.message, names), (to,))
        case EscalationArrived() | EscalationMoved() | EscalationOverdue() | EscalationRedrawn() as moved:
            told = escalations.read(work, moved.escalation)
            return _of_escalation(work, letter, moved, told) if told else None
        case _:
            return _of_kudos(work, letter, now)


def _of_kudos(work: Work, letter: Letter, now: datetime) -> Act | None:
    """Say it, unless it was taken back or those thanked wish by now that it is not said here."""
    match letter.message:
        case KudosTakenBack(key):
            where = work.outbox.sent(key)
            return Remove(where) if where else None
        case KudosRedrawn(number, key):
            return _redrawn(work, number, key)
    places = _places(work, letter) if isinstance(letter.message, KudosPosted) else (letter.to,)
    shown = None if _goes_another_way(work, letter.message, now) else _shown(work, letter.message)
    if shown is None:
        return _unsaid(letter, places)
    return Post(places[0], shown.message, places, shown.about)


def _redrawn(work: Work, number: int, key: str) -> Act | None:
    where, message = work.outbox.sent(key), work.outbox.message(key)
    if where is None or message is None or kudos.standing(work, number) is None:
        return None
    shown = _shown(work, message)
    return Redraw(where, shown.message, shown.about) if shown else Remove(where)


def _goes_another_way(work: Work, message: Message, now: datetime) -> bool:
    """Whether somebody has come to wish, since it was queued, that only their manager tells them."""
    match message:
        case KudosReceived(number, recipient):
            given = kudos.standing(work, number)
            heard = kudos.who_hears(work, given) if given else None
            if given and heard and recipient in heard.quiet:
                kudos.through_manager(work, given, heard, recipient, now)
                return True
        case OutcomeTold(number, to):
            given = kudos.standing(work, number)
            return given is not None and to in kudos.who_hears(work, given).quiet
    return False


@dataclass(frozen=True, slots=True)
class _Shown:
    message: dict[str, Any]
    about: Place | None = None


def _shown(work: Work, message: Message) -> _Shown | None:
    """What stands in the chat as it looks now; nothing, where nothing is to stand there."""
    match message:
        case KudosForManager(number, manager):
            told = managers.told(work, number, manager)
            return _Shown(manager_view.good_word(told), told.kudos.besides.about) if told else None
        case KudosPosted(number) | KudosReceived(number) | OutcomeAsked(number) | OutcomeTold(number):
            given = kudos.standing(work, number)
            return _shown_of(work, message, given) if given else None
        case KudosPassedOn(number):
            given = kudos.standing(work, number)
            return _shown_of(work, message, given) if given else None
    return None


def _shown_of(work: Work, message: Message, given: Kudos) -> _Shown | None:
    heard, about = kudos.who_hears(work, given), given.besides.about
    match message:
        case KudosPosted():
            return _Shown(view.posted(given, heard), about) if heard.named else None
        case KudosReceived(_, recipient):
            return _Shown(view.received(given, recipient, heard.beside(recipient)), about)
        case KudosPassedOn(number, manager, recipient):
            words, known = work.kudos.passed_on(number, manager), work.people.known([manager, recipient])
            shown = manager_view.passed_on(given, known[manager].name, words or "", known[recipient])
            return _Shown(shown, about)
        case OutcomeAsked():
            return _Shown(outcome_view.question(given, _day(work, given.given_at)))
        case OutcomeTold(_, to):
            listener = heard.managers.get(to)
            whose = [one for one in listener.people if one.id in heard.quiet] if listener else []
            shown_to = (*heard.shown, *whose, *(one for one in given.recipients if one.id == to))
            reason = without_names(given.reason, given, shown_to)
            return _Shown(outcome_view.told(replace(given, reason=reason), whose))
    return None


def _day(work: Work, moment: datetime) -> str:
    there = moment.astimezone(ZoneInfo(settings.chosen(work).timezone))
    return f"{there.day} {there:%B}"


def _answer(
    work: Work, letter: Letter, answer: UndoConfirmed | KudosNoted | EmojiRefused | JoiningTold | ClickRefused
) -> Act | None:
    """A private answer to something that somebody did."""
    match answer:
        case UndoConfirmed(number):
            taken = work.kudos.read(number)
            return Replace(letter.to, view.taken_back(taken)) if taken else None
        case KudosNoted(number, giver, channel):
            receipt = kudos.receipt(work, number)
            return Whisper(channel, giver, view.receipt(receipt)) if receipt else None
        case EmojiRefused(sentence, giver, channel):
            return Whisper(channel, giver, view.refused(sentence))
        case JoiningTold(number, person, in_place):
            told = joining_view.told(number, work.joining.ways(number, person), joining.BUTTON)
            return Replace(letter.to, told, in_place=in_place)
        case ClickRefused(sentence, in_place):
            return Replace(letter.to, view.refused(sentence), in_place=in_place)


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


def _unsaid(letter: Letter, places: tuple[str, ...]) -> Unsay | None:
    return Unsay(places) if letter.unsure else None


def _places(work: Work, letter: Letter) -> tuple[str, ...]:
    """The recognition channel of now, and those it was since this letter was first tried."""
    now = settings.chosen(work).recognition_channel
    if not letter.unsure:
        return (now,)
    return tuple(dict.fromkeys((now, *settings.channels_since(work, letter.first_tried_at))))
