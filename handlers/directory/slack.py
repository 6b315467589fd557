"""People and user groups as Slack tells of them, by paging through it or by asking for a few."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot import hops, people
from bot.errors import NotIntroduced
from bot.ports import Clock, Transact
from bot.rules.chart import FIELDS, Fact, Field
from bot.rules.people import Group, Person
from handlers import rooms
from handlers.directory.profile import Labels, heard_of, read_fact, read_labels
from handlers.pages import pages
from handlers.payloads import Profile, SlackUser, Subteam
from handlers.verdicts import BROKEN

log = logging.getLogger("goodword.directory")

PAGE = 200  # Slack's advice for users.list
PROFILES = 100  # as many as Slack lets us read in a minute are kept together
PAUSES = (0, 0.2)  # seconds; whoever else is at the chart for a moment only has ended by then
PATIENCE = 1.5  # seconds; somebody is waiting, and Slack gives up on us after three

Alive = Callable[[], Awaitable[None]]
"""Called now and then by what takes long, to say that it is still at it."""


@dataclass(frozen=True, slots=True)
class Met:
    """How many people and groups there are, and what users.list tells of the colleagues among them."""

    people: int
    groups: int
    titles: tuple[Fact, ...]


class Directory:
    """Reads Slack's directory; the client may retry, for nothing is changed by reading."""

    def __init__(self, client: AsyncWebClient, transact: Transact, now: Clock) -> None:
        self._client = client
        self._transact = transact
        self._now = now
        self._labels: dict[str, Labels | None] = {}

    async def sync(self, workspace: str) -> Met:
        """Meet everybody, and learn which profile fields there are."""
        count = 0
        titles: list[Fact] = []

        def ask(cursor: str | None) -> Awaitable[Any]:
            return self._client.users_list(limit=PAGE, cursor=cursor, team_id=workspace)

        async for page in pages(ask):
            members = [person_of(SlackUser.model_validate(one), workspace) for one in page["members"]]
            await self._meet(workspace, members, [])
            count += len(members)
            ours = zip(page["members"], members, strict=True)
            titles += [heard_of(user, None)[0] for user, one in ours if is_colleague(one, workspace)]
        groups = await self._groups(workspace)
        await self._meet(workspace, [], groups)
        self._labels[workspace] = await read_labels(self._client, workspace)
        return Met(count, len(groups), tuple(titles))

    async def read_profiles(self, workspace: str, titles: Sequence[Fact], alive: Alive) -> bool:
        """Keep what profiles say of the chart; False where that is only titles, for want of a scope.

        Slack gives the company's own fields one person at a time (users.profile.get, tier 4: more than
        100 a minute), and the client waits as long as Slack asks. Where there are no such fields, nobody
        is asked.
        """
        labels = self._labels.get(workspace)
        for start in range(0, len(titles), PROFILES):
            some = titles[start : start + PROFILES]
            facts = await self._facts(some, labels) if labels else some
            keep = partial(people.slack_says, facts=facts, about=("title",) if labels is None else FIELDS)
            await self._transact(workspace, keep)
            await alive()
        return labels is not None

    def heard(self, workspace: str, user: Mapping[str, Any]) -> tuple[Fact, Collection[Field]]:
        """Give what a user object tells of the chart; nothing, where that is none of a colleague."""
        fact, about = heard_of(user, self._labels.get(workspace))
        person = person_of(SlackUser.model_validate(user), workspace)
        return fact, about if is_colleague(person, workspace) else ()

    async def introduce(self, workspace: str, strangers: NotIntroduced) -> None:
        """Meet a few strangers now; whom Slack does not know stays one, and the refusal stands."""
        try:
            async with asyncio.timeout(PATIENCE):
                groups = await self._groups(workspace) if strangers.groups else []
                ids = strangers.people.union(*(group.members for group in groups))
                met = await asyncio.gather(*(self._person(id, workspace) for id in ids))
        except BROKEN as error:
            log.warning("could not look up people in Slack: %s", type(error).__name__)
            return
        known = [person for person in met if person]
        meet = partial(people.meet_at_once, people=known, groups=groups, now=self._now())
        for pause in PAUSES:
            await asyncio.sleep(pause)
            if await self._transact(workspace, meet):
                return  # otherwise an import is under way, which seats them at its end

    async def read_stand_in(self, workspace: str) -> str | None:
        """Learn who reads the channel that stands in for managers; where Slack does not tell, nobody does.

        Gives why nothing can be brought there, empty where it can; None where that is not known.

        It is asked each time, for nothing tells us of who joins a channel that we were never invited to.
        """
        channel = await self._transact(workspace, hops.stand_in_channel)
        if not channel:
            return ""
        unfit, readers = await self._readers(channel)
        if unfit:
            log.warning("the channel that stands in %s, so nothing is brought there", unfit)
        keep = partial(people.keep_readers, channel=channel, readers=readers, now=self._now())
        await self._transact(workspace, keep)
        return unfit

    async def _readers(self, channel: str) -> tuple[str | None, list[str]]:
        try:
            async with asyncio.timeout(PATIENCE):
                return await rooms.read_by(self._client, channel)
        except SlackApiError as error:
            if error.response.get("error") == "channel_not_found":
                return rooms.UNSEEN, []
            log.warning("could not see who reads the channel that stands in: %s", type(error).__name__)
        except BROKEN as error:
            log.warning("could not see who reads the channel that stands in: %s", type(error).__name__)
        return None, []

    async def _facts(self, titles: Sequence[Fact], labels: Labels) -> list[Fact]:
        read = [await read_fact(self._client, one.member, labels) for one in titles]
        return [fact for fact in read if fact]

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
    home = user.team_id or workspace  # in an organisation, perhaps another one that they belong to
    return Person(
        id=user.id,
        handle=user.name,
        name=profile.display_name or real_name,
        home=workspace if user.enterprise_user and workspace in user.enterprise_user.teams else home,
        real_name=real_name,
        active=not user.deleted,
        bot=bool(user.is_bot) or user.id == "USLACKBOT",
        guest=bool(user.is_restricted or user.is_ultra_restricted),
        timezone=user.tz or "UTC",
        email=(profile.email or "").strip().lower(),
        admin=bool(user.is_admin or user.is_owner),
    )


def is_colleague(person: Person, workspace: str) -> bool:
    return person.active and not person.bot and person.home == workspace


def group_of(subteam: Subteam) -> Group:
    return Group(
        id=subteam.id,
        handle=subteam.handle,
        name=subteam.name or subteam.handle,
        active=not subteam.date_delete,
        members=tuple(subteam.users or ()),
    )
