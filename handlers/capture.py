"""What is written in channels: thanks are noticed, complaints shown another way, edits followed.

This is the busiest way in, and nearly nothing that comes here concerns us: whatever can be told from the
event alone is told first, without a look at the database.
"""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from slack_sdk.errors import SlackApiError

from bot import capture, marks
from bot.capture import Heard
from bot.errors import NotIntroduced, Refusal
from bot.messages import ClickRefused
from bot.ports import Work
from bot.rules import language
from bot.rules.language import Reading
from bot.rules.recognition import Place
from handlers import escalate, markup
from handlers.office import Office
from handlers.payloads import Channel, Click, Event, Item, MessageChange, Written, moment
from handlers.reactions import find, introducing
from handlers.views import capture as view


def is_idle(body: Mapping[str, Any]) -> bool:
    """Whether this is a message just written that certainly asks nothing of us.

    Longer than needed, for speed: nearly everything that Slack sends is this, so it is told from the bare
    body, before Bolt. Whatever looks unusual is no idle talk, and is judged where everything else is.
    """
    event = body.get("event")
    if (
        not isinstance(event, dict)
        or event.get("type") != "message"
        or not isinstance(body.get("team_id"), str)
    ):
        return False
    subtype, text = event.get("subtype"), event.get("text")
    if not isinstance(text, str) or not (subtype is None or (isinstance(subtype, str) and subtype in NEW)):
        return False
    return not _names_somebody(text) or not _concerns(language.read(text))


def _names_somebody(text: str) -> bool:
    """Thanks and complaints are taken for such only where they are said to somebody, by a mention."""
    return language.may_concern(text) and ("<@" in text or "<!subteam^" in text)


def _concerns(reading: Reading) -> bool:
    return reading.label == "complaint_person" or (reading.label == "shoutout" and bool(reading.recipients))


async def message(office: Office, event: Event) -> None:
    subtype = event.event.get("subtype")
    if not isinstance(subtype, str | None):
        return
    follow = SUBTYPES.get(subtype) if subtype else None
    if follow:
        await follow(office, event)
    elif subtype in NEW:
        await _said(office, event)


async def _said(office: Office, event: Event) -> None:
    """Read it in memory. Only thanks and complaints go on from here; of anything else nothing is kept."""
    text = event.event.get("text")
    if event.event.get("bot_id") or not isinstance(text, str) or not _names_somebody(text):
        return
    said = Written.model_validate(event.event)
    if not said.author or event.event.get("user_team", event.team_id) != event.team_id:
        return
    reading = language.read(text)
    place = Place(Channel.model_validate({"id": event.event.get("channel")}).id, said.ts)
    if reading.label == "shoutout" and reading.recipients and event.event.get("channel_type") == "channel":
        heard = Heard(said.author, place, markup.pieces(text), reading.recipients)
        await introducing(office, event.team_id, partial(capture.noticed, heard=heard, now=office.now()))
    elif reading.label == "complaint_person":
        await _suggest(office, event.team_id, said.author, place)


async def _suggest(office: Office, workspace: str, author: str, place: Place) -> None:
    """Show another way, to the author alone, now or never: the outbox would keep that they complained."""
    may = partial(capture.may_suggest, person=author, now=office.now())
    if await office.transact(workspace, may):
        shown = view.suggestion(f"{place.channel}:{place.ts}")
        with contextlib.suppress(SlackApiError):
            await office.client.chat_postEphemeral(channel=place.channel, user=author, **shown)


async def record_wanted(office: Office, click: Click) -> None:
    """Read the message once more, for it may have been edited since; only its author can record it."""
    place = _place(click)
    said = await find(office, Item(type="message", channel=place.channel, ts=place.ts))
    reading = language.read(said.text or "") if said and said.author == click.user.id else None
    if said is None or reading is None or not reading.recipients:
        await _answer(office, click, partial(capture.answered, answer="gone", person=click.user.id))
        return
    heard = Heard(said.author, place, markup.pieces(said.text or ""), reading.recipients)
    record = partial(_record, heard=heard, reply_to=click.response_url, now=office.now())
    await introducing(office, click.team.id, record)


def _record(work: Work, heard: Heard, reply_to: str, now: datetime, *, met: bool = False) -> None:
    try:
        capture.record(work, heard, reply_to, now, met=met)
    except NotIntroduced:
        if not met:
            raise
        capture.answered(work, "gone", heard.author, reply_to, now)
    except Refusal as no:
        work.outbox.put(reply_to, ClickRefused(no.sentence), now)


async def not_now(office: Office, click: Click) -> None:
    await _answer(office, click, partial(capture.answered, answer="not_now", person=click.user.id))


async def not_here(office: Office, click: Click) -> None:
    no_more = partial(capture.ask_no_more, person=click.user.id, channel=_place(click).channel)
    await _answer(office, click, no_more)


async def never(office: Office, click: Click) -> None:
    await _answer(office, click, partial(capture.suggest_no_more, person=click.user.id))


async def form_wanted(office: Office, click: Click) -> None:
    """The complaint's own way: the form, with a link to the message, as long as it stands there."""
    place, link = _place(click), ""
    with contextlib.suppress(SlackApiError):
        found = await office.client.chat_getPermalink(channel=place.channel, message_ts=place.ts)
        link = str(found["permalink"])
    await escalate.open_form(office, click.team.id, click.trigger_id, link=link)


async def _answer(office: Office, click: Click, fn: Callable[..., None]) -> None:
    await office.transact(click.team.id, partial(fn, reply_to=click.response_url, now=office.now()))


def _place(click: Click) -> Place:
    """What a button carries comes from outside: it is a place in the channel of the click, or none at all.

    The channel may have had another id when it was asked.
    """
    return Place(click.channel.id, click.actions[0].value.rpartition(":")[2])


async def _edited(office: Office, event: Event) -> None:
    """Slack tells of its own changes, too, such as a preview of a link: then the words are the same."""
    change = MessageChange.model_validate(event.event)
    now, before = change.message, change.previous_message
    if now.subtype == "tombstone":  # what is deleted and has answers
        await _gone(office, event, Place(change.channel, now.ts))
        return
    at = moment(now.edited.ts if now.edited else change.event_ts)
    if not now.author or now.text == before.text or at is None:
        return
    words = markup.pieces(now.text or "")
    follow = partial(marks.edited, place=Place(change.channel, now.ts), words=words, at=at, now=office.now())
    await office.transact(event.team_id, follow)


async def _deleted(office: Office, event: Event) -> None:
    change = MessageChange.model_validate(event.event)
    if change.deleted_ts and not change.previous_message.bot_id:
        await _gone(office, event, Place(change.channel, change.deleted_ts))


async def _gone(office: Office, event: Event, place: Place) -> None:
    await office.transact(event.team_id, partial(marks.deleted, place=place, now=office.now()))


NEW = frozenset({None, "file_share", "thread_broadcast"})  # a message as it was just written
SUBTYPES: Mapping[str, Callable[[Office, Event], Awaitable[None]]] = {
    "message_changed": _edited,
    "message_deleted": _deleted,
}
