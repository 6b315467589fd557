"""From facts to words, at the moment of sending: what each message of the outbox looks like now."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from bot import kudos, people, settings
from bot.messages import (
    ChartGaps,
    ClickRefused,
    HomeOpened,
    KudosPosted,
    KudosReceived,
    KudosTakenBack,
    UndoConfirmed,
)
from bot.ports import Letter, Sent, Transact, Work
from handlers.views import directory as directory_view
from handlers.views import home as home_view
from handlers.views import kudos as view


@dataclass(frozen=True, slots=True)
class Post:
    """A message to a channel (id or `#name`) or to a person (id).

    `places` are all those in which it may stand already, where an earlier attempt had no answer.
    """

    to: str
    message: dict[str, Any]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remove:
    where: Sent


@dataclass(frozen=True, slots=True)
class Replace:
    """New words in place of a private answer; Slack keeps its address open for 30 minutes."""

    address: str
    message: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Publish:
    person: str
    view: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unsay:
    """It is not to be said any more; if it was, it stands in one of the places and is to disappear."""

    places: tuple[str, ...]


Act = Post | Remove | Replace | Publish | Unsay


async def compose(transact: Transact, letter: Letter) -> Act | None:
    """Give what is to be done in Slack for this letter; nothing when it has become pointless."""
    return await transact(letter.workspace, partial(_compose, letter=letter))


def _compose(work: Work, letter: Letter) -> Act | None:  # noqa: PLR0911 - one for each kind of message
    match letter.message:
        case KudosPosted(number):
            standing = kudos.standing(work, number)
            places = _places(work, letter)
            return Post(places[0], view.posted(standing), places) if standing else _unsaid(letter, places)
        case KudosReceived(number, recipient):
            standing = kudos.standing(work, number)
            places = (recipient,)
            message = view.received(standing, recipient) if standing else None
            return Post(recipient, message, places) if message else _unsaid(letter, places)
        case KudosTakenBack(key):
            where = work.outbox.sent(key)
            return Remove(where) if where else None
        case UndoConfirmed(number):
            taken = work.kudos.read(number)
            return Replace(letter.to, view.taken_back(taken)) if taken else None
        case ClickRefused(sentence):
            return Replace(letter.to, view.refused(sentence))
        case ChartGaps(to):
            names = people.names_in(work, letter.message)
            return Post(to, directory_view.gaps(letter.message, names), (to,))
        case HomeOpened(person):
            return Publish(person, home_view.home(kudos.mine(work, person)))


def _unsaid(letter: Letter, places: tuple[str, ...]) -> Unsay | None:
    return Unsay(places) if letter.unsure else None


def _places(work: Work, letter: Letter) -> tuple[str, ...]:
    """The recognition channel of now, and those it was since this letter was first tried."""
    now = settings.chosen(work).recognition_channel
    if not letter.unsure:
        return (now,)
    return tuple(dict.fromkeys((now, *settings.channels_since(work, letter.first_tried_at))))
