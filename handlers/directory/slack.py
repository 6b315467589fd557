"""People and user groups as Slack tells of them, by paging through it or by asking for a few."""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot import people
from bot.errors import NotIntroduced
from bot.ports import Clock, Transact
from bot.rules.people import Group, Person
from handlers.payloads import Profile, SlackUser, Subteam

log = logging.getLogger("goodword.directory")

PAGE = 200  # Slack's advice for users.list
PATIENCE = 1.5  # seconds; somebody is waiting, and Slack gives up on us after three


class Directory:
    """Reads Slack's directory; the client may retry, for nothing is changed by reading."""

    def __init__(self, client: AsyncWebClient, transact: Transact, now: Clock) -> None:
        self._client = client
        self._transact = transact
        self._now = now

    async def sync(self, workspace: str) -> tuple[int, int]:
        """Meet everybody; gives how many people and groups there are."""
        count = 0
        cursor: str | None = None
        while cursor != "":
            page = await self._client.users_list(limit=PAGE, cursor=cursor, team_id=workspace)
            members = [person_of(SlackUser.model_validate(one), workspace) for one in page["members"]]
            await self._meet(workspace, members, [])
            count += len(members)
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        groups = await self._groups(workspace)
        await self._meet(workspace, [], groups)
        return count, len(groups)

    async def introduce(self, workspace: str, strangers: NotIntroduced) -> None:
        """Meet a few strangers now; whom Slack does not know stays one, and the refusal stands."""
        try:
            async with asyncio.timeout(PATIENCE):
                groups = await self._groups(workspace) if strangers.groups else []
                ids = strangers.people.union(*(group.members for group in groups))
                met = await asyncio.gather(*(self._person(id, workspace) for id in ids))
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("could not look up people in Slack: %s", type(error).__name__)
            return
        await self._meet(workspace, [person for person in met if person], groups)

    async def _person(self, id: str, workspace: str) -> Person | None:
        try:
            found = await self._client.users_info(user=id)
        except SlackClientError:
            return None
        return person_of(SlackUser.model_validate(found["user"]), workspace)

    async def _groups(self, workspace: str) -> list[Group]:
        found = await self._client.usergroups_list(
            include_users=True, include_disabled=True, team_id=workspace
        )
        return [group_of(Subteam.model_validate(one)) for one in found["usergroups"]]

    async def _meet(self, workspace: str, met: Sequence[Person], groups: Sequence[Group]) -> None:
        await self._transact(workspace, partial(people.meet, people=met, groups=groups, now=self._now()))


def person_of(user: SlackUser, workspace: str) -> Person:
    """Read a user object of Slack's. Slackbot says it is no bot, and it is one."""
    profile = user.profile or Profile()
    real_name = user.real_name or profile.real_name or user.name
    return Person(
        id=user.id,
        handle=user.name,
        name=profile.display_name or real_name,
        home=user.team_id or workspace,
        real_name=real_name,
        active=not user.deleted,
        bot=bool(user.is_bot) or user.id == "USLACKBOT",
        guest=bool(user.is_restricted or user.is_ultra_restricted),
        timezone=user.tz or "UTC",
    )


def group_of(subteam: Subteam) -> Group:
    return Group(
        id=subteam.id,
        handle=subteam.handle,
        name=subteam.name or subteam.handle,
        active=not subteam.date_delete,
        members=tuple(subteam.users or ()),
    )
