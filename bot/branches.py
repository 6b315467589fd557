"""A branch for each workspace that is served: one by its token, or all where the app is installed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from bot import spaces
from bot.ports import Clock, Register, Transact
from bot.rules.installations import GRACE, Installation, Space, Standing, is_due
from handlers import web
from handlers.directory.nightly import Nightly
from handlers.errors import OnceTold
from handlers.identity import Identity
from handlers.lifecycle import Lifecycle
from handlers.office import Office
from handlers.schedule import Watch
from handlers.tokens import Badge, BadgedClient, Exchange
from handlers.web import Clients

log = logging.getLogger("goodword")

FOLLOW_EVERY = timedelta(seconds=10)  # how soon a replica sees what another has installed or ended
ASK_AGAIN = timedelta(seconds=2)  # about a workspace that is not served
MOST_ASKED = 1000  # of those that are kept in mind
ERASE_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Branch:
    """All that is there for one workspace.

    The first of `begun` is done once its people are known; all end with the branch.
    """

    office: Office
    clients: Clients
    nightly: Nightly
    watch: Watch
    begun: tuple["asyncio.Task[None]", ...]
    account: str = ""

    def beat(self) -> None:
        self.nightly.knock()
        self.watch.look()

    async def close(self) -> None:
        for task in self.begun:
            task.cancel()
        await asyncio.gather(*self.begun, return_exceptions=True)
        await self.watch.stop()
        await self.nightly.stop()


Build = Callable[[Identity, Clients, str], Branch]
"""Makes the branch of a workspace, for the account in which the app is installed."""


class Branches(Protocol):
    """Which workspaces are served now."""

    @property
    def introduced(self) -> "asyncio.Task[None]":
        """Done once the people of each that is served now are known."""

    async def office_of(self, workspace: str) -> Office | None: ...

    def clients_of(self, workspace: str) -> Clients | None: ...

    def served(self) -> list[str]: ...

    async def heard(self, workspace: str, body: Mapping[str, Any]) -> None:
        """Slack tells of an installation that ends or widens."""

    def beat(self) -> None: ...

    async def look(self) -> None:
        """Look at installations now, as the heartbeat does by itself."""

    async def renewed(self) -> None: ...

    async def stop(self) -> None: ...


class Single:
    """One workspace, by the token in the environment: nothing is ever looked up."""

    def __init__(self, branch: Branch) -> None:
        self._branch = branch
        self._workspace = branch.office.me.workspace
        self._open = True

    @property
    def introduced(self) -> "asyncio.Task[None]":
        return self._branch.begun[0]

    async def office_of(self, workspace: str) -> Office | None:
        return self._branch.office if workspace == self._workspace and self._open else None

    def clients_of(self, workspace: str) -> Clients | None:
        return self._branch.clients if workspace == self._workspace and self._open else None

    def served(self) -> list[str]:
        return [self._workspace] if self._open else []

    async def heard(self, workspace: str, body: Mapping[str, Any]) -> None:
        """End with the token; a new one comes with a new start."""
        happened = body["event"]
        bots = (happened.get("tokens") or {}).get("bot")
        gone = happened["type"] == "app_uninstalled" or (happened["type"] == "tokens_revoked" and bots)
        if gone and workspace == self._workspace and self._open and not await self._still_known():
            self._open = False
            log.error(
                "Goodword was removed from this workspace: it says nothing there any more. "
                "Install it anew, set SLACK_BOT_TOKEN, and start again."
            )

    async def _still_known(self) -> bool:
        """An event may come late, after the app was installed anew and we were started with that token."""
        return await web.is_accepted(self._branch.clients)

    def beat(self) -> None:
        if self._open:
            self._branch.beat()

    async def look(self) -> None:
        """There is nothing to look at."""

    async def renewed(self) -> None:
        """The one token is not renewed."""

    async def stop(self) -> None:
        await self._branch.close()


class Many:
    """Every workspace where the app is installed, as the store says; it is read anew all the time."""

    def __init__(
        self,
        register: Register,
        transact: Transact,
        connect: Callable[..., Clients],
        exchange: Exchange,
        now: Clock,
        build: Build,
    ) -> None:
        """`connect` makes clients given their `kind`."""
        self._register = register
        self._transact = transact
        self._connect = connect
        self._exchange = exchange
        self._now = now
        self._build = build
        self._branches: dict[str, Branch] = {}
        self._badges: dict[str, tuple[Badge, Clients]] = {}
        self._following = asyncio.Lock()
        self._followed: datetime | None = None
        self._asked: dict[str, datetime] = {}  # workspaces that are not served, and when they were looked for
        self._erased: datetime | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._trouble = OnceTold(
            log, "installations cannot be looked at", "installations are looked at again"
        )
        self._lifecycle = Lifecycle(register, self._client_of, now, self.follow)

    async def start(self) -> None:
        """Serve what is installed, and ask organisations which of their workspaces belong to it now."""
        await self.follow()
        self._task = asyncio.create_task(self._ask_organisations())

    async def _ask_organisations(self) -> None:
        wide = [account for account, (badge, _) in self._badges.items() if badge.held.org_wide]
        for account in wide:
            await self._unless_in_trouble(self._lifecycle.widen(account))
        if wide:
            await self._unless_in_trouble(self.follow())

    @property
    def introduced(self) -> "asyncio.Task[None]":
        return asyncio.create_task(self._all_known())

    async def office_of(self, workspace: str) -> Office | None:
        if workspace not in self._branches:
            await self._look_for(workspace)
        branch = self._branches.get(workspace)
        return branch.office if branch else None

    def clients_of(self, workspace: str) -> Clients | None:
        branch = self._branches.get(workspace)
        return branch.clients if branch else None

    def served(self) -> list[str]:
        return list(self._branches)

    async def heard(self, workspace: str, body: Mapping[str, Any]) -> None:
        await self._lifecycle(workspace, body)

    def beat(self) -> None:
        for branch in list(self._branches.values()):
            branch.beat()
        now = self._now()
        idle = self._task is None or self._task.done()
        if idle and (self._followed is None or now - self._followed >= FOLLOW_EVERY or now < self._followed):
            self._task = asyncio.create_task(self.look())

    async def follow(self) -> None:
        """Serve what the store says is installed, and nothing else."""
        async with self._following:
            self._followed = self._now()
            standing = await self._register(lambda shelf: shelf.standing())
            for account in [one for one in self._badges if one not in standing.versions]:
                del self._badges[account]
            for account, version in standing.versions.items():
                await self._hold(account, version)
            self._close(standing)
            for space in standing.spaces.values():
                self._open(space)

    async def renewed(self) -> None:
        """Wait for renewals that are under way."""
        for badge, _ in list(self._badges.values()):
            await badge.stop()

    async def installed(self, _account: str) -> None:
        await self.follow()

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for branch in self._branches.values():
            await branch.close()
        await asyncio.gather(*self._closing)
        await self.renewed()

    async def look(self) -> None:
        """Read the store, renew what is due, erase what is left of workspaces that left long ago."""
        now = self._now()
        await self._unless_in_trouble(self.follow())
        for badge, _ in list(self._badges.values()):
            if is_due(badge.held, now):
                badge.renew()
        if self._erased is None or now - self._erased >= ERASE_EVERY:
            self._erased = now
            await self._unless_in_trouble(self._erase(now))

    async def _erase(self, now: datetime) -> None:
        for workspace in await self._register(lambda shelf: shelf.to_erase(now - GRACE)):
            if await self._transact(workspace, partial(spaces.forget, now=now)):
                log.info("what was written in %s is erased, for Goodword was removed there", workspace)

    async def _hold(self, account: str, version: int) -> None:
        """Have the token of an account at hand, in the version that the store has."""
        if account in self._badges:
            badge, _ = self._badges[account]
            if badge.held.version != version:
                await badge.read_again()
            return
        held = await self._register(lambda shelf: shelf.find(account))
        if held is not None:
            badge = Badge(held, self._register, self._exchange, self._now, self._ended)
            self._badges[account] = badge, self._connect(kind=partial(BadgedClient, badge))

    def _open(self, space: Space) -> None:
        if space.workspace in self._branches or space.account not in self._badges:
            return
        badge, clients = self._badges[space.account]
        self._branches[space.workspace] = self._build(identity(space, badge.held), clients, space.account)
        log.info("Goodword serves %s", space.workspace)

    def _close(self, standing: Standing) -> None:
        """Leave those that ended, and those that go by another account, bot user or scopes now."""
        for workspace, branch in list(self._branches.items()):
            space = standing.spaces.get(workspace)
            held = self._badges[space.account][0].held if space and space.account in self._badges else None
            me = identity(space, held) if space and held else None
            if held and branch.account == held.account and branch.office.me == me:
                continue
            del self._branches[workspace]
            task = asyncio.create_task(branch.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _ended(self, held: Installation) -> None:
        """Slack says so of a token, though its event has not come, or will not."""
        now, account = self._now(), held.account
        if await self._register(lambda shelf: shelf.end_held(held, now)) and account in self._badges:
            log.warning("Goodword was removed from %s: it says nothing there any more", account)
        await self.follow()

    async def _client_of(self, account: str) -> Any:
        if account not in self._badges:
            await self.follow()
        found = self._badges.get(account)
        return found[1].reader if found else None

    async def _look_for(self, workspace: str) -> None:
        """Read the store, unless that was done for this very workspace just now."""
        now, asked = self._now(), self._asked.get(workspace)
        if asked is not None and timedelta() <= now - asked < ASK_AGAIN:
            async with (
                self._following
            ):  # one under way may find it, and what is acknowledged never comes again
                return
        if len(self._asked) >= MOST_ASKED:
            self._asked.clear()
        self._asked[workspace] = now
        try:
            await self.follow()
        except BaseException:
            self._asked.pop(workspace, None)  # or the next request would take it for a stranger
            raise

    async def _all_known(self) -> None:
        await asyncio.gather(*(branch.begun[0] for branch in self._branches.values()), return_exceptions=True)

    async def _unless_in_trouble(self, looking: Awaitable[object]) -> None:
        try:
            await looking
        except Exception as error:  # noqa: BLE001 - the next look may succeed
            self._trouble.met(error)
        else:
            self._trouble.well()


def identity(space: Space, held: Installation) -> Identity:
    """Who we are in one of the workspaces of an installation."""
    scopes = frozenset(one.strip() for one in held.scopes.split(",") if one.strip())
    return Identity(space.workspace, space.name, held.bot_user, held.bot_id, scopes, space.url or held.url)
