"""Who is who, kept current by Slack's events."""

from functools import partial

from bot import people
from handlers.directory.slack import group_of, person_of
from handlers.office import Office
from handlers.payloads import Event


async def person_changed(office: Office, event: Event) -> None:
    user = event.event["user"]
    person = person_of(user, event.team_id)
    fact, about = office.heard(event.team_id, user)
    follow = partial(people.changed, person=person, fact=fact, about=about, now=office.now())
    await office.transact(event.team_id, follow)


async def group_changed(office: Office, event: Event) -> None:
    subteam = event.event["subteam"]
    if "users" in subteam or subteam.get("date_delete"):
        group = group_of(subteam, subteam.get("users", []))
        meet = partial(people.meet, people=[], groups=[group], now=office.now())
        await office.transact(event.team_id, meet)


async def members_changed(office: Office, event: Event) -> None:
    change = partial(
        people.members_changed,
        group=event.event["subteam_id"],
        added=event.event.get("added_users", []),
        removed=event.event.get("removed_users", []),
        now=office.now(),
    )
    await office.transact(event.team_id, change)
