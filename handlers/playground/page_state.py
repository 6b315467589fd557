"""What the web page is told: everything one person sees, as JSON."""

from typing import Any
from zoneinfo import ZoneInfo

from handlers.playground.company import Person
from handlers.playground.shown import in_room, open_view, read
from handlers.playground.workspace import Workspace
from handlers.playground.world import Conversation, Json, Post, View


def state(slack: Workspace, me: Person) -> Json:
    world = slack.world
    app_room = None if me.deleted else world.im(me.id, slack.company.bot_user)
    rooms = list(world.visible(me.id))
    home = world.homes.get(me.id)
    return {
        "me": me.id,
        "people": [_person(slack, person) for person in _people(slack)],
        "team": {"name": slack.company.name, "tz": "Europe/London"},
        "app": _app(slack),
        "channels": [_channel(room, me, _title(slack, room, me)) for room in rooms if room.kind != "im"],
        "dms": [_dm(slack, room, me, app_room) for room in rooms if room.kind == "im"],
        "groups": [_group(group) for group in world.groups.values()],
        "commands": [_command(each) for each in slack.manifest.commands.values()],
        "shortcuts": shortcuts(slack),
        "views": [_view(slack, view) for view in world.stacks.get(me.id, ())],
        "home": {"id": home.id, "blocks": home.given["blocks"]} if home else None,
        "toasts": [{"id": number, "text": text} for number, text in world.toasts.get(me.id, ())],
        "clock": {
            "now": slack.clock.now().isoformat(),
            "offset_seconds": int(slack.clock.offset.total_seconds()),
        },
        "faults": slack.faults.listed(),
        "paused": slack.outgoing.paused,
        "switches": slack.switches.listed(),
        "still_to_say": slack.still_to_say,
        "still_to_deliver": slack.caller.to_repeat,
        "activity": [vars(line) | {"at": line.at.isoformat()} for line in slack.activity],
        "version": slack.bell.version,
    }


def _people(slack: Workspace) -> list[Person]:
    return [each for each in slack.world.people.values() if not each.is_bot and each.id != "USLACKBOT"]


def _status(slack: Workspace, person: Person) -> str:
    if person.deleted:
        return "deactivated"
    if not slack.world.local(person):
        return "another_organisation"
    return "guest" if person.is_guest else "active"


def _person(slack: Workspace, person: Person) -> Json:
    local = slack.clock.now().astimezone(ZoneInfo(person.tz)) if person.tz else None
    return {
        "id": person.id,
        "handle": person.handle,
        "name": person.name,
        "display_name": person.shown_name,
        "title": person.title,
        "department": person.department,
        "manager": person.manager,
        "tz": person.tz,
        "local_time": local.strftime("%H:%M") if local else "",
        "colour": person.colour,
        "emoji": person.emoji,
        "status": _status(slack, person),
    }


def _app(slack: Workspace) -> Json:
    company = slack.company
    return {
        "id": company.app_id,
        "name": slack.manifest.name,
        "bot_user": company.bot_user,
        "bot_id": company.bot_id,
        "handle": slack.world.bot.handle,
        "icon": slack.world.bot.emoji,
    }


def _unread(room: Conversation, me: Person) -> int:
    if me.id not in room.members:
        return 0
    since = room.read.get(me.id, "")
    return sum(post.ts > since and post.author != me.id for post in room.live())


def _title(slack: Workspace, room: Conversation, me: Person) -> str:
    """A channel's name; a direct conversation of several is called after the others in it."""
    if room.kind != "mpim":
        return room.name
    others = [slack.world.people[id] for id in room.members - {me.id}]
    return ", ".join(who.shown_name for who in sorted(others, key=lambda who: (who.is_bot, who.handle)))


def _channel(room: Conversation, me: Person, title: str) -> Json:
    return {
        "id": room.id,
        "name": title,
        "private": room.kind != "public",
        "together": room.kind == "mpim",
        "member": me.id in room.members,
        "unread": _unread(room, me),
        "topic": room.topic,
        "shared": room.shared,
    }


def _dm(slack: Workspace, room: Conversation, me: Person, app_room: Conversation | None) -> Json:
    other = next(iter(room.members - {me.id}), me.id)
    kind = "app" if room is app_room else "person"
    who = slack.company.app_id if kind == "app" else other
    return {"id": room.id, "with": {"kind": kind, "id": who}, "unread": _unread(room, me)}


def _group(group: Any) -> Json:
    return {"id": group.id, "handle": group.handle, "name": group.name, "members": list(group.members)}


def _command(command: Json) -> Json:
    return {
        "command": command["command"],
        "usage_hint": command.get("usage_hint", ""),
        "description": command.get("description", ""),
    }


def shortcuts(slack: Workspace, kind: str | None = None) -> list[Json]:
    known = slack.manifest.shortcuts.values()
    return [
        {"type": each["type"], "name": each["name"], "callback_id": each["callback_id"]}
        for each in known
        if kind in {None, each["type"]}
    ]


def _view(slack: Workspace, view: View) -> Json:
    seen, given = open_view(view, slack.world), view.given
    return {
        "id": view.id,
        "type": seen.type,
        "callback_id": seen.callback_id,
        "title": given["title"],
        "submit": given.get("submit"),
        "close": given.get("close"),
        "blocks": seen.blocks,
        "state": seen.state,
        "errors": seen.errors,
        "hash": seen.hash,
        "previous_view_id": view.previous_id,
        "private_metadata": seen.private_metadata,
    }


def messages(slack: Workspace, me: Person, room: Conversation) -> list[Json]:
    whispers = [
        post for post in slack.world.ephemerals if post.channel == room.id and post.ephemeral_to == me.id
    ]
    standing = {message.ts for message in in_room(room, slack.world)}
    posts = [post for post in room.posts.values() if post.ts in standing]
    known = shortcuts(slack, "message")
    return [_message(slack, me, post, known) for post in sorted([*posts, *whispers], key=lambda p: p.ts)]


def _message(slack: Workspace, me: Person, post: Post, known: list[Json]) -> Json:
    author, seen = slack.world.people[post.author], read(post, slack.world)
    app = author.id == slack.company.bot_user
    name = slack.manifest.name if app else author.name
    room = slack.world.conversations[post.channel]
    reactions = [
        {"name": name, "users": list(users), "mine": me.id in users} for name, users in post.reactions.items()
    ]
    return {
        "ts": post.ts,
        "author": {"id": author.id, "name": name, "kind": "app" if author.is_bot else "person"},
        "text": post.text if not post.deleted else seen.plain,
        "blocks": post.blocks,
        "attachments": post.attachments,
        "files": post.files,
        "reactions": reactions,
        "thread_ts": post.thread_ts,
        "reply_count": 0 if post.is_reply else len(room.replies(post.ts)),
        "edited": post.edited is not None,
        "deleted": post.deleted,
        "ephemeral": post.ephemeral_to is not None,
        "mrkdwn": post.mrkdwn,
        "pings_me": me.id in seen.pings,
        "shortcuts": [] if post.ephemeral_to or post.deleted else known,
    }
