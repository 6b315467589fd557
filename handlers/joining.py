"""The button *Me too* on a kudos, and the one that takes it back: read → ask → answer."""

from datetime import datetime
from functools import partial

from bot import joining
from bot.errors import NotIntroduced, Refusal
from bot.messages import ClickRefused
from bot.ports import Work
from handlers.office import Office
from handlers.payloads import Click, moment, number_in
from handlers.views.joining import LEAVE


async def clicked(office: Office, click: Click) -> None:
    work = partial(_click, click=click, now=office.now())
    try:
        await office.transact(click.team.id, work)
    except NotIntroduced as strangers:
        await office.introduce(click.team.id, strangers)
        await office.transact(click.team.id, partial(work, met=True))


def _click(work: Work, click: Click, now: datetime, *, met: bool = False) -> None:
    """A click can carry no answer, so even a refusal travels through the outbox."""
    pressed = click.actions[0]
    try:
        joining.clicked(
            work,
            number_in(pressed.value),
            click.user.id,
            moment(pressed.action_ts) or now,
            f"click:{click.trigger_id}",
            click.response_url,
            now,
            joined=pressed.action_id != LEAVE,
            met=met,
        )
    except NotIntroduced:
        raise
    except Refusal as no:
        if click.response_url:
            work.outbox.put(click.response_url, ClickRefused(no.sentence, in_place=False), now)
