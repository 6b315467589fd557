"""Where a message may stand, and how one that has become pointless is taken back."""

from bot import settings
from bot.ports import Letter, Work
from handlers.letters.acts import Unsay


def unsaid(letter: Letter, places: tuple[str, ...]) -> Unsay | None:
    return Unsay(places) if letter.unsure else None


def recognition(work: Work, letter: Letter) -> tuple[str, ...]:
    """The recognition channel of now, and those it was since this letter was first tried."""
    now = settings.chosen(work).recognition_channel
    if not letter.unsure:
        return (now,)
    return tuple(dict.fromkeys((now, *settings.channels_since(work, letter.first_tried_at))))
