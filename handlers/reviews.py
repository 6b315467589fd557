"""Managers look at the recognition of their people, keep some of it, take it along: read → ask → answer."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from bot import people, reviews
from bot.errors import Refusal
from bot.ports import Work
from bot.reviews import PERIODS, Recognition
from handlers.office import Office
from handlers.payloads import Click, number_in
from handlers.views import reviews as view


async def opened(office: Office, click: Click) -> None:
    read = partial(reviews.recognition, manager=click.user.id, now=office.now())
    found = await office.transact(click.team.id, read)
    await office.client.views_open(trigger_id=click.trigger_id, view=view.page(found))


async def period_chosen(office: Office, click: Click) -> None:
    days = number_in(click.actions[0].chosen)
    await _redraw(office, click, _shown(click) | {"days": days if days in PERIODS else PERIODS[0]})


async def person_chosen(office: Office, click: Click) -> None:
    one = click.actions[0].chosen
    await _redraw(office, click, _shown(click) | {"one": "" if one == view.EVERYBODY else one})


async def keep(office: Office, click: Click) -> None:
    await _change(office, click, partial(reviews.keep, now=office.now()))


async def let_go(office: Office, click: Click) -> None:
    await _change(office, click, reviews.let_go)


async def export(office: Office, click: Click) -> None:
    """The file comes as a private message, so that it can be found again."""
    shown = _shown(click)
    form = click.actions[0].value
    send = partial(
        reviews.export,
        manager=click.user.id,
        form=form if form in view.FORMATS else "md",
        now=office.now(),
        **shown,
    )
    await office.transact(click.team.id, send)


async def _change(office: Office, click: Click, change: Callable[..., None]) -> None:
    number, _, person = click.actions[0].value.partition(":")
    make = partial(change, manager=click.user.id, number=number_in(number), person=person)
    await office.transact(click.team.id, partial(_or_home, click=click, make=make, office=office))
    if click.view.callback_id == "reviews":
        await _redraw(office, click, _shown(click))


def _or_home(work: Work, click: Click, make: Callable[[Work], None], office: Office) -> None:
    """Somebody who is not their manager any more sees that when the Home tab is drawn anew."""
    try:
        make(work)
    except Refusal:
        people.home_opened(work, click.user.id, office.now())


async def _redraw(office: Office, click: Click, shown: dict[str, Any]) -> None:
    read = partial(reviews.recognition, manager=click.user.id, now=office.now(), **shown)
    found: Recognition = await office.transact(click.team.id, read)
    await office.redraw(click.view, view.page(found))


def _shown(click: Click) -> dict[str, Any]:
    """Which period and person the list shows; what comes from outside is checked."""
    try:
        kept = json.loads(click.view.private_metadata)
    except ValueError:
        kept = {}
    days, one = (kept.get("days"), kept.get("one")) if isinstance(kept, dict) else (None, None)
    return {"days": days if days in PERIODS else PERIODS[0], "one": one if isinstance(one, str) else ""}
