"""Everything Goodword says unprompted, as facts; they become words only at the moment of sending."""

from dataclasses import dataclass

from bot.rules.periods import Kind

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
    """Why a click did nothing: in place of the private answer that had the button, or beside it."""

    sentence: str
    in_place: bool = True


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Somebody looks at their Home tab, so it is drawn anew."""

    person: str


@dataclass(frozen=True, slots=True)
class EscalationArrived:
    """To whoever now has an escalation on their desk. No word of it is in the fact."""

    escalation: int
    to: str


@dataclass(frozen=True, slots=True)
class EscalationRedrawn:
    """What stands on somebody's desk (the outbox message `key`) is shown as it is now."""

    escalation: int
    to: str
    key: str


@dataclass(frozen=True, slots=True)
class EscalationMoved:
    """To the reporter: something was done about it."""

    escalation: int
    move: str


@dataclass(frozen=True, slots=True)
class EscalationOverdue:
    """To the holder: it waits for a working day already."""

    escalation: int


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


@dataclass(frozen=True, slots=True)
class DigestPart:
    """One message of a digest; `after` is where the one before it ended, empty for the opening one."""

    digest: Kind
    addressee: str
    period: str
    part: int = 1
    after: str = ""


@dataclass(frozen=True, slots=True)
class DigestRedrawn:
    """One message of a digest is shown as it is now."""

    digest: Kind
    addressee: str
    period: str
    part: int


@dataclass(frozen=True, slots=True)
class DigestMail:
    """The same digest to the same person by mail."""

    digest: Kind
    addressee: str
    period: str
    to: str


Message = (
    KudosPosted
    | KudosReceived
    | KudosTakenBack
    | UndoConfirmed
    | ClickRefused
    | HomeOpened
    | EscalationArrived
    | EscalationRedrawn
    | EscalationMoved
    | EscalationOverdue
    | ChartGaps
    | DigestPart
    | DigestRedrawn
    | DigestMail
)
