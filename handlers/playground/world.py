"""What there is in the pretend workspace at this moment: people, conversations, messages, views."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from handlers.playground.clock import PretendClock
from handlers.playground.company import Company, Group, Person

Json = dict[str, Any]

SLACKBOT = Person("USLACKBOT", "slackbot", "Slackbot", "Slackbot", tz="", emoji="🤖")


@dataclass(eq=False)
class Post:
    """A message; `author` is a user id, also for the app's own.

    `pings` is whom it called when it was last written, `seen` caches how it reads.
    """

    ts: str
    channel: str
    author: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    files: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    subtype: str | None = None
    edited: str | None = None
    deleted: bool = False
    ephemeral_to: str | None = None
    link_names: bool = False
    mrkdwn: bool = True
    client_msg_id: str | None = None
    pings: frozenset[str] | None = None
    seen: Any = field(default=None, repr=False)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(eq=False)
class Upload:
    """A file on its way: announced, then received, then shared."""

    id: str
    name: str
    length: int
    secret: str
    content: bytes | None = None
    shared: bool = False

    def file(self, title: str) -> Json:
        return {"id": self.id, "name": self.name, "title": title, "mode": "hosted"}


@dataclass
class Conversation:
    """`kind` is public, private, im or mpim; the posts lie in the order of their ts."""

    id: str
    name: str
    kind: str
    members: set[str]
    archived: bool = False
    shared: bool = False
    topic: str = ""
    posts: dict[str, Post] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)
    threads: dict[str, list[Post]] = field(default_factory=dict)

    def keep(self, post: Post) -> None:
        self.posts[post.ts] = post
        if post.thread_ts and post.is_reply:
            self.threads.setdefault(post.thread_ts, []).append(post)

    def live(self) -> Iterator[Post]:
        """Newest first, for whoever looks seldom wants all of them."""
        return (post for post in reversed(self.posts.values()) if not post.deleted)

    def replies(self, ts: str) -> list[Post]:
        return [post for post in self.threads.get(ts, ()) if not post.deleted]


@dataclass(eq=False)
class View:
    """A modal or a Home tab; `given` is the view as the app sent it, `state` the values held in it."""

    id: str
    user: str
    given: Json
    hash: str
    state: Json = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    previous_id: str | None = None
    root_id: str = ""


class World:
    """The state, with the look-ups everybody needs. It knows no rule and sends nothing."""

    def __init__(self, company: Company, clock: PretendClock) -> None:
        self.company = company
        self.clock = clock
        self.people: dict[str, Person] = {person.id: person for person in (*company.people, SLACKBOT)}
        self.groups: dict[str, Group] = {group.id: group for group in company.groups}
        self.conversations: dict[str, Conversation] = {}
        self.ephemerals: list[Post] = []
        self.uploads: dict[str, Upload] = {}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.choices: dict[tuple[str, str], Json] = {}  # (user, ts) → what they chose in that message
        self.toasts: dict[str, list[tuple[int, str]]] = {}
        self._last_ts = 0
        self._numbers = itertools.count(1)
        for room in company.channels:
            kind = "private" if room.private else "public"
            self.conversations[room.id] = Conversation(
                room.id, room.name, kind, set(room.members), room.archived, room.shared, room.topic
            )

    @property
    def bot(self) -> Person:
        return self.people[self.company.bot_user]

    def new_ts(self) -> str:
        """Slack's ts: seconds and microseconds, unique and rising even on a clock that stands still."""
        micros = max(int(self.clock.now().timestamp() * 1_000_000), self._last_ts + 1)
        self._last_ts = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def new_id(self, letter: str) -> str:
        return f"{letter}1{next(self._numbers):09d}"

    def number(self) -> int:
        return next(self._numbers)

    def local(self, person: Person) -> bool:
        return person.team is None or person.team == self.company.id

    def im(self, one: str, other: str) -> Conversation:
        """The direct conversation of two people, opened if there was none."""
        both = {one, other}
        for conversation in self.conversations.values():
            if conversation.kind == "im" and conversation.members == both:
                return conversation
        opened = Conversation(self.new_id("D"), "", "im", both)
        self.conversations[opened.id] = opened
        return opened

    def mpim(self, people: list[str]) -> Conversation:
        """The direct conversation of several, opened if there was none; Slack names it by their handles."""
        found = next(
            (c for c in self.conversations.values() if c.kind == "mpim" and c.members == {*people}), None
        )
        if found is None:
            name = f"mpdm-{'--'.join(self.people[id].handle for id in people)}-1"
            found = Conversation(self.new_id("C"), name, "mpim", {*people})
            self.conversations[found.id] = found
        return found

    def named(self, name: str) -> Conversation | None:
        wanted = name.removeprefix("#")
        rooms = (room for room in self.conversations.values() if room.kind != "im")
        return next((room for room in rooms if room.name == wanted), None)

    def by_handle(self, handle: str) -> Person | None:
        wanted = handle.casefold()
        for person in self.people.values():
            if wanted in {person.handle.casefold(), person.display_name.casefold()}:
                return person
        return None

    def group_by_handle(self, handle: str) -> Group | None:
        wanted = handle.casefold()
        return next((group for group in self.groups.values() if group.handle.casefold() == wanted), None)

    def can_see(self, user: str, conversation: Conversation) -> bool:
        person = self.people[user]
        if person.deleted:
            return False
        everybody = conversation.kind == "public" and self.local(person) and not person.is_guest
        return everybody or user in conversation.members

    def visible(self, user: str) -> Iterator[Conversation]:
        return (room for room in self.conversations.values() if self.can_see(user, room))

    def post(self, ts: str, channel: str | None = None) -> Post | None:
        """The living message with this ts; without a channel, wherever it stands."""
        rooms = self.conversations.values() if channel is None else [self.conversations[channel]]
        found = next((room.posts[ts] for room in rooms if ts in room.posts), None)
        return None if found is None or found.deleted else found

    def ephemeral(self, ts: str) -> Post | None:
        return next((post for post in self.ephemerals if post.ts == ts), None)

    def view(self, view_id: str) -> View | None:
        stacked = itertools.chain.from_iterable(self.stacks.values())
        return next((v for v in itertools.chain(stacked, self.homes.values()) if v.id == view_id), None)
