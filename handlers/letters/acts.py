"""What can be done in Slack with a letter of the outbox."""

from dataclasses import dataclass, field
from typing import Any

from bot.ports import Sent
from bot.rules.recognition import Place


@dataclass(frozen=True, slots=True)
class Post:
    """A message to a channel (id or `#name`), to a person (id), or to several people (ids and commas).

    `places` are all those in which it may stand already, where an earlier attempt had no answer;
    `about` is the message to which it links, if there is one that Slack shows us. With `thread` it is an
    answer to that message, and stands nowhere else.

    `kept_from` are people whom it must not reach: Slack is asked in that very moment who reads the channel,
    and where one of them does, or it is not private and all our own, nothing is said. None asks nothing.
    """

    to: str
    message: dict[str, Any]
    places: tuple[str, ...]
    about: Place | None = None
    thread: Sent | None = None
    kept_from: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Redraw:
    """New words in a message that stands in the chat.

    `kept_from` is as with a post; what stands there is replaced by `withheld`, which tells nothing.
    """

    where: Sent
    message: dict[str, Any]
    about: Place | None = None
    kept_from: frozenset[str] | None = None
    withheld: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Whisper:
    """A message in a channel that one person alone sees; where Slack cannot, it is a direct message."""

    channel: str
    person: str
    message: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Remove:
    where: Sent


@dataclass(frozen=True, slots=True)
class Replace:
    """New words in place of a private answer, or a private answer beside what was clicked.

    Slack keeps the address open for 30 minutes.
    """

    address: str
    message: dict[str, Any]
    in_place: bool = True


@dataclass(frozen=True, slots=True)
class Publish:
    person: str
    view: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to a person (id), with a word beside it; `name` is unique to the letter."""

    to: str
    name: str
    title: str
    content: str
    comment: str

    @property
    def places(self) -> tuple[str, ...]:
        return (self.to,)


@dataclass(frozen=True, slots=True)
class React:
    """An emoji of ours on somebody's message."""

    place: Place
    emoji: str


@dataclass(frozen=True, slots=True)
class Unsay:
    """It is not to be said any more; if it was, it stands in one of the places and is to disappear."""

    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mail:
    """The same by mail, as plain text and as HTML."""

    address: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """It cannot be said before something else was, which a person has to mend unless it is not `for_good`."""

    reason: str
    for_good: bool = True


Act = Post | Redraw | Whisper | Remove | Replace | Publish | Upload | React | Unsay | Mail | Stuck
