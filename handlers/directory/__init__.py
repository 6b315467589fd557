"""Who is who, kept current by Slack's events."""

from functools import partial

from bot import people
from handlers.directory.slack import group_of, person_of
from handlers.office import Office
from handlers.payloads import Event, MembersChange, SubteamChange, UserChange


async def person_changed(office: Office, event: Event) -> None:
    told = UserChange.model_validate(event.event).user
    person = person_of(told, event.team_id)
    fact, about = office.heard(event.team_id, event.event["user"])
    follow = partial(people.changed, person=person, fact=fact, about=about, now=office.now())
    await office.transact(event.team_id, follow)


async def group_changed(office: Office, event: Event) -> None:
    subteam = SubteamChange.model_validate(event.event).subteam
    if subteam.users is not None or subteam.date_delete:
        group = group_of(subteam)
        meet = partial(people.meet, people=[], groups=[group], now=office.now())
        await office.transact(event.team_id, meet)


async def members_changed(office: Office, event: Event) -> None:
    told = MembersChange.model_validate(event.event)
    change = partial(
        people.members_changed,
        group=told.subteam_id,
        added=told.added_users,
        removed=told.removed_users,
        now=office.now(),
    )
    await office.transact(event.team_id, change)
