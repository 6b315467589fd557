"""The Home tab is drawn anew whenever somebody opens it."""

from functools import partial

from bot import people
from handlers.office import Office
from handlers.payloads import Event


async def opened(office: Office, event: Event) -> None:
    if event.event.get("tab") == "home":  # the messages tab sends the same event
        person = str(event.event.get("user", ""))
        await office.transact(event.team_id, partial(people.home_opened, person=person, now=office.now()))
