"""From facts to words, at the moment of sending: what each message of the outbox looks like now."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from bot import kudos, people, settings
from bot.messages import (
    RECOGNITION,
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
    """A message to a channel (id or `#name`) or to a person (id)."""

    to: str
    message: dict[str, Any]


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


Act = Post | Remove | Replace | Publish


async def compose(transact: Transact, letter: Letter) -> Act | None:
    """Give what is to be done in Slack for this letter; nothing when it has become pointless."""
    return await transact(letter.workspace, partial(_compose, letter=letter))


def _compose(work: Work, letter: Letter) -> Act | None:  # noqa: PLR0911 - one for each kind of message
    match letter.message:
        case KudosPosted(number):
            standing = kudos.standing(work, number)
            return Post(_address(work, letter.to), view.posted(standing)) if standing else None
        case KudosReceived(number, recipient):
            standing = kudos.standing(work, number)
            return Post(recipient, view.received(standing, recipient)) if standing else None
        case KudosTakenBack(key):
            where = work.outbox.sent(key)
            return Remove(where) if where else None
        case UndoConfirmed(number):
            taken = work.kudos.read(number)
            return Replace(letter.to, view.taken_back(taken)) if taken else None
        case ClickRefused(sentence):
            return Replace(letter.to, view.refused(sentence))
        case ChartGaps(to):
            return Post(to, directory_view.gaps(letter.message, people.names_in(work, letter.message)))
        case HomeOpened(person):
            return Publish(person, home_view.home(kudos.mine(work, person)))


def _address(work: Work, to: str) -> str:
    return settings.chosen(work).recognition_channel if to == RECOGNITION else to
