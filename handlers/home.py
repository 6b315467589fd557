"""The Home tab is drawn anew whenever somebody opens it."""

from functools import partial

from bot import people
from handlers.office import Office
from handlers.payloads import Event, HomeOpening


async def opened(office: Office, event: Event) -> None:
    seen = HomeOpening.model_validate(event.event)
    if seen.tab == "home":  # the messages tab sends the same event
        await office.transact(event.team_id, partial(people.home_opened, person=seen.user, now=office.now()))
