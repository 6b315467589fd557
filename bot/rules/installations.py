"""Where the app is installed: whether that stands, when its token is renewed, and what is erased when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# Slack's tokens live for twelve hours where they are rotated; two leave room for an outage of an hour.
RENEW_BEFORE = timedelta(hours=2)
# How long one process may take to renew a token before another tries.
RENEWING = timedelta(seconds=30)
RENEW_AGAIN = timedelta(minutes=5)  # after it was refused
STATE_LIVES = timedelta(minutes=10)  # from the page of the door to the way back from Slack
GRACE = timedelta(days=30)  # from the end of an installation to the erasing of what people wrote
# Why messages were refused for an installation that had ended; they go out when it comes back.
ENDED = ("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked")


@dataclass(frozen=True, slots=True)
class Installation:
    """`account` is the workspace, or the organisation where the app was installed for all of it.

    `version` rises with each new token. `refresh_token` is empty where tokens do not run out.
    """

    account: str
    name: str
    bot_user: str
    bot_id: str
    token: str = field(repr=False)
    installed_at: datetime
    enterprise: str = ""
    org_wide: bool = False
    url: str = ""
    scopes: str = ""
    installed_by: str = ""
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Space:
    """A workspace in which the app is installed, alone or with all of its organisation."""

    workspace: str
    name: str
    account: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is installed, in brief: the spaces by their ids, and the version of each account's token."""

    spaces: Mapping[str, Space] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)


def is_due(held: Installation, now: datetime) -> bool:
    """Whether the token is to be renewed now."""
    return held.expires_at is not None and bool(held.refresh_token) and now >= held.expires_at - RENEW_BEFORE


def has_run_out(held: Installation, now: datetime) -> bool:
    return held.expires_at is not None and now >= held.expires_at


def is_older(happened_at: datetime | None, held: Installation) -> bool:
    """Whether what Slack tells of happened before this installation, and so to the one before it.

    Slack tells the second, so the second in which it was installed counts as later.
    """
    return happened_at is not None and happened_at < held.installed_at.replace(microsecond=0)
