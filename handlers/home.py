"""The Home tab is drawn anew whenever somebody opens it, or chooses something there."""

import contextlib
from datetime import datetime
from functools import partial

from bot import people, preferences
from bot.errors import Refusal
from bot.ports import Work
from handlers.office import Office
from handlers.payloads import Click, Event, HomeOpening


async def thanks_wanted(office: Office, click: Click) -> None:
    """Keep how somebody likes to be thanked; what cannot be chosen leaves it as it was."""
    choose = partial(_choose, person=click.user.id, value=click.actions[0].chosen, now=office.now())
    await office.transact(click.team.id, choose)


def _choose(work: Work, person: str, value: str, now: datetime) -> None:
    with contextlib.suppress(Refusal):
        preferences.choose(work, person, value, now)
    people.home_opened(work, person, now)


async def opened(office: Office, event: Event) -> None:
    seen = HomeOpening.model_validate(event.event)
    if seen.tab == "home":  # the messages tab sends the same event
        await office.transact(event.team_id, partial(people.home_opened, person=seen.user, now=office.now()))
