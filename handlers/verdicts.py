"""What an answer of Slack's means: done, not done, or not known; and whether it will ever be another."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.ports import Sent

# Slack will say the same tomorrow: these wait for a person, who sees them in `goodword check`.
FOR_GOOD = frozenset(
    {
        "account_inactive",
        "cannot_dm_bot",
        "cant_update_message",
        "channel_not_found",
        "channel_is_archived",
        "ekm_access_denied",
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "is_archived",
        "messages_tab_disabled",
        "metadata_too_large",
        "missing_scope",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "team_access_not_granted",
        "user_disabled",
        "user_not_found",
    }
)
# The aim is reached already: it stands there, what was to be removed is gone, or the address has run out.
DONE_ANYWAY = frozenset(
    {"already_reacted", "message_not_found", "used_url", "expired_url", "no_active_hooks"}
)
# Where we, or who it is for, cannot see a channel or a message.
NOT_THERE = frozenset(
    {"channel_not_found", "is_archived", "message_not_found", "not_in_channel", "user_not_in_channel"}
)
# Somebody closed the form meanwhile, or it was drawn anew by what they did next.
TOO_LATE = frozenset({"hash_conflict", "not_found", "view_not_found"})
# Slack documents these as possibly having done part of the work.
UNSURE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
# What a broken line, a body that is no JSON, or an answer of another shape turns into.
BROKEN = (
    *(SlackClientError, aiohttp.ClientError, TimeoutError),
    *(AttributeError, LookupError, TypeError, ValueError),
)


@dataclass(frozen=True, slots=True)
class Done:
    where: Sent | None


@dataclass(frozen=True, slots=True)
class Failed:
    """Not done, or not known to be done (`unsure`); `after` is Slack's own wish, in seconds."""

    reason: str
    unsure: bool
    after: float | None = None
    for_good: bool = False


def is_too_late(error: BaseException) -> bool:
    """Whether Slack refused to draw a form only because nobody looks at it any more, as it was."""
    return isinstance(error, SlackApiError) and error_of(error) in TOO_LATE


def verdict_of(error: SlackApiError) -> Done | Failed:
    """Judge an answer that was not "ok"."""
    status = getattr(error.response, "status_code", None) or getattr(error.response, "status", 0)
    name = error_of(error)
    if status == HTTPStatus.TOO_MANY_REQUESTS or name in {"ratelimited", "rate_limited"}:
        return rate_limited(getattr(error.response, "headers", {}))
    if name in DONE_ANYWAY:
        return Done(None)
    if name in FOR_GOOD:
        return Failed(name, unsure=False, for_good=True)
    # An "ok": false with a name of its own did nothing; a bare failure may have done anything.
    return Failed(name or f"HTTP {status}", unsure=not name or name in UNSURE)


def rate_limited(headers: Mapping[str, str]) -> Failed:
    after = headers.get("Retry-After", "")
    return Failed("ratelimited", unsure=False, after=float(after) if after.isdigit() else 30.0)


def error_of(error: SlackApiError) -> str:
    """Slack's own name for what went wrong; empty where the answer was none of Slack's."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""
