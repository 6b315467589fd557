"""Event payloads: which the manifest lets through, and the envelope they travel in."""

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from handlers.playground.manifest import Manifest
from handlers.playground.world import Conversation, Json

if TYPE_CHECKING:  # the workspace sends what is shaped here
    from handlers.playground.workspace import Workspace

HISTORY = {
    "public": "channels:history",
    "private": "groups:history",
    "im": "im:history",
    "mpim": "mpim:history",
}
CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
_MESSAGE = {
    "public": "message.channels",
    "private": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
_ROOM_READ = {"public": "channels:read", "private": "groups:read", "im": "im:read", "mpim": "mpim:read"}
_SCOPES: Mapping[str, str] = {
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "user_change": "users:read",
    "team_join": "users:read",
    "subteam_updated": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
}


def allowed(event: Json, room: Conversation | None, manifest: Manifest) -> bool:
    name, scope = event["type"], _SCOPES.get(event["type"])
    if room is not None and name == "message":
        name, scope = _MESSAGE[room.kind], HISTORY[room.kind]
    elif room is not None and name.startswith("member_"):
        scope = _ROOM_READ[room.kind]
    return name in manifest.events and (scope is None or scope in manifest.scopes)


def envelope(slack: "Workspace", event: Json, room: Conversation | None) -> Json:
    team, bot = slack.company.id, slack.company.bot_user
    who = {
        "enterprise_id": slack.enterprise,
        "team_id": None if slack.enterprise else team,  # one token for all of an organisation
        "user_id": bot,
        "is_bot": True,
        "is_enterprise_install": bool(slack.enterprise),
    }
    return {
        "token": slack.verification_token,
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": slack.enterprise,
        "enterprise_id": slack.enterprise,
        "api_app_id": slack.company.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(slack.clock.now().timestamp()),
        "authorizations": [who],
        "is_ext_shared_channel": bool(room and room.shared),
        "event_context": f"4-{secrets.token_urlsafe(40)}",
    }
