"""Installations that end, or that serve more or fewer workspaces of an organisation, as Slack tells of it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.ports import Clock, Installations, Register
from bot.rules.installations import Installation, Space, is_older
from handlers.tokens import OUTDATED

log = logging.getLogger("goodword")

Body = Mapping[str, Any]
Clients = Callable[[str], Awaitable[AsyncWebClient | None]]
"""Gives a client with the token of an account."""


class Lifecycle:
    """Hears Slack's events about installations; `changed` is told after the store was changed."""

    def __init__(
        self, register: Register, client_of: Clients, now: Clock, changed: Callable[[], Awaitable[None]]
    ) -> None:
        self._register = register
        self._client_of = client_of
        self._now = now
        self._changed = changed

    async def __call__(self, workspace: str, body: Body) -> None:
        happened = body["event"]
        match happened["type"]:
            case "app_uninstalled":
                await self._ended(workspace, body)
            case "tokens_revoked":
                # Of whose tokens, and why, it does not say; one that Slack still takes is ours.
                if (happened.get("tokens") or {}).get("bot") and not await self._is_taken(workspace, body):
                    await self._ended(workspace, body)
            case "team_access_revoked":
                await self._fewer(body, [str(id) for id in happened.get("team_ids") or ()])
            case "team_access_granted":
                await self.widen(str(body.get("enterprise_id") or ""))
        await self._changed()

    async def _is_taken(self, workspace: str, body: Body) -> bool:
        """Whether Slack takes our token; where it cannot be asked, it tells us again."""
        held = await self._register(lambda shelf: _meant(shelf, workspace, body))
        client = await self._client_of(held.account) if held else None
        if client is None:
            return False
        try:
            await client.auth_test()
        except SlackApiError as error:
            return error.response.get("error") not in OUTDATED
        return True

    async def _ended(self, workspace: str, body: Body) -> None:
        now, at = self._now(), _moment(body)

        def end(shelf: Installations) -> Installation | None:
            held = _meant(shelf, workspace, body)
            if held is None or is_older(at, held):
                return None
            shelf.end(held.account, now)
            return held

        if held := await self._register(end):
            log.warning("Goodword was removed from %s: it says nothing there any more", held.account)

    async def _fewer(self, body: Body, left: list[str]) -> None:
        account, now, at = str(body.get("enterprise_id") or ""), self._now(), _moment(body)

        def end(shelf: Installations) -> None:
            held = shelf.find(account)
            if held and not is_older(at, held):
                shelf.end_spaces(account, left, now)

        await self._register(end)

    async def widen(self, account: str) -> None:
        """Ask which workspaces of an organisation the app may go to now."""
        held = await self._register(lambda shelf: shelf.find(account))
        client = await self._client_of(account) if held and held.org_wide else None
        if held and client:
            await self._serve(held, await spaces_of(client, account))

    async def _serve(self, held: Installation, found: list[Space]) -> None:
        now = self._now()

        def keep(shelf: Installations) -> None:
            ours = {id for id, one in shelf.standing().spaces.items() if one.account == held.account}
            granted = {one.workspace for one in found}
            shelf.add(held, [one for one in found if one.workspace not in ours], now)
            shelf.end_spaces(held.account, sorted(ours - granted), now)

        await self._register(keep)


async def spaces_of(client: AsyncWebClient, account: str) -> list[Space]:
    """The workspaces in which an organisation lets the app work."""
    found: list[Space] = []
    cursor: str | None = None
    while cursor != "":
        page = await client.auth_teams_list(limit=200, cursor=cursor)
        found += [Space(str(one["id"]), str(one.get("name") or one["id"]), account) for one in page["teams"]]
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
    return found


def _meant(shelf: Installations, workspace: str, body: Body) -> Installation | None:
    """The workspace's own installation, or that of its organisation where the event says it is that."""
    first: Body = next(iter(body.get("authorizations") or ()), {})
    enterprise = str(body.get("enterprise_id") or first.get("enterprise_id") or "")
    whole = bool(first.get("is_enterprise_install") or body.get("is_enterprise_install")) or not workspace
    return shelf.find(enterprise) if whole and enterprise else shelf.find(workspace)


def _moment(body: Body) -> datetime | None:
    seconds = body.get("event_time")
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None
