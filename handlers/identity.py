"""Who Slack says we are in one workspace."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """With the scopes Slack granted (its header `x-oauth-scopes`)."""

    workspace: str
    name: str
    bot_user: str
    bot_id: str
    scopes: frozenset[str]
    url: str = ""
