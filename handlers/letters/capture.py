"""Questions to the author of a message that thanks, and what becomes of them."""

from datetime import datetime

from bot import kudos
from bot.messages import CaptureAnswered, Reacted, ShoutoutNoticed
from bot.ports import Letter, Work
from bot.rules.recognition import Place
from handlers.letters.acts import Act, React, Replace, Whisper
from handlers.views import capture as view

LATE = 600  # seconds after which a question about a message is no use any more


def noticed(work: Work, letter: Letter, now: datetime, message: ShoutoutNoticed) -> Act | None:
    """Ask, unless the moment has passed."""
    if letter.unsure or now.timestamp() - float(message.ts) > LATE:
        return None
    roll = work.people.look_up(message.credited, message.credited, ())
    names = [roll.people[id].name for id in message.credited if id in roll.people]
    names += [f"@{roll.groups[id].handle}" for id in message.credited if id in roll.groups]
    return Whisper(message.channel, message.author, view.question(names, f"{message.channel}:{message.ts}"))


def answered(work: Work, letter: Letter, _now: datetime, message: CaptureAnswered) -> Act | None:
    receipt = kudos.receipt(work, message.kudos) if message.kudos else None
    return Replace(letter.to, view.answered(message.answer, receipt))


def reacted(_work: Work, _letter: Letter, _now: datetime, message: Reacted) -> Act:
    return React(Place(message.channel, message.ts), message.emoji)
