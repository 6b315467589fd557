"""Who is who, kept current by Slack's events."""

from functools import partial

from bot import people
from handlers.directory.slack import group_of, person_of
from handlers.office import Office
from handlers.payloads import Event, MembersChange, SubteamChange, UserChange


async def person_changed(office: Office, event: Event) -> None:
    person = person_of(UserChange.model_validate(event.event).user, event.team_id)
    meet = partial(people.meet, people=[person], groups=[], now=office.now())
    await office.transact(event.team_id, meet)


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
