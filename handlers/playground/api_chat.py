"""Web API: chat.* and reactions.*."""

import re

from handlers.playground.args import Args
from handlers.playground.content import UPDATE_MOST, content
from handlers.playground.errors import SlackError
from handlers.playground.posting import (
    add_reaction,
    announce,
    drop_reaction,
    edit,
    message_json,
    post,
    remove,
    whisper,
)
from handlers.playground.rooms import in_it, message, need, readable, seen, writable
from handlers.playground.workspace import Workspace
from handlers.playground.world import Conversation, Json, Post

_EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def post_message(slack: Workspace, args: Args) -> Json:
    room = writable(slack, args.text("channel"))
    said = content(args)
    thread = _thread(room, args.text("thread_ts"))
    made = post(slack, room, slack.company.bot_user, **said.fields(), thread_ts=thread)
    slack.soon(slack.send_events(announce(slack, made)))
    return {"channel": room.id, "ts": made.ts, "message": message_json(slack, made, metadata=True)}


def _thread(room: Conversation, ts: str) -> str | None:
    if not ts:
        return None
    parent = room.posts.get(ts)
    if parent is None:
        raise SlackError("cannot_reply_to_message")
    return parent.thread_ts if parent.is_reply else ts


def update(slack: Workspace, args: Args) -> Json:
    room = seen(slack, args.text("channel"))
    made = _own(slack, room, args.text("ts"), "cant_update_message")
    said = content(args, most=UPDATE_MOST)
    changes: Json = {"text": said.text, "blocks": said.blocks, "attachments": said.attachments}
    if said.metadata is not None:
        changes["metadata"] = said.metadata
    slack.soon(slack.send_events(edit(slack, made, edited=slack.world.new_ts(), **changes)))
    shape = message_json(slack, made, metadata=True)
    return {"channel": room.id, "ts": made.ts, "text": made.text, "message": shape}


def _own(slack: Workspace, room: Conversation, ts: str, error: str) -> Post:
    if not in_it(slack, room) and "chat:write.public" not in slack.manifest.scopes:
        raise SlackError("not_in_channel" if room.kind == "public" else "channel_not_found")
    made = message(room, ts)
    if made.author != slack.company.bot_user:
        raise SlackError(error)
    return made


def delete(slack: Workspace, args: Args) -> Json:
    room = seen(slack, args.text("channel"))
    made = _own(slack, room, args.text("ts"), "cant_delete_message")
    slack.soon(slack.send_events(remove(slack, made)))
    return {"channel": room.id, "ts": made.ts}


def post_ephemeral(slack: Workspace, args: Args) -> Json:
    room, user = writable(slack, args.text("channel")), args.text("user")
    if user not in slack.world.people or user not in room.members or slack.world.people[user].deleted:
        raise SlackError("user_not_in_channel")
    said = content(args)
    made = whisper(slack, room, user, **said.fields(), thread_ts=_thread(room, args.text("thread_ts")))
    return {"message_ts": made.ts}


def permalink(slack: Workspace, args: Args) -> Json:
    room = seen(slack, args.text("channel"))
    made = message(room, args.text("message_ts"))
    link = f"https://{slack.company.domain}.slack.com/archives/{room.id}/p{made.ts.replace('.', '')}"
    thread = f"?thread_ts={made.thread_ts}&cid={room.id}" if made.is_reply else ""
    return {"channel": room.id, "permalink": link + thread}


def _reacted(slack: Workspace, args: Args) -> tuple[Post, str]:
    name = args.text("name").strip(":")
    if not _EMOJI.fullmatch(name):
        raise SlackError("invalid_name")
    if not args.text("channel") or not args.text("timestamp"):
        raise SlackError("no_item_specified")
    room = seen(slack, args.text("channel"))
    if not in_it(slack, room):
        raise SlackError("not_in_channel")
    return message(room, args.text("timestamp")), name


def react(slack: Workspace, args: Args) -> Json:
    made, name = _reacted(slack, args)
    deliveries = add_reaction(slack, made, slack.company.bot_user, name)
    if deliveries is None:
        raise SlackError("already_reacted")
    slack.soon(slack.send_events(deliveries))
    return {}


def unreact(slack: Workspace, args: Args) -> Json:
    made, name = _reacted(slack, args)
    deliveries = drop_reaction(slack, made, slack.company.bot_user, name)
    if deliveries is None:
        raise SlackError("no_reaction")
    slack.soon(slack.send_events(deliveries))
    return {}


def reactions(slack: Workspace, args: Args) -> Json:
    need(slack, "reactions:read")
    room = readable(slack, args.text("channel"))
    made = message(room, args.text("timestamp"))
    return {"type": "message", "channel": room.id, "message": message_json(slack, made)}


METHODS = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": permalink,
    "reactions.add": react,
    "reactions.remove": unreact,
    "reactions.get": reactions,
}
