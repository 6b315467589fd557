"""What is written in channels: edits and deletions of messages that are kudos are followed.

This is the busiest way in, and nearly nothing that comes here concerns us: whatever can be told from the
event alone is told first, without a look at the database.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bot import marks
from bot.rules.recognition import Place
from handlers import markup
from handlers.office import Office
from handlers.payloads import Event, MessageChange, moment


async def message(office: Office, event: Event) -> None:
    subtype = event.event.get("subtype")
    follow = SUBTYPES.get(subtype) if isinstance(subtype, str) else None
    if follow:
        await follow(office, event)


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


SUBTYPES: Mapping[str, Callable[[Office, Event], Awaitable[None]]] = {
    "message_changed": _edited,
    "message_deleted": _deleted,
}
