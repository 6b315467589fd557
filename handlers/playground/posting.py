"""Messages as Slack writes them in JSON, and what happens when one is posted, changed or removed."""

import copy
import secrets
from collections.abc import Iterable
from typing import Any

from handlers.playground.caller import Delivery
from handlers.playground.company import Person
from handlers.playground.events import CHANNEL_TYPE
from handlers.playground.workspace import Workspace
from handlers.playground.world import Conversation, Json, Post


def with_ids(blocks: Iterable[Json]) -> list[Json]:
    """A copy of the blocks in which Slack has named what the app left without a name."""
    named = copy.deepcopy(list(blocks))
    for block in named:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        for element in elements_of(block):
            if element.get("type") not in {"image", "plain_text", "mrkdwn"}:
                element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return named


def elements_of(block: Json) -> list[Json]:
    """What can be pressed or filled in a block."""
    if block["type"] == "actions":
        return list(block["elements"])
    if block["type"] == "section":
        return [block["accessory"]] if block.get("accessory") else []
    return [block["element"]] if block["type"] == "input" else []


def bot_profile(slack: Workspace) -> Json:
    return {
        "id": slack.company.bot_id,
        "app_id": slack.company.app_id,
        "name": slack.manifest.name,
        "deleted": False,
        "team_id": slack.company.id,
    }


def _author(slack: Workspace, author: Person) -> Json:
    if author.id == slack.company.bot_user:
        ids = {"bot_id": slack.company.bot_id, "app_id": slack.company.app_id}
        return {"user": author.id, **ids, "bot_profile": bot_profile(slack)}
    if author.is_bot:
        return {"user": author.id, "bot_id": f"B{author.id[1:]}", "subtype": "bot_message"}
    return {"user": author.id}


def message_json(slack: Workspace, post: Post, *, metadata: bool = False) -> Json:
    """The message as history and events carry it; a metadata payload only where it is asked for."""
    author = slack.world.people[post.author]
    shape: Json = {"type": "message", **_author(slack, author), "text": post.text, "ts": post.ts}
    shape["team"] = author.team or slack.company.id
    extras = {
        "subtype": post.subtype,
        "client_msg_id": post.client_msg_id,
        "blocks": post.blocks,
        "attachments": post.attachments,
        "files": post.files,
        "thread_ts": post.thread_ts,
        "metadata": _metadata(post, whole=metadata),
        "edited": {"user": post.author, "ts": post.edited} if post.edited else None,
        "reactions": [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in post.reactions.items()
        ],
    }
    return shape | {key: value for key, value in extras.items() if value} | _thread(slack, post)


def _metadata(post: Post, *, whole: bool) -> Json | None:
    if post.metadata is None or whole:
        return post.metadata
    return {"event_type": post.metadata["event_type"]}


def _thread(slack: Workspace, post: Post) -> Json:
    room = slack.world.conversations[post.channel]
    if post.is_reply and post.thread_ts in room.posts:
        return {"parent_user_id": room.posts[post.thread_ts].author}
    replies = [] if post.is_reply else room.replies(post.ts)
    if not replies:
        return {}
    return {
        "thread_ts": post.ts,
        "reply_count": len(replies),
        "reply_users": list(dict.fromkeys(reply.author for reply in replies)),
        "latest_reply": replies[-1].ts,
    }


def _in(room: Conversation, ts: str) -> Json:
    return {"channel": room.id, "event_ts": ts, "channel_type": CHANNEL_TYPE[room.kind]}


def post(slack: Workspace, room: Conversation, author: str, text: str, **more: Any) -> Post:
    """Put a message into a conversation; `announce` is the caller's next step."""
    made = Post(slack.world.new_ts(), room.id, author, text, **more)
    room.keep(made)
    slack.changed(made)
    if made.is_reply and made.thread_ts in room.posts:
        slack.changed(room.posts[made.thread_ts])
    return made


def announce(slack: Workspace, made: Post) -> list[Delivery]:
    """The events of a new message."""
    room = slack.world.conversations[made.channel]
    event = message_json(slack, made, metadata=True) | _in(room, made.ts)
    deliveries = slack.emit(event, room)
    bot = slack.company.bot_user
    if f"<@{bot}>" in made.text and room.kind != "im" and made.author != bot:
        deliveries += slack.emit(event | {"type": "app_mention"}, room)
    return deliveries


def edit(slack: Workspace, made: Post, **changes: Any) -> list[Delivery]:
    """Change a living message and return the message_changed event."""
    before = message_json(slack, made)
    for name, value in changes.items():
        setattr(made, name, value)
    made.pings = None
    slack.changed(made)
    room, ts = slack.world.conversations[made.channel], slack.world.new_ts()
    changed = {"message": message_json(slack, made, metadata=True), "previous_message": before}
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": ts, **changed}
    return slack.emit(event | _in(room, ts), room)


def remove(slack: Workspace, made: Post) -> list[Delivery]:
    """Delete a message and return the message_deleted event."""
    before = message_json(slack, made)
    made.deleted, made.blocks, made.text, made.pings = True, [], "", None
    made.attachments, made.metadata, made.reactions = [], None, {}
    slack.changed(made)
    room, ts = slack.world.conversations[made.channel], slack.world.new_ts()
    event = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": ts}
    event |= {"deleted_ts": made.ts, "previous_message": before}
    return slack.emit(event | _in(room, ts), room)


def whisper(slack: Workspace, room: Conversation, user: str, text: str, **more: Any) -> Post:
    """A message of the app that only one person sees; no event tells of it."""
    made = Post(slack.world.new_ts(), room.id, slack.company.bot_user, text, ephemeral_to=user, **more)
    slack.world.ephemerals.append(made)
    slack.changed(made)
    return made


def reaction_event(slack: Workspace, made: Post, user: str, name: str, kind: str) -> list[Delivery]:
    event = {
        "type": kind,
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": made.channel, "ts": made.ts},
        "item_user": made.author,
        "event_ts": slack.world.new_ts(),
    }
    return slack.emit(event, slack.world.conversations[made.channel])


def add_reaction(slack: Workspace, made: Post, user: str, name: str) -> list[Delivery] | None:
    """None if it is there already."""
    users = made.reactions.setdefault(name, [])
    if user in users:
        return None
    users.append(user)
    slack.changed(made)
    return reaction_event(slack, made, user, name, "reaction_added")


def drop_reaction(slack: Workspace, made: Post, user: str, name: str) -> list[Delivery] | None:
    """None if it was not there."""
    if user not in made.reactions.get(name, []):
        return None
    made.reactions[name].remove(user)
    if not made.reactions[name]:
        del made.reactions[name]
    slack.changed(made)
    return reaction_event(slack, made, user, name, "reaction_removed")
