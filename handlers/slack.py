"""Slack's Web API as the postman uses it: post, remove, find."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.ports import Letter, Sent
from bot.rules.recognition import Place
from handlers import rooms
from handlers.letters.acts import Act, Post, Publish, React, Redraw, Remove, Replace, Unsay, Upload, Whisper
from handlers.pages import pages
from handlers.verdicts import BROKEN, FOR_GOOD, NOT_THERE, Done, Failed, error_of, rate_limited, verdict_of
from handlers.views.kudos import with_link
from handlers.web import Clients, channel_id

T = TypeVar("T")
EVENT = "goodword_message"
OTHERS_READ = "others_read_along"  # why nothing was said in a channel
CLOCK_SKEW = timedelta(minutes=2)
NOT_THESE_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format"})
DISPENSABLE = frozenset({"data_visualization"})  # not every Slack knows them
Is = Callable[[Mapping[str, Any]], bool]
"""Whether a message of the history is the one that is looked for."""


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
        return verdict_of(error)
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
        name = error_of(error)
        verdict = verdict_of(error)
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
        if error_of(error) != "not_in_channel":
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
        if error_of(error) not in NOT_THESE_BLOCKS or len(plainer) == len(message.get("blocks", ())):
            raise
        return await say({**message, "blocks": plainer})


async def _post(
    clients: Clients, letter: Letter, to: str, thread: Sent | None, message: Mapping[str, Any]
) -> Sent:
    channel = await channel_id(clients, to, letter.workspace)
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
        if error_of(error) in {"channel_not_found", "is_archived"}:
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
        if error_of(error) not in NOT_THERE:
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
        if isinstance(verdict := verdict_of(error), Failed) and verdict.after is not None:
            raise  # Slack wishes for silence, so all of it is said later
        return message
    return with_link(message, str(found["permalink"]))


async def _replace(clients: Clients, address: str, message: Mapping[str, Any]) -> None:
    body = {"response_type": "ephemeral", **message}
    if not address.startswith(clients.answers_at):
        return  # no address of Slack's; only somebody with the signing secret could have sent it
    async with clients.session.post(address, json=body, allow_redirects=False) as answer:
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise _Unanswered(rate_limited(answer.headers))
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _Unanswered(Failed(f"HTTP {answer.status}", unsure=True))


async def _conversation(clients: Clients, to: str, workspace: str) -> str | None:
    """Give the id of the conversation: a person's is the direct message with Goodword."""
    if to.startswith(("U", "W")):
        opened = await clients.reader.conversations_open(users=to)
        return str(opened["channel"]["id"])
    return await channel_id(clients, to, workspace)


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
