"""Slack's Web API as the postman uses it: post, remove, find, and what a failure means."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Refusal
from bot.ports import Letter, Sent
from bot.rules.recognition import Place
from handlers import rooms
from handlers.calls import Client
from handlers.identity import Identity
from handlers.letters.acts import Act, Post, Publish, React, Redraw, Remove, Replace, Unsay, Upload, Whisper
from handlers.pages import pages
from handlers.views.kudos import with_link

T = TypeVar("T")
EVENT = "goodword_message"
OTHERS_READ = "others_read_along"  # why nothing was said in a channel
TIMEOUT = 10  # seconds; well below the lease of a message
CLOCK_SKEW = timedelta(minutes=2)

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
NOT_THESE_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format"})
DISPENSABLE = frozenset({"data_visualization"})  # not every Slack knows them
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


Is = Callable[[Mapping[str, Any]], bool]
"""Whether a message of the history is the one that is looked for."""


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


def is_too_late(error: BaseException) -> bool:
    """Whether Slack refused to draw a form only because nobody looks at it any more, as it was."""
    return isinstance(error, SlackApiError) and _error_of(error) in TOO_LATE


async def line_address(session: aiohttp.ClientSession, app_token: str, base_url: str) -> str | Failed:
    """Ask Slack where the next line of Socket Mode is to be opened; the address is good for one."""
    client = AsyncWebClient(base_url=base_url, session=session, timeout=TIMEOUT, retry_handlers=[])
    try:
        answer = await client.apps_connections_open(app_token=app_token)
        return str(answer.get("url", ""))
    except SlackApiError as error:
        verdict = _verdict(error)
        return verdict if isinstance(verdict, Failed) else Failed("no proper answer", unsure=False)
    except BROKEN as error:
        return Failed(type(error).__name__, unsure=False)


class _Unanswered(Exception):  # noqa: N818 - a verdict on its way up
    """Slack answered, but not as its API does."""

    def __init__(self, verdict: "Done | Failed") -> None:
        super().__init__()
        self.verdict = verdict


async def perform(clients: Clients, letter: Letter, act: Act) -> Done | Failed:
    """Do it, and say how it ended; never raises for anything Slack or the network does."""
    try:
        if await _others_read(clients, act):
            return await _withheld(clients, act)
        return Done(await _do(clients, letter, act))
    except _Unanswered as other:
        return other.verdict
    except SlackApiError as error:
        return _verdict(error)
    except aiohttp.ClientConnectorError:
        return Failed("Slack cannot be reached", unsure=False)
    except BROKEN as error:
        return Failed(f"no answer from Slack ({type(error).__name__})", unsure=True)


async def _others_read(clients: Clients, act: Act) -> bool:
    """Whether somebody may read along who must not; nothing that we heard before says who does now."""
    if not isinstance(act, Post | Redraw) or act.kept_from is None:
        return False
    channel = act.to if isinstance(act, Post) else act.where.channel
    unfit, readers = await rooms.read_by(clients.reader, channel)
    return bool(unfit) or not act.kept_from.isdisjoint(readers)


async def _withheld(clients: Clients, act: Act) -> Failed:
    if isinstance(act, Redraw):
        await clients.speaker.chat_update(channel=act.where.channel, ts=act.where.ts, **act.withheld)
    return Failed(OTHERS_READ, unsure=False)


async def find(clients: Clients, letter: Letter, act: Act) -> Sent | Failed | None:
    """Look for a message that may have been sent: by its key, in the history since it was first tried."""
    if not isinstance(act, Post | Unsay | Upload):
        return None  # everything else can be done twice without harm
    is_it = partial(_has_file, act.name) if isinstance(act, Upload) else partial(_has_key, letter.key)
    try:
        for place in act.places:
            channel = await _conversation(clients, place, letter.workspace)
            if channel is None:
                return Failed("channel_not_found", unsure=True, for_good=True)
            thread = act.thread if isinstance(act, Post) else None
            if found := await _search(clients, channel, letter, is_it, thread):
                return found
    except SlackApiError as error:
        name = _error_of(error)
        verdict = _verdict(error)
        after = verdict.after if isinstance(verdict, Failed) else None
        return Failed(f"while looking for it: {name}", unsure=True, after=after, for_good=name in FOR_GOOD)
    except BROKEN as error:
        return Failed(f"while looking for it: {type(error).__name__}", unsure=True)
    return None


async def _in_thread(clients: Clients, thread: Sent, is_it: Is) -> Sent | None:
    """Look through a thread, which the history of its channel does not show."""

    def ask(cursor: str | None) -> Awaitable[Any]:
        return clients.reader.conversations_replies(
            channel=thread.channel, ts=thread.ts, limit=200, cursor=cursor, include_all_metadata=True
        )

    async for page in pages(ask):
        for message in page["messages"]:
            if is_it(message):
                return Sent(thread.channel, str(message["ts"]))
    return None


async def _search(
    clients: Clients, channel: str, letter: Letter, is_it: Is, thread: Sent | None
) -> Sent | None:
    """Look through the history, or a thread; to read that of a public channel Goodword has to be in it."""
    found = partial(_found, clients, channel, letter, is_it)
    look = partial(_in_thread, clients, thread, is_it) if thread else found
    try:
        return await look()
    except SlackApiError as error:
        if _error_of(error) != "not_in_channel":
            raise
        await clients.reader.conversations_join(channel=channel)
        return await look()


async def _found(clients: Clients, channel: str, letter: Letter, is_it: Is) -> Sent | None:
    async for message in _history(clients, channel, letter):
        if is_it(message):
            return Sent(channel, str(message["ts"]))
    return None


async def _do(clients: Clients, letter: Letter, act: Act) -> Sent | None:
    match act:
        case Post(to, message, _, about, thread):
            linked = await _linked(clients, message, about)
            return await _or_plainly(partial(_post, clients, letter, to, thread), linked)
        case Redraw(where, message, about):
            redraw = partial(clients.speaker.chat_update, channel=where.channel, ts=where.ts)
            await _or_plainly(lambda words: redraw(**words), await _linked(clients, message, about))
        case Whisper():
            return await _whisper(clients, letter, act)
        case React(place, emoji):
            await clients.speaker.reactions_add(channel=place.channel, timestamp=place.ts, name=emoji)
        case Remove(where):
            await clients.speaker.chat_delete(channel=where.channel, ts=where.ts)
        case Replace(address, message, in_place):
            await _replace(clients, address, {"replace_original": in_place, **message})
        case Upload():
            return await _upload(clients, act)
        case Publish(person, view):
            await clients.speaker.views_publish(user_id=person, view=view)
    return None


async def _or_plainly(say: Callable[[Mapping[str, Any]], Awaitable[T]], message: Mapping[str, Any]) -> T:
    """Say it; where Slack does not take the blocks, without those whose facts stand in words as well.

    `invalid_blocks` is an answer of Slack's that it did nothing, so that saying it again doubles nothing.
    """
    try:
        return await say(message)
    except SlackApiError as error:
        plainer = [block for block in message.get("blocks", ()) if block["type"] not in DISPENSABLE]
        if _error_of(error) not in NOT_THESE_BLOCKS or len(plainer) == len(message.get("blocks", ())):
            raise
        return await say({**message, "blocks": plainer})


async def _post(
    clients: Clients, letter: Letter, to: str, thread: Sent | None, message: Mapping[str, Any]
) -> Sent:
    channel = await _channel(clients, to, letter.workspace)
    if channel is None:
        raise _Unanswered(Failed("channel_not_found", unsure=False, for_good=True))
    posted = {
        "channel": channel,
        **message,
        **({"thread_ts": thread.ts} if thread else {}),
        "metadata": {"event_type": EVENT, "event_payload": {"key": letter.key}},
        "mrkdwn": False,  # the words are shown as typed, not formatted
        "unfurl_links": False,
        "unfurl_media": False,
    }
    try:
        answer = await clients.speaker.api_call("chat.postMessage", json=posted)
    except SlackApiError as error:
        if _error_of(error) in {"channel_not_found", "is_archived"}:
            clients.channels.pop((letter.workspace, to), None)
        raise
    return Sent(str(answer["channel"]), str(answer["ts"]))


async def _upload(clients: Clients, act: Upload) -> Sent | None:
    """Send a file in the three steps Slack asks for; only the last one lets anybody see it."""
    content = act.content.encode()
    opened = await clients.speaker.conversations_open(users=act.to)
    place = await clients.speaker.files_getUploadURLExternal(filename=act.name, length=len(content))
    async with clients.session.post(place["upload_url"], data=content) as answer:
        if answer.status != HTTPStatus.OK:
            raise _Unanswered(Failed(f"HTTP {answer.status} for a file", unsure=False))
    await clients.speaker.files_completeUploadExternal(
        files=[{"id": place["file_id"], "title": act.title}],
        channel_id=opened["channel"]["id"],
        initial_comment=act.comment,
    )
    return None


async def _whisper(clients: Clients, letter: Letter, act: Whisper) -> Sent | None:
    """Slack shows it to who is in the channel and looks; it cannot be found again, so it is no `Sent`."""
    try:
        await clients.speaker.chat_postEphemeral(channel=act.channel, user=act.person, **act.message)
    except SlackApiError as error:
        if _error_of(error) not in NOT_THERE:
            raise
        return await _post(clients, letter, act.person, None, act.message)
    return None


async def _linked(clients: Clients, message: dict[str, Any], about: Place | None) -> dict[str, Any]:
    """Add the link to the message it is about, unless that is gone or in a channel we do not see."""
    if about is None:
        return message
    try:
        found = await clients.speaker.chat_getPermalink(channel=about.channel, message_ts=about.ts)
    except SlackApiError as error:
        if isinstance(verdict := _verdict(error), Failed) and verdict.after is not None:
            raise  # Slack wishes for silence, so all of it is said later
        return message
    return with_link(message, str(found["permalink"]))


async def _replace(clients: Clients, address: str, message: Mapping[str, Any]) -> None:
    body = {"response_type": "ephemeral", **message}
    if not address.startswith(clients.answers_at):
        return  # no address of Slack's; only somebody with the signing secret could have sent it
    async with clients.session.post(address, json=body, allow_redirects=False) as answer:
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise _Unanswered(_rate_limited(answer.headers))
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _Unanswered(Failed(f"HTTP {answer.status}", unsure=True))
        # Anything else is final: the address lives for 30 minutes and five uses.


async def _channel(clients: Clients, to: str, workspace: str) -> str | None:
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


async def _conversation(clients: Clients, to: str, workspace: str) -> str | None:
    """Give the id of the conversation: a person's is the direct message with Goodword."""
    if to.startswith(("U", "W")):
        opened = await clients.reader.conversations_open(users=to)
        return str(opened["channel"]["id"])
    return await _channel(clients, to, workspace)


async def _history(clients: Clients, channel: str, letter: Letter) -> AsyncIterator[dict[str, Any]]:
    oldest = (letter.first_tried_at - CLOCK_SKEW).timestamp()

    def ask(cursor: str | None) -> Awaitable[Any]:
        return clients.reader.conversations_history(
            channel=channel, oldest=f"{oldest:.6f}", limit=200, cursor=cursor, include_all_metadata=True
        )

    async for page in pages(ask):
        for message in page["messages"]:
            yield message


def _has_key(key: str, message: Mapping[str, Any]) -> bool:
    metadata = message.get("metadata") or {}
    return metadata.get("event_type") == EVENT and (metadata.get("event_payload") or {}).get("key") == key


def _has_file(name: str, message: Mapping[str, Any]) -> bool:
    """A file carries no metadata: it is known by its name, which is the letter's own."""
    return any(file.get("name") == name for file in message.get("files") or ())


def _verdict(error: SlackApiError) -> Done | Failed:
    """Judge an answer that was not "ok"."""
    status = getattr(error.response, "status_code", None) or getattr(error.response, "status", 0)
    name = _error_of(error)
    if status == HTTPStatus.TOO_MANY_REQUESTS or name in {"ratelimited", "rate_limited"}:
        return _rate_limited(getattr(error.response, "headers", {}))
    if name in DONE_ANYWAY:
        return Done(None)
    if name in FOR_GOOD:
        return Failed(name, unsure=False, for_good=True)
    # An "ok": false with a name of its own did nothing; a bare failure may have done anything.
    return Failed(name or f"HTTP {status}", unsure=not name or name in UNSURE)


def _rate_limited(headers: Mapping[str, str]) -> Failed:
    after = headers.get("Retry-After", "")
    return Failed("ratelimited", unsure=False, after=float(after) if after.isdigit() else 30.0)


def _error_of(error: SlackApiError) -> str:
    """Slack's own name for what went wrong; empty where the answer was none of Slack's."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


async def identify(clients: Clients) -> Identity:
    """Ask Slack who we are; refuse with a sentence that says what to do."""
    try:
        return _identity(await clients.reader.auth_test())
    except SlackApiError as error:
        name = _error_of(error) or "no proper answer"
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
        return _error_of(error) not in {"account_inactive", "invalid_auth", "not_authed", "token_revoked"}
    except BROKEN:
        return True
    return True


async def stand_in_channel(clients: Clients, channel: str) -> Mapping[str, Any] | None:
    """The channel as Slack tells of it, None where it does not; refuses where Slack cannot be asked."""
    try:
        room: Mapping[str, Any] = (await clients.reader.conversations_info(channel=channel))["channel"]
        found = dict(room)
    except SlackApiError as error:
        if _error_of(error) == "channel_not_found":
            return None
        raise Refusal(f"Slack does not say what {channel} is ({_error_of(error)}).") from None
    except BROKEN as error:
        raise Refusal(f"Slack does not say what {channel} is ({type(error).__name__}).") from None
    return found


async def finds_channel(clients: Clients, name: str, workspace: str) -> bool:
    """Whether a channel, by `#name` or id, is there for Goodword; refuses where Slack does not say."""
    try:
        if name.startswith("#"):
            return await _channel(clients, name, workspace) is not None
        return any([channel["id"] == name async for channel in channels(clients.reader, workspace)])
    except BROKEN as error:
        why = (_error_of(error) if isinstance(error, SlackApiError) else "") or type(error).__name__
        raise Refusal(f"Slack does not say which channels there are ({why}).") from None
