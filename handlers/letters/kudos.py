"""A kudos, to each who hears of it, unless it was taken back or is not to be said here any more."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot import kudos, managers, settings
from bot.messages import (
    KudosForManager,
    KudosPassedOn,
    KudosPosted,
    KudosReceived,
    KudosRedrawn,
    KudosTakenBack,
    Message,
    OutcomeAsked,
    OutcomeTold,
)
from bot.ports import Letter, Work
from bot.rules.hearing import without_names
from bot.rules.recognition import Kudos, Place
from handlers.letters import places
from handlers.letters.acts import Act, Post, Redraw, Remove
from handlers.views import kudos as view
from handlers.views import managers as manager_view
from handlers.views import outcomes as outcome_view

Said = KudosPosted | KudosReceived | KudosForManager | KudosPassedOn | OutcomeAsked | OutcomeTold


def said(work: Work, letter: Letter, now: datetime, message: Said) -> Act | None:
    """Say it, unless it was taken back or those thanked wish by now that it is not said here."""
    stands = places.recognition(work, letter) if isinstance(message, KudosPosted) else (letter.to,)
    given = None if isinstance(message, KudosForManager) else kudos.standing(work, message.kudos)
    shown = None if _goes_another_way(work, message, given, now) else _shown(work, message, given)
    if shown is None:
        return places.unsaid(letter, stands)
    return Post(stands[0], shown.message, stands, shown.about)


def redrawn(work: Work, _letter: Letter, _now: datetime, message: KudosRedrawn) -> Act | None:
    where, was = work.outbox.sent(message.key), work.outbox.message(message.key)
    given = kudos.standing(work, message.kudos)
    if where is None or was is None or given is None:
        return None
    shown = _shown(work, was, given)
    return Redraw(where, shown.message, shown.about) if shown else Remove(where)


def taken_back(work: Work, _letter: Letter, _now: datetime, message: KudosTakenBack) -> Act | None:
    where = work.outbox.sent(message.message)
    return Remove(where) if where else None


def _goes_another_way(work: Work, message: Message, given: Kudos | None, now: datetime) -> bool:
    """Whether somebody has come to wish, since it was queued, that only their manager tells them."""
    if given is None:
        return False
    match message:
        case KudosReceived(_, recipient):
            heard = kudos.who_hears(work, given)
            if recipient in heard.quiet:
                kudos.through_manager(work, given, heard, recipient, now)
                return True
        case OutcomeTold(_, to):
            return to in kudos.who_hears(work, given).quiet
    return False


@dataclass(frozen=True, slots=True)
class _Shown:
    message: dict[str, Any]
    about: Place | None = None


def _shown(work: Work, message: Message, given: Kudos | None) -> _Shown | None:
    """What stands in the chat as it looks now; nothing, where nothing is to stand there."""
    if isinstance(message, KudosForManager):
        told = managers.told(work, message.kudos, message.manager)
        return _Shown(manager_view.good_word(told), told.kudos.besides.about) if told else None
    return _shown_of(work, message, given) if given else None


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
