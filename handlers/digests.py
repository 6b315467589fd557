"""What is clicked in a digest: *Keep for the review*, which elsewhere stands in the manager's own list."""

from datetime import datetime
from functools import partial

from bot import reviews
from bot.errors import Refusal
from bot.messages import ClickRefused, DigestRedrawn
from bot.ports import Work
from handlers import reviews as lists
from handlers.office import Office
from handlers.payloads import Click, number_in


async def keep_clicked(office: Office, click: Click) -> None:
    shown = _place(click)
    if shown is None:
        await lists.keep(office, click)
        return
    keep = partial(_keep, click=click, shown=shown, now=office.now())
    await office.transact(click.team.id, keep)


def _keep(work: Work, click: Click, shown: tuple[str, int], now: datetime) -> None:
    """A click can carry no answer, so a refusal travels through the outbox, and so does the new drawing."""
    number, _, person = click.actions[0].value.partition(":")
    try:
        reviews.keep(work, click.user.id, number_in(number), person, now)
    except Refusal as no:
        if click.response_url:
            work.outbox.put(click.response_url, ClickRefused(no.sentence, in_place=False), now)
        return
    period, part = shown
    work.outbox.put(click.user.id, DigestRedrawn("manager", click.user.id, period, part), now)


def _place(click: Click) -> tuple[str, int] | None:
    """In which message of which digest it was clicked, if in any: `digest|2026-W47|1|12:U0BEN`."""
    kind, _, rest = click.actions[0].block_id.partition("|")
    period, _, rest = rest.partition("|")
    part = number_in(rest.partition("|")[0])
    return (period, part) if kind == "digest" and part else None
