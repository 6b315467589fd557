"""Everything Goodword says unprompted, as facts; they become words only at the moment of sending."""

from dataclasses import dataclass

RECOGNITION = "recognition"
"""The address of whatever channel people are thanked in, by the settings in force at sending."""


@dataclass(frozen=True, slots=True)
class KudosPosted:
    """To the recognition channel: somebody was thanked."""

    kudos: int


@dataclass(frozen=True, slots=True)
class KudosReceived:
    """To one recipient, in private."""

    kudos: int
    recipient: str


@dataclass(frozen=True, slots=True)
class KudosTakenBack:
    """Wherever `message` (the id of an outbox row) was shown, it is to disappear."""

    message: str


@dataclass(frozen=True, slots=True)
class UndoConfirmed:
    """In place of the private answer that offered to take this kudos back: it is done."""

    kudos: int


@dataclass(frozen=True, slots=True)
class ClickRefused:
    """In place of the private answer whose button was clicked: the reason why not."""

    sentence: str


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Somebody looks at their Home tab, so it is drawn anew."""

    person: str


@dataclass(frozen=True, slots=True)
class ChartGaps:
    """To one administrator: where the org chart leaves somebody without a manager to turn to.

    Ids of members, of each kind the first few and the number of all; `left` are managers who are gone.
    """

    to: str
    without: tuple[str, ...]
    circles: tuple[tuple[str, ...], ...]
    left: tuple[str, ...]
    counts: tuple[int, int, int]


Message = KudosPosted | KudosReceived | KudosTakenBack | UndoConfirmed | ClickRefused | HomeOpened | ChartGaps
