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
class KudosForManager:
    """To a manager: their people were thanked."""

    kudos: int
    manager: str


@dataclass(frozen=True, slots=True)
class KudosPassedOn:
    """To one recipient, in private: their manager adds their own thanks."""

    kudos: int
    manager: str
    recipient: str


@dataclass(frozen=True, slots=True)
class KudosRedrawn:
    """What stands in the chat (the outbox message `key`) is shown as it is now."""

    kudos: int
    key: str


@dataclass(frozen=True, slots=True)
class KudosNoted:
    """To who put the emoji on a message, there and in private: it is a kudos now."""

    kudos: int
    giver: str
    channel: str


@dataclass(frozen=True, slots=True)
class EmojiRefused:
    """To who put the emoji on a message, there and in private: why it thanked nobody."""

    sentence: str
    giver: str
    channel: str


@dataclass(frozen=True, slots=True)
class JoiningTold:
    """Beside the post whose button was clicked, or in place of that answer: whether one has joined in."""

    kudos: int
    person: str
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class OutcomeAsked:
    """To the giver, once: the question what came of it."""

    kudos: int


@dataclass(frozen=True, slots=True)
class OutcomeTold:
    """To one recipient, or to the manager through whom they hear: what came of it, as the giver says."""

    kudos: int
    to: str


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
class EscalationRetold:
    """What the reporter was told of how it ended (the outbox message `key`) is shown without its words."""

    escalation: int
    key: str


@dataclass(frozen=True, slots=True)
class EscalationTalk:
    """To both managers together, when it was taken from `first` to `second`: here they can talk it over.

    It stands in the queue of the second, so that it comes after what is on their desk.
    """

    escalation: int
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class EscalationTalkRedrawn:
    """What both managers were shown together (the outbox message `key`) is shown without its words."""

    escalation: int
    key: str


@dataclass(frozen=True, slots=True)
class EscalationOverdue:
    """To the holder: it waits for a working day already."""

    escalation: int


AND_SO_ON = "…"


@dataclass(frozen=True, slots=True)
class ChartGaps:
    """To one administrator: where the org chart leaves somebody without a manager to turn to.

    Ids of members, of each kind the first few and the number of all; `left` are managers who are gone.
    A long circle ends with `AND_SO_ON`.
    """

    to: str
    without: tuple[str, ...]
    circles: tuple[tuple[str, ...], ...]
    left: tuple[str, ...]
    counts: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class StandInUnfit:
    """To one administrator: why nothing can be brought to the channel that stands in for managers."""

    to: str
    why: str


@dataclass(frozen=True, slots=True)
class DigestPart:
    """One message of a digest, by its kind: weekly, manager or executive.

    `after` is where the message before it ended; empty for the opening one.
    """

    digest: str
    addressee: str
    period: str
    part: int = 1
    after: str = ""


@dataclass(frozen=True, slots=True)
class DigestRedrawn:
    """One message of a digest is shown as it is now."""

    digest: str
    addressee: str
    period: str
    part: int


@dataclass(frozen=True, slots=True)
class DigestMail:
    """The same digest to the same person by mail."""

    digest: str
    addressee: str
    period: str
    to: str


@dataclass(frozen=True, slots=True)
class ReviewExported:
    """To a manager: a file with what was said of their people, as Markdown (`md`) or CSV (`csv`).

    `days` reach back from `asked_at` (ISO 8601); `one` is a person's id, or empty for everybody.
    """

    manager: str
    form: str
    days: int
    one: str
    asked_at: str


@dataclass(frozen=True, slots=True)
class DataExported:
    """To one person: all that is kept about them, in parts, of which this is one (from 1)."""

    person: str
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class DataErased:
    """To one person: what they said is erased, as they asked."""

    person: str


@dataclass(frozen=True, slots=True)
class ShoutoutNoticed:
    """To the author of a message that thanks: shall it be recorded? Ids only, and no word of it."""

    author: str
    channel: str
    ts: str
    credited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaptureAnswered:
    """In place of a private question: what became of it; `kudos` is 0 where nothing was recorded."""

    answer: str
    person: str
    kudos: int = 0


@dataclass(frozen=True, slots=True)
class Reacted:
    """An emoji of Goodword's on a message that was recorded without a question."""

    channel: str
    ts: str
    emoji: str


Message = (
    KudosPosted
    | KudosReceived
    | KudosForManager
    | KudosPassedOn
    | KudosRedrawn
    | KudosNoted
    | EmojiRefused
    | JoiningTold
    | OutcomeAsked
    | OutcomeTold
    | KudosTakenBack
    | UndoConfirmed
    | ClickRefused
    | HomeOpened
    | EscalationArrived
    | EscalationRedrawn
    | EscalationRetold
    | EscalationTalk
    | EscalationTalkRedrawn
    | EscalationMoved
    | EscalationOverdue
    | ChartGaps
    | StandInUnfit
    | DigestPart
    | DigestRedrawn
    | DigestMail
    | ReviewExported
    | ShoutoutNoticed
    | CaptureAnswered
    | Reacted
    | DataExported
    | DataErased
)
