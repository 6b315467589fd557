"""What the bot needs of the world; `storage` provides all of it, and tests run against the real one."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from bot.messages import Message
from bot.rules.chart import FIELDS, Fact, Field, Said, Seat, Source
from bot.rules.digest import Digest, Gathered, Member, Support
from bot.rules.escalation import Escalation
from bot.rules.hearing import Wish
from bot.rules.installations import Installation, Standing
from bot.rules.installations import Space as Installed
from bot.rules.lifecycle import State
from bot.rules.people import Group, Person, Roll
from bot.rules.periods import Kind, Made
from bot.rules.recognition import Decision, Kudos, Place
from bot.rules.routing import Chain

T = TypeVar("T")
Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many kudos a person has received and given, taken-back ones not counted."""

    received: int = 0
    given: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a setting; `value` is None where the default was restored."""

    name: str
    value: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Noted:
    """What was written down of a move or a look: which escalation, what, when."""

    escalation: int
    move: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What the outbox keeps of a message to somebody: its kind, when, and what became of it."""

    kind: str
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A row of the outbox as its sender needs it.

    `key` is opaque, unique, and travels with the message, so that it can be found again.
    `unsure` says that an earlier attempt ended without an answer: it may have been sent.
    `request` is the mark of the request that queued it, for the log; empty where there was none.
    """

    id: int
    key: str
    workspace: str
    to: str
    message: Message
    attempts: int
    unsure: bool
    first_tried_at: datetime
    lease: str
    request: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a message of the outbox stands in the chat."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Given:
    """A kudos as somebody gave it, in brief."""

    number: int
    reason: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """An emoji put on a message or taken away (`added`), by whom and when, as the chat says.

    `way` is the emoji by its name; `source` is unique to what told of it.
    """

    place: Place
    person: str
    way: str
    added: bool
    happened_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Parked:
    key: str
    to: str
    kind: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is still to be said, in all workspaces.

    `messages` that are due or under way, how many seconds the `oldest` of them is late, how many are
    `parked`, and how many `connections` to the database are in use, of how many at `most`.
    """

    messages: int
    oldest: float
    parked: int
    connections: int
    most: int = 1


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import did: how many members its source now speaks of, and how that differs from before."""

    total: int
    new: int
    changed: int
    gone: int


class People(Protocol):
    def look_up(self, people: Iterable[str], groups: Iterable[str], handles: Iterable[str]) -> Roll:
        """Find the people and groups, with the members of the groups; who is unknown is left out."""

    def chain(self, person: str) -> Chain:
        """Give a person's managers upward, reading only those rows, however large the company is."""

    def chains(self, ids: Iterable[str]) -> Mapping[str, Chain]:
        """Give the chains of several at once, such as the members of a team."""

    def find(self, person: str) -> Person | None: ...

    def groups(self) -> list[Group]:
        """Every user group, without its members."""

    def known(self, ids: Iterable[str]) -> Mapping[str, Person]:
        """Those of the ids that are in the directory."""

    def with_emails(self, emails: Iterable[str]) -> Mapping[str, str]:
        """The ids of colleagues by e-mail, in lower case; who is not in Slack is left out."""

    def administrators(self) -> list[Person]: ...

    def put(self, people: Sequence[Person], now: datetime, *, seat: bool = True) -> None:
        """Keep people as they are now, and `seat` them where places in the chart wait for one of them."""

    def put_group(self, group: Group, now: datetime) -> None: ...

    def groups_of(self, person: str) -> list[Group]:
        """The user groups somebody is in, without their members."""

    def forget(self, person: str, now: datetime) -> None:
        """Name them no more in what is older than now; if they have left, take their names out as well."""

    def count(self) -> int: ...


class Chart(Protocol):
    """Who reports to whom. To read somebody's managers, ask `People.chain`."""

    def replace(self, source: Source, facts: Sequence[Fact]) -> Changes:
        """Let a source say this, and nothing else any more."""

    def say(self, source: Source, facts: Sequence[Fact], about: Collection[Field] = FIELDS) -> None:
        """Let a source say this of these members; what it said of others, or about other fields, stays."""

    def said_of(self, member: str) -> Said: ...

    def of(self, member: str) -> Fact:
        """What is in force: manager, department, title."""

    def reports_of(self, manager: str) -> int:
        """How many report to somebody, not counting those who left."""

    def seat(self) -> None:
        """Give places that wait for somebody who was met since to them."""

    def everybody(self) -> list[Seat]: ...

    def forget(self, member: str) -> None:
        """Take out what is said of somebody, but for the way up of those who still report to them."""


class Claims(Protocol):
    """Work that is to be done once, however many replicas see that it is due."""

    def take(self, kind: str, due_key: str, now: datetime, hold: timedelta | None = None) -> int:
        """Claim it; gives which attempt this is, or 0 where it is somebody else's or done.

        With `hold` it is free again after that time, unless it is held longer or for good.
        """

    def hold(self, kind: str, due_key: str, until: datetime | None) -> None:
        """Keep what was claimed until then; None: for good, for it is done."""

    def is_news(self, kind: str, due_key: str, now: datetime) -> bool:
        """Keep `due_key` as the latest of its kind; whether it was another before."""


class KudosShelf(Protocol):
    def record(self, giver: Person, decision: Decision, source: str, now: datetime) -> tuple[int, bool]:
        """Keep a kudos and count it; the same `source` again gives the same number and False."""

    def recorded(self, source: str) -> Kudos | None:
        """Return what this very request recorded earlier."""

    def so_far(
        self, giver: str, source: str, since: datetime, limit: int
    ) -> tuple[Kudos | None, list[Given]]:
        """What this very request recorded earlier; and what the giver gave since then, latest first.

        Of the latter not what was taken back, and no more than `limit`.
        """

    def read(self, number: int) -> Kudos | None: ...

    def latest_by(self, giver: str) -> Kudos | None:
        """Return the giver's last kudos that was not taken back."""

    def take_back(self, number: int, source: str, now: datetime) -> bool:
        """Reverse a kudos in ledger and totals; False when it was reversed before."""

    def taken_back_by(self, source: str) -> int | None:
        """Return the number of the kudos that this very request took back earlier."""

    def received_by(self, person: str, limit: int) -> list[Kudos]: ...

    def given_by(self, person: str, limit: int) -> list[Kudos]: ...

    def received_by_any(self, people: Collection[str], since: datetime, limit: int) -> list[Kudos]:
        """Standing kudos to any of them since then, the latest first."""

    def all_of(self, person: str) -> list[Kudos]:
        """Every kudos somebody gave or was thanked by, those taken back too, the latest first."""

    def erase(self, person: str) -> tuple[list[int], list[int]]:
        """Erase the words somebody gave, and those that thanked nobody but them; the ledger stays.

        Gives the numbers of these, and of those in which others were thanked beside them.
        """

    def counts(self, person: str) -> Counts: ...

    def following(self, place: Place, *beginnings: str) -> list[Kudos]:
        """Every standing kudos about this message whose source begins so: its words are the message's."""

    def by_mark(self, giver: str, place: Place) -> Kudos | None:
        """The standing kudos that this giver's emoji on this message is."""

    def reword(self, number: int, reason: str, tags: Sequence[str], at: datetime) -> bool:
        """Follow an edit made at that time; False where a later one was followed already."""

    def pass_on(self, number: int, manager: str, words: str, now: datetime) -> bool:
        """Keep what a manager says to their people about it; False where they said something before."""

    def passed_on(self, number: int, manager: str) -> str | None: ...

    def to_ask(self, since: datetime, until: datetime, limit: int) -> list[int]:
        """Numbers of standing kudos given then, whose giver is here and was not asked what they yielded."""

    def asked(self, number: int, now: datetime) -> bool:
        """Keep that its giver is asked; False where they were before."""

    def yielded(self, number: int, outcome: str, now: datetime) -> bool:
        """Keep what it yielded; False where that was told before."""

    def given_to(self, giver: str, people: Iterable[str], since: datetime) -> int:
        """How many standing kudos the giver gave to any of these people since then."""

    def disagreements(self) -> list[str]:
        """Recompute every total from the ledger, and who joined in; one sentence for each that differs."""

    def size(self) -> int: ...


class Joining(Protocol):
    """Who joined in a kudos, and who put the emoji that thanks on a message, told in any order."""

    def note(
        self, number: int, person: str, way: str, happened_at: datetime, source: str, *, joined: bool
    ) -> bool:
        """Write down that somebody joined in or took that back in this way; False when told before.

        Of each way the latest counts, by when it happened; somebody has joined in while any way says so.
        """

    def has_joined(self, number: int, person: str) -> bool: ...

    def ways(self, number: int, person: str) -> list[str]:
        """The ways in which somebody joins in now."""

    def knows(self, number: int, person: str, way: str) -> bool:
        """Whether this way was ever told of."""

    def mark(self, mark: Mark) -> bool:
        """Write down a mark; False when told before."""

    def marked(self, place: Place, person: str) -> bool:
        """Whether any mark of this person stands on this message now."""

    def knows_mark(self, place: Place, person: str, way: str) -> bool: ...


class Preferences(Protocol):
    def choose(self, person: str, wish: Wish, now: datetime) -> None: ...

    def of(self, people: Iterable[str]) -> Mapping[str, Wish]:
        """How each likes to be thanked; who never chose is left out."""


class Escalations(Protocol):
    """Escalations, whose words are encrypted in the database."""

    def open(self, escalation: Escalation, source: str) -> tuple[int, bool]:
        """Keep a new one (its number is chosen here); the same `source` again gives the first and False."""

    def read(self, number: int, *, for_change: bool = False) -> Escalation | None:
        """Read one; `for_change` lets no other transaction change it until this one ends."""

    def change(self, escalation: Escalation) -> None:
        """Keep it as it is now; words that cannot be read stay as they are."""

    def note_move(self, escalation: Escalation, move: str, by: str, source: str, now: datetime) -> bool:
        """Write down a move or a look; False when this very request did so before."""

    def made(self, source: str) -> bool:
        """Whether this very request made its move before."""

    def opened_by(self, number: int, person: str, holder: str) -> bool:
        """Whether this person opened it while this holder had it (how a channel's members are known)."""

    def held(self, number: int) -> list[tuple[str, State]]:
        """Everybody who had it on their desk so far, with the states in which they did."""

    def reported_by(self, person: str, limit: int | None) -> list[Escalation]: ...

    def held_by(self, holder: str, limit: int | None) -> list[Escalation]: ...

    def about(self, subject: str, reporter: str, since: datetime) -> int:
        """How many escalations the reporter opened about a person or team since then."""

    def due(self, now: datetime, limit: int) -> list[int]:
        """Numbers of open escalations whose holder has let the time pass."""

    def erase_closed_before(self, moment: datetime, now: datetime, limit: int) -> list[int]:
        """Erase the words of some that were closed before then; the counts remain. Gives their numbers."""

    def erase_reported_by(self, person: str, now: datetime) -> list[int]:
        """Erase the words of all that this person reported, and who reported it. Gives the numbers."""

    def moves_by(self, person: str) -> list[Noted]:
        """Every move somebody made and every look they took, in their order."""

    def unreadable(self) -> int:
        """How many there are whose words cannot be read with the keys at hand."""


ForReview = tuple[int, str]
"""What a manager keeps for a review: the number of a kudos, and the id of whom it is about."""


class Reviews(Protocol):
    def people_of(self, manager: str) -> list[Person]:
        """Who reports to somebody and is in the chat, by name."""

    def kept_by(self, manager: str) -> frozenset[ForReview]: ...

    def keep(self, manager: str, what: ForReview, now: datetime) -> None: ...

    def let_go(self, manager: str, what: ForReview) -> None: ...


class Capture(Protocol):
    """What is done about thanks in ordinary talk, and who is not to be asked."""

    def mode(self, channel: str) -> str:
        """The mode chosen for a channel; empty where none was."""

    def modes(self) -> Mapping[str, str]:
        """Every channel for which one was chosen."""

    def choose(self, channel: str, mode: str, by: str, now: datetime) -> None:
        """Keep a channel's mode; empty: none of its own any more."""

    def mute(self, person: str, what: str, now: datetime) -> None: ...

    def is_muted(self, person: str, what: str) -> bool: ...


class Outbox(Protocol):
    def put(self, to: str, message: Message, now: datetime, about: str = "") -> str:
        """Queue a message for a channel, a person or an address; gives its key."""

    def put_keyed(self, key: str, to: str, message: Message, now: datetime, about: str = "") -> bool:
        """Queue a message under a key of the caller's own; False where the key was used before."""

    def amend(self, key: str, message: Message) -> None:
        """Put another fact in its place, as long as nobody tried to send it."""

    def about(self, subject: str) -> list[tuple[str, str]]:
        """(key, to) of every message queued so far about a subject, take-backs excluded."""

    def sent(self, key: str) -> Sent | None:
        """Where a message stands in the chat, if it was sent."""

    def kept_for(self, to: str) -> list[Kept]:
        """Every message to one destination, in their order."""

    def message(self, key: str) -> Message | None: ...

    def standing_at(self, place: Place) -> Message | None:
        """What was sent to this place in the chat."""

    def standing_in(self, channel: str, kind: type[Message]) -> list[str]:
        """The keys of what of this kind was sent to a channel of the chat, in their order."""

    def put_once(self, to: str, message: Message, now: datetime, about: str) -> None:
        """Queue a message unless one about the same subject waits already and nobody is sending it."""

    def parked(self) -> list[Parked]:
        """Messages that Slack refused for good."""

    def release(self, now: datetime, to: str | None = None) -> int:
        """Let parked messages try again, all or those to one destination; gives their number."""


class Traces(Protocol):
    """What one person left beside their kudos and escalations."""

    def of(self, person: str) -> Mapping[str, list[dict[str, Any]]]:
        """All of it under titles, each row as it can be written down as JSON."""

    def passed_on_by(self, manager: str) -> list[int]:
        """The numbers of the kudos that they passed on to their people."""

    def joined_by(self, person: str) -> list[int]:
        """The numbers of the kudos in which they have joined."""

    def erase(self, person: str, numbers: Collection[int]) -> None:
        """Take out what they said of kudos, what others said of these ones, and what is kept of them."""


class Digests(Protocol):
    """Which digests were made, and what they are made of."""

    def beginning(self) -> datetime | None:
        """When there was anything to tell: the first kudos, or when the workspace was added."""

    def latest(self, kind: Kind) -> Mapping[str, Made]:
        """The last one to each addressee."""

    def made(self, kind: Kind, addressee: str, period: str) -> Made | None: ...

    def before(self, kind: Kind, addressee: str, moment: datetime) -> Made | None:
        """The last one that ended before then."""

    def write(self, kind: Kind, addressee: str, made: Made, now: datetime) -> bool:
        """Write one down; False where the digest of this period was made before."""

    def draft(self, kind: Kind, addressee: str, period: str) -> Digest | None:
        """What was kept of one, if nothing was taken back or changed since of what it is made of."""

    def keep_draft(self, kind: Kind, addressee: str, period: str, told: Digest, now: datetime) -> None:
        """Keep in this process what was read after `draft` was asked, for the messages that follow."""

    def let_draft_go(self, kind: Kind, addressee: str, period: str) -> None: ...

    def let_drafts_go(self, before: datetime) -> None:
        """Forget those that were kept before then, of whichever workspace."""

    def gather(
        self, since: datetime, until: datetime, support: Support, to: Collection[str] | None = None
    ) -> Gathered:
        """What stands of what was given in a period, to anybody or to one of these people."""

    def support(self, departments: Iterable[str], groups: Collection[str]) -> Support:
        """Who counts as support staff, as `gather` and the others want to know."""

    def staff(self, support: Support) -> frozenset[str]:
        """Everybody who is support staff."""

    def managers(self, support: Support) -> list[Person]:
        """Everybody to whom support staff report, in order of ids; for one who left, who is above."""

    def teams(self, managers: Iterable[str], support: Support) -> Mapping[str, tuple[Member, ...]]:
        """The support staff who report to each manager, or to somebody below who left."""

    def last_thanked(self, ids: Iterable[str], until: datetime) -> Mapping[str, datetime]:
        """When each was last thanked before then; who never was is left out."""

    def thanked(self, since: datetime, until: datetime) -> frozenset[str]:
        """Everybody who was thanked in a period."""


class Numbers(Protocol):
    """Numbers about escalations, for which no key is needed."""

    def about_teams(self, since: datetime, least: int) -> Mapping[str, int]:
        """How many there were since then about each team (its id), where there were at least so many."""


class Settings(Protocol):
    def current(self) -> Mapping[str, str]:
        """Every value that was set; what is missing has its default."""

    def change(self, name: str, value: str | None, by: str, now: datetime) -> None: ...

    def history(self) -> list[Change]: ...


class Space(Protocol):
    """The workspace as a whole."""

    def channel_moved(self, old: str, new: str) -> None:
        """Let a channel go by its new id wherever something is kept of it; a log that only grows is left."""

    def has_left(self, before: datetime) -> bool:
        """Whether the app was removed from it before then, and nothing was erased yet."""

    def forget(self, now: datetime) -> None:
        """Erase what people wrote and who they were; numbers and ids remain."""


class Work(Protocol):
    """One transaction in one workspace: it commits when the function returns, and not when it raises."""

    @property
    def workspace(self) -> str: ...

    def one_at_a_time(self, matter: str) -> None:
        """Wait until no other transaction of this workspace deals with the same matter."""

    def alone_with(self, matter: str) -> bool:
        """The same without waiting; False where another transaction deals with it now."""

    @property
    def people(self) -> People: ...
    @property
    def chart(self) -> Chart: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def kudos(self) -> KudosShelf: ...
    @property
    def joining(self) -> Joining: ...
    @property
    def preferences(self) -> Preferences: ...
    @property
    def escalations(self) -> Escalations: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def capture(self) -> Capture: ...
    @property
    def traces(self) -> Traces: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def digests(self) -> Digests: ...
    @property
    def numbers(self) -> Numbers: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def space(self) -> Space: ...


class Transact(Protocol):
    def __call__(self, workspace: str, fn: Callable[[Work], T], /) -> Awaitable[T]:
        """Run `fn` in one transaction of the workspace, away from the event loop."""


class Installations(Protocol):
    """Where the app is installed, in one transaction that concerns every workspace."""

    def standing(self) -> Standing:
        """Every workspace that is served now."""

    def find(self, account: str) -> Installation | None:
        """An installation that stands, with its token."""

    def keep(self, made: Installation, spaces: Sequence[Installed], now: datetime) -> None: ...

    def add(self, made: Installation, spaces: Sequence[Installed], now: datetime) -> None: ...

    def end(self, account: str, now: datetime) -> None: ...

    def end_held(self, held: Installation, now: datetime) -> bool:
        """End it unless it was installed anew, or its token renewed, since it was read."""

    def end_spaces(self, account: str, left: Sequence[str], now: datetime) -> None: ...

    def begin_renewal(self, held: Installation, now: datetime, until: datetime) -> bool: ...

    def end_renewal(self, held: Installation, until: datetime) -> None: ...

    def renewed(self, held: Installation, token: str, refresh_token: str, expires_at: datetime) -> bool: ...

    def use_state(self, digest: str, now: datetime, until: datetime) -> bool:
        """Whether this is the first time that it is brought back; remembered until it has run out."""

    def to_erase(self, before: datetime) -> Sequence[str]: ...


class Register(Protocol):
    def __call__(self, fn: Callable[[Installations], T], /) -> Awaitable[T]:
        """Run `fn` in one transaction on the installations, away from the event loop."""


class PostOffice(Protocol):
    """The outbox of all workspaces, as the sender of messages sees it; each call is one transaction."""

    async def claim(
        self,
        now: datetime,
        limit: int,
        *,
        workspaces: Collection[str] | None = None,
        besides: Collection[int] = (),
    ) -> Sequence[Letter]:
        """Take up to `limit` letters, at most one per destination, under a lease.

        `workspaces` are those the caller can write to (None: all of them), and `besides` the ids of
        letters that it is still busy with.
        """

    async def sent(self, letter: Letter, where: Sent | None, now: datetime) -> None: ...

    async def later(self, letter: Letter, at: datetime, reason: str, *, unsure: bool) -> None:
        """Try again at `at`; `unsure` unless it is certain that nothing was sent."""

    async def park(self, letter: Letter, reason: str, now: datetime, *, unsure: bool) -> None:
        """Set aside until a person releases it; `unsure` as above."""

    async def drop(self, letter: Letter, now: datetime) -> None:
        """Forget a letter that has nothing to say any more."""
