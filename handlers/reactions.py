"""An emoji on a message: it may join in a kudos, or thank the message's author. read → ask → answer."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError

from bot import joining, marks
from bot.errors import NotIntroduced
from bot.marks import Said
from bot.ports import Mark, Work
from bot.rules.recognition import Place
from handlers import markup
from handlers.office import Office
from handlers.payloads import Event, Item, Reaction, Written, moment
from handlers.verdicts import NOT_THERE

T = TypeVar("T")
PATIENCE = 1.5  # seconds; Slack waits three for all of it, and sends the event again
GONE = NOT_THERE | {"thread_not_found", "missing_scope", "method_not_supported_for_channel_type"}


async def changed(office: Office, event: Event) -> None:
    """Most reactions concern nobody here: those cost one look at the settings, and nothing is written."""
    seen = Reaction.model_validate(event.event)
    at = moment(seen.event_ts)
    if seen.item.type != "message" or at is None:
        return
    mark = Mark(
        place=Place(seen.item.channel, seen.item.ts),
        person=seen.user,
        way=seen.reaction,
        added=seen.type == "reaction_added",
        happened_at=at,
        source=f"event:{event.event_id}",
    )
    thanks = await introducing(office, event.team_id, partial(_heard, mark=mark, now=office.now()))
    if thanks and seen.item_user != seen.user:
        said = await _read(office, seen.item)
        if said:
            await introducing(
                office, event.team_id, partial(marks.thank, mark=mark, said=said, now=office.now())
            )


def _heard(work: Work, mark: Mark, now: datetime, *, met: bool = False) -> bool:
    """Deal with it, as far as it needs no words; True where the message is to be read."""
    return not joining.reacted(work, mark, now, met=met) and marks.meant(work, mark, now)


async def introducing(office: Office, workspace: str, fn: Callable[..., T]) -> T:
    """Do it; where somebody is still unknown to us, look them up in Slack and do it once more."""
    try:
        return await office.transact(workspace, fn)
    except NotIntroduced as strangers:
        await office.introduce(workspace, strangers)
        return await office.transact(workspace, partial(fn, met=True))


async def _read(office: Office, item: Item) -> Said | None:
    """The message as it stands; nothing, where it is gone or no person wrote it. Other trouble is raised."""
    try:
        async with asyncio.timeout(PATIENCE):
            channel, found = await asyncio.gather(
                office.client.conversations_info(channel=item.channel), find(office, item)
            )
    except SlackApiError as error:
        if error.response.get("error") in GONE:
            return None
        raise
    if found is None or not found.author:
        return None
    return Said(
        author=found.author,
        words=markup.pieces(found.text or ""),
        edited_at=moment(found.edited.ts) if found.edited else None,
        closed=not _open(channel["channel"]),
    )


def _open(channel: dict[str, Any]) -> bool:
    return bool(channel.get("is_channel")) and not channel.get("is_private")


async def find(office: Office, item: Item) -> Written | None:
    """Look in the channel, and then in the thread, if it is an answer there."""
    only: dict[str, Any] = {"channel": item.channel, "oldest": item.ts, "latest": item.ts, "inclusive": True}
    page = await office.client.conversations_history(**only, limit=1)
    if not page["messages"]:
        page = await office.client.conversations_replies(**only, ts=item.ts, limit=2)
    found = (Written.model_validate(one) for one in page["messages"])
    return next((one for one in found if one.ts == item.ts), None)
