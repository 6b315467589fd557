"""Private answers to something that somebody did."""

from datetime import datetime

from bot import joining as joins
from bot import kudos
from bot.messages import ClickRefused, EmojiRefused, JoiningTold, KudosNoted, UndoConfirmed
from bot.ports import Letter, Work
from handlers.letters.acts import Act, Replace, Whisper
from handlers.views import joining as joining_view
from handlers.views import kudos as view


def undone(work: Work, letter: Letter, _now: datetime, message: UndoConfirmed) -> Act | None:
    taken = work.kudos.read(message.kudos)
    return Replace(letter.to, view.taken_back(taken)) if taken else None


def noted(work: Work, _letter: Letter, _now: datetime, message: KudosNoted) -> Act | None:
    receipt = kudos.receipt(work, message.kudos)
    return Whisper(message.channel, message.giver, view.receipt(receipt)) if receipt else None


def emoji_refused(_work: Work, _letter: Letter, _now: datetime, message: EmojiRefused) -> Act:
    return Whisper(message.channel, message.giver, view.refused(message.sentence))


def joining(work: Work, letter: Letter, _now: datetime, message: JoiningTold) -> Act:
    ways = work.joining.ways(message.kudos, message.person)
    told = joining_view.told(message.kudos, ways, joins.BUTTON)
    return Replace(letter.to, told, in_place=message.in_place)


def refused(_work: Work, letter: Letter, _now: datetime, message: ClickRefused) -> Act:
    return Replace(letter.to, view.refused(message.sentence), in_place=message.in_place)
