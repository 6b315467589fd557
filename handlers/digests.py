"""What is clicked in a digest: *Keep for the review*."""

from datetime import datetime
from functools import partial

from bot import digests
from bot.errors import Refusal
from bot.messages import ClickRefused, DigestRedrawn
from bot.ports import Work
from handlers.office import Office
from handlers.payloads import Click, number_in


async def keep_clicked(office: Office, click: Click) -> None:
    await office.transact(click.team.id, partial(_keep, click=click, now=office.now()))


def _keep(work: Work, click: Click, now: datetime) -> None:
    """A click can carry no answer, so a refusal travels through the outbox, and so does the new drawing."""
    number, _, person = click.actions[0].value.partition(":")
    try:
        digests.keep(work, click.user.id, number_in(number), person, now)
    except Refusal as no:
        if click.response_url:
            work.outbox.put(click.response_url, ClickRefused(no.sentence, in_place=False), now)
        return
    shown = _place(click)
    if shown:
        period, part = shown
        work.outbox.put(click.user.id, DigestRedrawn("manager", click.user.id, period, part), now)


def _place(click: Click) -> tuple[str, int] | None:
    """In which message of which digest it was clicked, if in any."""
    kind, _, rest = click.actions[0].block_id.partition("|")
    period, _, rest = rest.partition("|")
    part = number_in(rest.partition("|")[0])
    return (period, part) if kind == "digest" and part else None
