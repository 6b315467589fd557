"""The Slack app manifest, made from what the routes register, so that the two cannot differ.

Format: Slack's app manifest schema, major version 2.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from handlers.install import REDIRECT
from handlers.routes import COMMANDS, EVENTS, LIFECYCLE, SHORTCUTS

NAME = "Goodword"
SUMMARY = "Thank the people behind the scenes, where it is heard."
DESCRIPTION = (
    "Salespeople promise; the people behind the scenes keep the promises, and mostly hear complaints. "
    "Goodword turns that round: /kudos thanks people in a channel and in private, in a sentence, "
    "without points, without a shop and without a ranking. And /escalate takes a complaint to your own "
    "manager, who takes it to the other manager if need be; whoever it is about is told nothing. "
    "It is hosted by your own company."
)
# Each scope with the reason an administrator may ask for.
SCOPES = {
    "channels:history": "to read a message that somebody thanks for by an emoji, to follow its edits, and to "
    "find its own again after a broken connection",
    "channels:join": "to read there when it must find a message again, without being invited first",
    "channels:read": "to find the recognition channel by its name, and to know which channels are public",
    "chat:write": "to post thanks and to write to people",
    "chat:write.public": "to post in the recognition channel without being invited",
    "commands": "for /kudos and /escalate",
    "files:write": "to give managers what was said of their people as a file, when they ask for it",
    "groups:history": "as channels:history, in private channels that it was invited to",
    "groups:read": "as channels:read, if the recognition channel is private",
    "im:history": "as channels:history, for its own direct messages",
    "im:write": "to open its direct message with somebody",
    "mpim:write": "to open a direct message for the two managers between whom an escalation goes",
    "reactions:write": "to mark a message whose thanks were recorded without a question",
    "reactions:read": "to see the emoji that thank for a message or join in a kudos",
    "usergroups:read": "to thank a user group by name",
    "users.profile:read": "to read the profile field Manager, so that people reach their own manager",
    "users:read": "to know names, and who is a bot or has left",
    "users:read.email": "to find people in the org chart, which knows them by their e-mail",
}
DESCRIBED = {
    "/kudos": ("Thank somebody", "@ben @cy what they did #ownership"),
    "/escalate": ("Take a complaint to your manager", "[what happened] or status"),
}
NAMED = {
    "give_kudos": ("global", "Give kudos", "Thank somebody for what they did"),
    "kudos_for_message": ("message", "Give kudos for this", "Thank somebody, with a link to this message"),
    "escalate_message": ("message", "Take this to my manager", "Open the form with a link to this message"),
}


# Where Slack's name for what it sends differs from what it is called once it has arrived.
SUBSCRIBED = {"message": ("message.channels", "message.groups")}


# Of these Slack tells only where the app can be installed for a whole organisation.
OF_ORGANISATIONS = frozenset({"team_access_granted", "team_access_revoked"})


def manifest(request_url: str, *, socket: bool = False, many: bool = False) -> dict[str, Any]:
    """Give the manifest for an app that listens at `request_url` (…/slack/events), or calls Slack itself.

    With `many` it can be installed in many workspaces, and for a whole organisation; its tokens are rotated.
    """
    at = {} if socket else {"url": request_url}
    to = {} if socket else {"request_url": request_url}
    oauth: dict[str, Any] = {"scopes": {"bot": sorted(SCOPES)}}
    if many:
        oauth["redirect_urls"] = [f"{request_url.removesuffix('/slack/events')}{REDIRECT}"]
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": NAME,
            "description": SUMMARY,
            "long_description": DESCRIPTION,
            "background_color": "#1f5c4d",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": NAME.lower(), "always_online": True},
            "shortcuts": list(_shortcuts()),
            "slash_commands": list(_commands(at)),
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": {**to, "bot_events": subscriptions(many=many)},
            "interactivity": {"is_enabled": True, **to},
            "org_deploy_enabled": many,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": many,
        },
    }


def subscriptions(*, many: bool = False) -> list[str]:
    """The events to ask Slack for."""
    asked = {*EVENTS, *(LIFECYCLE if many else LIFECYCLE - OF_ORGANISATIONS)}
    return sorted(name for event in asked for name in SUBSCRIBED.get(event, (event,)))


def _commands(at: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    for command in COMMANDS:
        description, hint = DESCRIBED[command]
        yield {
            "command": command,
            **at,
            "description": description,
            "usage_hint": hint,
            "should_escape": True,  # mentions arrive as ids, not as names that may be ambiguous
        }


def _shortcuts() -> Iterable[dict[str, Any]]:
    for callback in SHORTCUTS:
        kind, name, description = NAMED[callback]
        yield {"name": name, "type": kind, "callback_id": callback, "description": description}
