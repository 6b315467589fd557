"""The payloads of commands, shortcuts, presses and forms, in Slack's own shapes."""

from handlers.playground.api_people import ELSEWHERE
from handlers.playground.company import Person
from handlers.playground.modals import view_json
from handlers.playground.posting import message_json
from handlers.playground.workspace import Workspace
from handlers.playground.world import Conversation, Json, Post, View

_ROOM_NAMES = {"im": "directmessage", "private": "privategroup", "mpim": "privategroup"}


def room_name(room: Conversation) -> str:
    return _ROOM_NAMES.get(room.kind, room.name)


def response_url(slack: Workspace, user: str, room: Conversation, post: Post | None = None) -> str:
    thread = post.thread_ts if post and post.is_reply else None
    token = slack.tickets.response_url(user, room.id, post.ts if post else None, thread)
    return f"{slack.public_url.rstrip('/')}/response/{token}"


def command_form(slack: Workspace, person: Person, room: Conversation, command: str, text: str) -> Json:
    return {
        "token": slack.verification_token,
        "team_id": slack.company.id,
        "team_domain": slack.company.domain,
        "channel_id": room.id,
        "channel_name": room_name(room),
        "user_id": person.id,
        "user_name": person.handle,
        "command": command,
        "text": text,
        "api_app_id": slack.company.app_id,
        "is_enterprise_install": "true" if slack.enterprise else "false",
        "response_url": response_url(slack, person.id, room),
        "trigger_id": slack.tickets.trigger(person.id),
    }


def _common(slack: Workspace, person: Person, kind: str) -> Json:
    team = person.team or (ELSEWHERE if slack.enterprise else slack.company.id)
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.handle, "name": person.handle, "team_id": team},
        "api_app_id": slack.company.app_id,
        "token": slack.verification_token,
        "team": {"id": slack.company.id, "domain": slack.company.domain},
        "enterprise": {"id": slack.enterprise, "name": slack.enterprise} if slack.enterprise else None,
        "is_enterprise_install": bool(slack.enterprise),
    }


def _channel(room: Conversation) -> Json:
    return {"id": room.id, "name": room_name(room)}


def press_in_message(slack: Workspace, person: Person, post: Post, action: Json, state: Json) -> Json:
    room = slack.world.conversations[post.channel]
    hidden = post.ephemeral_to is not None
    container = {"type": "message", "message_ts": post.ts, "channel_id": room.id, "is_ephemeral": hidden}
    if post.thread_ts:
        container["thread_ts"] = post.thread_ts
    payload = _common(slack, person, "block_actions") | {
        "container": container,
        "trigger_id": slack.tickets.trigger(person.id),
        "channel": _channel(room),
        "state": {"values": state},
        "response_url": response_url(slack, person.id, room, post),
        "actions": [action],
    }
    # Slack does not send the message back when only one person could see it.
    return payload if hidden else payload | {"message": message_json(slack, post)}


def _in_view(slack: Workspace, person: Person, kind: str) -> Json:
    """Where the app is installed for a whole organisation, a view does not say whose it is but inside."""
    return _common(slack, person, kind) | ({"team": None} if slack.enterprise else {})


def press_in_view(slack: Workspace, person: Person, view: View, action: Json) -> Json:
    modal = view.given["type"] == "modal"
    return _in_view(slack, person, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": slack.tickets.trigger(person.id, view.id if modal else None),
        "view": view_json(slack, view),
        "actions": [action],
    }


def submission(slack: Workspace, person: Person, view: View) -> Json:
    return _in_view(slack, person, "view_submission") | {
        "trigger_id": slack.tickets.trigger(person.id, view.id),
        "view": view_json(slack, view),
        "response_urls": [],
    }


def closing(slack: Workspace, person: Person, view: View, *, cleared: bool) -> Json:
    return _in_view(slack, person, "view_closed") | {"view": view_json(slack, view), "is_cleared": cleared}


def global_shortcut(slack: Workspace, person: Person, callback_id: str) -> Json:
    return _common(slack, person, "shortcut") | {
        "callback_id": callback_id,
        "trigger_id": slack.tickets.trigger(person.id),
        "action_ts": slack.world.new_ts(),
    }


def message_shortcut(slack: Workspace, person: Person, callback_id: str, post: Post) -> Json:
    room = slack.world.conversations[post.channel]
    return _common(slack, person, "message_action") | {
        "callback_id": callback_id,
        "trigger_id": slack.tickets.trigger(person.id),
        "action_ts": slack.world.new_ts(),
        "message_ts": post.ts,
        "channel": _channel(room),
        "message": message_json(slack, post),
        "response_url": response_url(slack, person.id, room, post),
    }
