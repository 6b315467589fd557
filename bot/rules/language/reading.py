"""One message read as a whole: its label, whom it credits, its flags, and how else to say it."""

from dataclasses import dataclass

from bot.rules.language import lexicon, markup, model, recipients, spans, verdict, wording
from bot.rules.language.spans import Span

__all__ = ["Reading", "Span", "may_concern", "prepare", "read"]

FEWEST_CHARACTERS = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of a message. `recipients` are ids; `flags` and their `spans` stand gravest first.

    `label` is shoutout, complaint_person, complaint_process, request or neutral. `suggestion` is another
    wording, empty if there is nothing to say.
    """

    label: str
    recipients: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    suggestion: str = ""


_NOTHING = Reading(verdict.NEUTRAL)


def prepare() -> None:
    """Read what ships with us, so that the first message need not wait for it."""
    model.weights()
    lexicon.find(())


def may_concern(text: str) -> bool:
    """Whether a message is worth reading; costs nothing, and what it turns away `read` finds neutral."""
    return len(text) >= FEWEST_CHARACTERS and " " in text.strip()


def read(text: str) -> Reading:
    """Understand a message as Slack delivers it; never raises, and keeps nothing."""
    if not may_concern(text):
        return _NOTHING
    page = markup.read(text)
    found = lexicon.find(page.tokens)
    label, flags = verdict.judge(page, found)
    if label == "shoutout":
        return Reading(label, recipients.credited(page))
    if not flags:
        return _NOTHING if label == verdict.NEUTRAL else Reading(label)
    return Reading(label, (), flags, spans.where(page, found, flags), wording.reword(page, found, flags))
