"""What each person has been shown: comparable, printable, and cheap to ask for often."""

from dataclasses import dataclass, field

from handlers.playground.reading import pings, plain, plain_blocks, words
from handlers.playground.world import Conversation, Json, Post, View, World


@dataclass(frozen=True)
class Message:
    """One message as it stands. `user` is its author's id, `bot` whether an app wrote it."""

    channel: str
    ts: str
    user: str
    bot: bool
    text: str
    plain: str
    blocks: list[Json] = field(repr=False)
    metadata: Json | None
    reactions: dict[str, tuple[str, ...]]
    thread_ts: str | None
    pings: frozenset[str]
    edited: bool = False
    deleted: bool = False
    ephemeral_to: str | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownView:
    """A modal (or Home tab) as it lies open; `state` is block_id → action_id → Slack's value object."""

    id: str
    type: str
    callback_id: str
    title: str
    submit: str
    close: str
    plain: str
    blocks: list[Json] = field(repr=False)
    private_metadata: str = ""
    state: Json = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    hash: str = field(default="", repr=False)


@dataclass(frozen=True)
class Shown:
    """Everything one person sees: the app's direct messages, the channels by name, and the rest."""

    dms: list[Message] = field(default_factory=list)
    channels: dict[str, list[Message]] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    views: list[ShownView] = field(default_factory=list)
    home: list[Json] | None = None
    home_view: ShownView | None = None
    toasts: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"  direct: {_line(message)}" for message in self.dms]
        for name, messages in self.channels.items():
            lines += [f"  #{name}: {_line(message)}" for message in messages]
        lines += [f"  only to them: {_line(message)}" for message in self.ephemerals]
        lines += [f"  modal: {view.title} — {view.plain!r} {view.errors or ''}" for view in self.views]
        lines += [f"  home: {self.home_view.plain!r}"] if self.home_view else []
        lines += [f"  toast: {toast}" for toast in self.toasts]
        return "\n".join(lines) or "  nothing"


def _line(message: Message) -> str:
    extras = [f"pings {sorted(message.pings)}"] if message.pings else []
    extras += [f"reactions {message.reactions}"] if message.reactions else []
    return f"{message.user}: {message.plain!r} {' '.join(extras)}".rstrip()


def read(post: Post, world: World) -> Message:
    """The message; kept on the post until somebody clears `seen`."""
    if post.pings is None:
        post.pings = pings(post, world.conversations[post.channel], world)
    if post.seen is None:
        post.seen = _read(post, post.pings, world)
    message: Message = post.seen
    return message


def _read(post: Post, called: frozenset[str], world: World) -> Message:
    return Message(
        channel=post.channel,
        ts=post.ts,
        user=post.author,
        bot=world.people[post.author].is_bot,
        text=post.text,
        plain=plain(post, world),
        blocks=post.blocks,
        metadata=post.metadata,
        reactions={name: tuple(users) for name, users in post.reactions.items()},
        thread_ts=post.thread_ts,
        pings=called,
        edited=post.edited is not None,
        deleted=post.deleted,
        ephemeral_to=post.ephemeral_to,
        files=tuple(str(file["name"]) for file in post.files),
    )


def in_room(room: Conversation, world: World) -> list[Message]:
    """The living messages, and a tombstone where a deleted one still carries a thread."""
    threads = {post.thread_ts for post in room.posts.values() if post.is_reply and not post.deleted}
    posts = (post for post in room.posts.values() if not post.deleted or post.ts in threads)
    return [read(post, world) for post in posts]


def open_view(view: View, world: World) -> ShownView:
    given = view.given
    return ShownView(
        id=view.id,
        type=given["type"],
        callback_id=given.get("callback_id", ""),
        title=words(given.get("title"), world),
        submit=words(given.get("submit"), world),
        close=words(given.get("close"), world),
        plain=plain_blocks(given["blocks"], world),
        blocks=given["blocks"],
        private_metadata=given.get("private_metadata", ""),
        state=view.state,
        errors=dict(view.errors),
        hash=view.hash,
    )


def _is_theirs(room: Conversation, user: str, world: World) -> bool:
    """Whether it is one of their channels; what the app says to several is shown to these, not to the app."""
    return room.kind != "im" and (room.kind != "mpim" or user != world.company.bot_user)


def shown(user: str, world: World) -> Shown:
    if world.people[user].deleted:
        return Shown()
    app = {user, world.company.bot_user}
    rooms = list(world.visible(user))
    home = world.homes.get(user)
    return Shown(
        dms=[m for room in rooms if room.kind == "im" and room.members == app for m in in_room(room, world)],
        channels={room.name: in_room(room, world) for room in rooms if _is_theirs(room, user, world)},
        ephemerals=[read(post, world) for post in world.ephemerals if post.ephemeral_to == user],
        views=[open_view(view, world) for view in world.stacks.get(user, ())],
        home=None if home is None else home.given["blocks"],
        home_view=None if home is None else open_view(home, world),
        toasts=[text for _, text in world.toasts.get(user, ())],
    )
