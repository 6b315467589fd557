"""The Web API: a table of methods, and what Slack looks at before it runs one."""

import time
from collections.abc import Callable, Mapping

from handlers.playground import api_chat, api_conversations, api_files, api_people, api_views
from handlers.playground.args import Args
from handlers.playground.errors import SlackError
from handlers.playground.rooms import need
from handlers.playground.workspace import Workspace
from handlers.playground.world import Json

Method = Callable[[Workspace, Args], Json]

METHODS: Mapping[str, Method] = {
    **api_people.METHODS,
    **api_conversations.METHODS,
    **api_chat.METHODS,
    **api_views.METHODS,
    **api_files.METHODS,
    "apps.connections.open": lambda slack, _args: {"url": slack.links.address()},
}
OF_THE_APP = frozenset({"apps.connections.open"})
"""What asks for the app's own token, and all others for the bot's."""

# What a method needs whatever it is asked; the conversation methods look for themselves.
SCOPES: Mapping[str, tuple[str, ...]] = {
    "users.list": ("users:read",),
    "users.info": ("users:read",),
    "users.profile.get": ("users.profile:read",),
    "team.profile.get": ("users.profile:read",),
    "team.info": ("team:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "bots.info": ("users:read",),
    "conversations.join": ("channels:join",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "reactions.get": ("reactions:read",),
}

POSTS_PER_SECOND, BURST = 1.0, 5.0


class Pace:
    """A bucket per channel: five messages at once, then one a second of real time."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, channel: str) -> bool:
        now = time.monotonic()
        left, since = self._buckets.get(channel, (BURST, now))
        left = min(BURST, left + (now - since) * POSTS_PER_SECOND)
        allowed = left >= 1
        self._buckets[channel] = (left - 1 if allowed else left, now)
        return allowed


def perform(slack: Workspace, method: str, token: str | None, args: Args) -> Json:
    """The answer of a method, right or wrong."""
    try:
        _admit(slack, method, token)
        return {"ok": True, **METHODS[method](slack, args)}
    except SlackError as no:
        return {"ok": False, "error": no.code, **no.more}


def _admit(slack: Workspace, method: str, token: str | None) -> None:
    if method not in METHODS:
        raise SlackError("unknown_method", req_method=method)
    if not token:
        raise SlackError("not_authed")
    if token not in slack.tokens:
        raise SlackError("invalid_auth")
    if token != (slack.app_token if method in OF_THE_APP else slack.bot_token):
        raise SlackError("not_allowed_token_type")
    if method in SCOPES:
        need(slack, *SCOPES[method])
