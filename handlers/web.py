"""Clients of Slack's Web API, and what it is asked beside messages: who we are, which channels there are."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Refusal
from handlers.calls import Client
from handlers.identity import Identity
from handlers.pages import pages
from handlers.verdicts import BROKEN, Failed, error_of, verdict_of

TIMEOUT = 10  # seconds; well below the lease of a message


class Clients:
    """Two clients over one connection pool: `speaker` never repeats a call by itself, `reader` may."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        token: str,
        base_url: str,
        kind: Callable[..., AsyncWebClient] = Client,
    ) -> None:
        """`kind` makes the clients; one that knows its token by itself takes no notice of `token`."""
        self.session = session
        # Where a click's answer may be sent: Slack's own place for it, or beside its stand-in.
        ours = urlsplit(base_url)
        self.answers_at = ("https://hooks.slack.com/", f"{ours.scheme}://{ours.netloc}/")
        common: dict[str, Any] = {
            "token": token,
            "base_url": base_url,
            "session": session,
            "timeout": TIMEOUT,
            "trust_env_in_session": True,
        }
        self.speaker = kind(**common, retry_handlers=[])
        repeat = [
            AsyncConnectionErrorRetryHandler(max_retry_count=2),
            AsyncRateLimitErrorRetryHandler(max_retry_count=5),
        ]
        self.reader = kind(**common, retry_handlers=repeat)
        self.channels: dict[tuple[str, str], str] = {}  # (workspace, #name) → id


def session() -> aiohttp.ClientSession:
    # How many calls there are at once is the postman's affair; a limit here would let a slow workspace
    # hold up the others.
    pool = aiohttp.TCPConnector(limit=0)
    # aiohttp looks for a proxy anew at each call, on two other threads and in files.
    proxied = bool(getproxies_environment())
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    # A token says who asks; what Slack wants remembered beside that is one workspace's, and all share this.
    forgetting = aiohttp.DummyCookieJar()
    return aiohttp.ClientSession(connector=pool, timeout=timeout, trust_env=proxied, cookie_jar=forgetting)


async def line_address(session: aiohttp.ClientSession, app_token: str, base_url: str) -> str | Failed:
    """Ask Slack where the next line of Socket Mode is to be opened; the address is good for one."""
    client = AsyncWebClient(base_url=base_url, session=session, timeout=TIMEOUT, retry_handlers=[])
    try:
        answer = await client.apps_connections_open(app_token=app_token)
        return str(answer.get("url", ""))
    except SlackApiError as error:
        verdict = verdict_of(error)
        return verdict if isinstance(verdict, Failed) else Failed("no proper answer", unsure=False)
    except BROKEN as error:
        return Failed(type(error).__name__, unsure=False)


async def identify(clients: Clients) -> Identity:
    """Ask Slack who we are; refuse with a sentence that says what to do."""
    try:
        return _identity(await clients.reader.auth_test())
    except SlackApiError as error:
        name = error_of(error) or "no proper answer"
        raise Refusal(
            f"Slack does not accept SLACK_BOT_TOKEN ({name}): "
            "copy it again from the page OAuth & Permissions of the app."
        ) from None
    except BROKEN as error:
        raise Refusal(
            f"Slack cannot be reached at {clients.reader.base_url} ({type(error).__name__}): "
            "is SLACK_API_URL right, and may this machine go out to it?"
        ) from None


def _identity(me: Any) -> Identity:
    scopes = str(me.headers.get("x-oauth-scopes", ""))
    return Identity(
        workspace=str(me["team_id"]),
        name=str(me.get("team") or ""),
        bot_user=str(me["user_id"]),
        bot_id=str(me.get("bot_id") or ""),
        scopes=frozenset(scope.strip() for scope in scopes.split(",") if scope.strip()),
        url=str(me.get("url") or ""),
    )


async def is_accepted(clients: Clients) -> bool:
    """Whether Slack still takes our token; True where it cannot be asked."""
    try:
        await clients.reader.auth_test()
    except SlackApiError as error:
        return error_of(error) not in {"account_inactive", "invalid_auth", "not_authed", "token_revoked"}
    except BROKEN:
        return True
    return True


async def stand_in_channel(clients: Clients, channel: str) -> Mapping[str, Any] | None:
    """The channel as Slack tells of it, None where it does not; refuses where Slack cannot be asked."""
    try:
        room: Mapping[str, Any] = (await clients.reader.conversations_info(channel=channel))["channel"]
        found = dict(room)
    except SlackApiError as error:
        if error_of(error) == "channel_not_found":
            return None
        raise Refusal(f"Slack does not say what {channel} is ({error_of(error)}).") from None
    except BROKEN as error:
        raise Refusal(f"Slack does not say what {channel} is ({type(error).__name__}).") from None
    return found


async def finds_channel(clients: Clients, name: str, workspace: str) -> bool:
    """Whether a channel, by `#name` or id, is there for Goodword; refuses where Slack does not say."""
    try:
        if name.startswith("#"):
            return await channel_id(clients, name, workspace) is not None
        return any([channel["id"] == name async for channel in channels(clients.reader, workspace)])
    except BROKEN as error:
        why = (error_of(error) if isinstance(error, SlackApiError) else "") or type(error).__name__
        raise Refusal(f"Slack does not say which channels there are ({why}).") from None


async def channel_id(clients: Clients, to: str, workspace: str) -> str | None:
    """Give the id for a `#name`; an id is given back as it is. Looked up once, then remembered.

    Several people's ids, separated by commas, are the direct message with all of them.
    """
    if "," in to:
        opened = await clients.reader.conversations_open(users=to)
        return str(opened["channel"]["id"])
    if not to.startswith("#"):
        return to
    if (workspace, to) not in clients.channels:
        async for channel in channels(clients.reader, workspace):
            clients.channels[workspace, f"#{channel['name']}"] = channel["id"]
    return clients.channels.get((workspace, to))


async def channels(client: AsyncWebClient, workspace: str) -> AsyncIterator[dict[str, Any]]:
    """Every channel that is not archived, public ones and those private ones Goodword is in."""

    def ask(cursor: str | None) -> Awaitable[Any]:
        return client.conversations_list(
            types="public_channel,private_channel",
            exclude_archived=True,
            limit=1000,
            cursor=cursor,
            team_id=workspace,
        )

    async for page in pages(ask):
        for channel in page["channels"]:
            yield channel
