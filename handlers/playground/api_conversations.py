"""Web API: conversations.*."""

from itertools import takewhile

from handlers.playground.args import Args
from handlers.playground.errors import SlackError
from handlers.playground.joining import join
from handlers.playground.paging import page
from handlers.playground.posting import message_json
from handlers.playground.rooms import READ, in_it, message, need, reachable, readable, seen
from handlers.playground.workspace import Workspace
from handlers.playground.world import Conversation, Json, Post

HISTORY_DEFAULT = 100
MOST_TOGETHER = 8  # in a direct conversation of several, beside the app
LIST_DEFAULT = 100
_KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def conversation_json(slack: Workspace, room: Conversation) -> Json:
    if room.kind == "im":
        other = next(iter(room.members - {slack.company.bot_user}), slack.company.bot_user)
        deleted = slack.world.people[other].deleted
        return {"id": room.id, "is_im": True, "user": other, "is_user_deleted": deleted, "is_archived": False}
    return {
        "id": room.id,
        "name": room.name,
        "name_normalized": room.name,
        "is_channel": room.kind == "public",
        "is_group": room.kind in {"private", "mpim"},
        "is_im": False,
        "is_mpim": room.kind == "mpim",
        "is_private": room.kind in {"private", "mpim"},
        "is_archived": room.archived,
        "is_general": room.name == "general",
        "is_shared": room.shared,
        "is_ext_shared": room.shared,
        "is_member": in_it(slack, room),
        "num_members": len(room.members),
        "topic": {"value": room.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "context_team_id": slack.company.id,
    }


def listing(slack: Workspace, args: Args) -> Json:
    wanted = [each.strip() for each in (args.text("types") or "public_channel").split(",")]
    if not all(each in _KINDS for each in wanted):
        raise SlackError("invalid_types")
    kinds = {_KINDS[each] for each in wanted}
    for kind in sorted(kinds):
        need(slack, READ[kind])
    rooms = [room for room in slack.world.conversations.values() if room.kind in kinds]
    rooms = [room for room in rooms if room.kind == "public" or in_it(slack, room)]
    if args.flag("exclude_archived"):
        rooms = [room for room in rooms if not room.archived]
    found, more = page(args, rooms, LIST_DEFAULT)
    return {"channels": [conversation_json(slack, room) for room in found], **more}


def info(slack: Workspace, args: Args) -> Json:
    room = seen(slack, args.text("channel"))
    need(slack, READ[room.kind])
    return {"channel": conversation_json(slack, room)}


def open_im(slack: Workspace, args: Args) -> Json:
    if args.text("channel"):
        room = seen(slack, args.text("channel"))
        return {"no_op": True, "already_open": True, "channel": {"id": room.id}}
    users = [user for user in args.text("users").split(",") if user]
    if not users:
        raise SlackError("users_list_not_supplied")
    need(slack, "mpim:write" if len(users) > 1 else "im:write")
    if len(users) > MOST_TOGETHER:
        raise SlackError("too_many_users")
    for user in users:
        reachable(slack.world.people.get(user))
    together = [*users, slack.company.bot_user]
    room = slack.world.mpim(together) if len(users) > 1 else slack.world.im(*together)
    return {"channel": conversation_json(slack, room) if args.flag("return_im") else {"id": room.id}}


def _within(args: Args, posts: list[Post]) -> list[Post]:
    """Between oldest and latest, which count only if `inclusive`."""
    oldest = _stamp(args.text("oldest") or "0")
    latest = _stamp(args.text("latest")) if args.text("latest") else float("inf")
    if args.flag("inclusive"):
        return [post for post in posts if oldest <= _stamp(post.ts) <= latest]
    return [post for post in posts if oldest < _stamp(post.ts) < latest]


def _stamp(ts: str) -> float:
    try:
        return float(ts)
    except ValueError:
        raise SlackError("invalid_ts_latest") from None


def history(slack: Workspace, args: Args) -> Json:
    room = readable(slack, args.text("channel"))
    oldest = _stamp(args.text("oldest") or "0")
    recent = takewhile(lambda post: _stamp(post.ts) >= oldest, room.live())
    posts = [post for post in recent if not post.is_reply]
    found, more = page(args, _within(args, posts), HISTORY_DEFAULT)
    whole = args.flag("include_all_metadata")
    messages = [message_json(slack, post, metadata=whole) for post in found]
    return {"messages": messages, "has_more": _more(more), "pin_count": 0, **more}


def replies(slack: Workspace, args: Args) -> Json:
    room = readable(slack, args.text("channel"))
    if args.text("ts") not in room.posts:
        raise SlackError("thread_not_found")
    found = message(room, args.text("ts"))
    parent = room.posts[found.thread_ts] if found.thread_ts in room.posts and found.is_reply else found
    posts = [parent, *_within(args, room.replies(parent.ts))]
    found_posts, more = page(args, posts)
    whole = args.flag("include_all_metadata")
    messages = [message_json(slack, post, metadata=whole) for post in found_posts]
    return {"messages": messages, "has_more": _more(more), **more}


def _more(metadata: Json) -> bool:
    return bool(metadata["response_metadata"]["next_cursor"])


def members(slack: Workspace, args: Args) -> Json:
    room = seen(slack, args.text("channel"))
    need(slack, READ[room.kind])
    found, more = page(args, sorted(room.members), LIST_DEFAULT)
    return {"members": found, **more}


def join_channel(slack: Workspace, args: Args) -> Json:
    room = seen(slack, args.text("channel"))
    if room.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if room.archived:
        raise SlackError("is_archived")
    if in_it(slack, room):
        return {"warning": "already_in_channel", "channel": conversation_json(slack, room)}
    slack.soon(slack.send_events(join(slack, room, slack.company.bot_user)))
    return {"channel": conversation_json(slack, room)}


METHODS = {
    "conversations.list": listing,
    "conversations.info": info,
    "conversations.open": open_im,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.members": members,
    "conversations.join": join_channel,
}
