"""The token of an installation, as the clients use it: renewed before it runs out, by one process alone.

A refresh token can be used once. Whoever wants to use it claims that in the store first, and commits the
new tokens before the first call with them; whoever comes late reads them there.
"""

import asyncio
import base64
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.ports import Clock, Register
from bot.rules.installations import RENEW_AGAIN, RENEWING, Installation, has_run_out, is_due
from handlers.calls import Client
from handlers.errors import reference

log = logging.getLogger("goodword.tokens")

OUTDATED = frozenset({"invalid_auth", "not_authed", "token_expired", "token_revoked", "account_inactive"})
"""What Slack says to a token that is not the present one, or not a token any more."""
OVER = frozenset({"account_inactive", "token_revoked"})
"""What it says when the app was removed."""
WAIT, WAITS = 0.1, 30  # seconds, and how often, until another process has renewed what has run out


class Exchange(Protocol):
    """Gives Slack's answer to a code, or to a refresh token."""

    async def __call__(self, **given: str) -> dict[str, Any]: ...


def exchanger(client: AsyncWebClient, client_id: str, client_secret: str) -> Exchange:
    """Build what asks oauth.v2.access; slack_sdk's own way uses a class that aiohttp is giving up."""
    who = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode("ascii")

    async def exchange(**given: str) -> dict[str, Any]:
        answer = await client.api_call(
            "oauth.v2.access", data=given, headers={"Authorization": f"Basic {who}"}
        )
        if not isinstance(answer.data, dict):
            raise ValueError("no answer of Slack's")  # noqa: TRY004 - it is Slack's mistake
        return answer.data

    return exchange


def expiry(answer: dict[str, Any], now: datetime) -> datetime | None:
    """When a token runs out by Slack's `expires_in`, in seconds; None where it does not."""
    seconds = answer.get("expires_in")
    return datetime.fromtimestamp(now.timestamp() + int(seconds), UTC) if seconds else None


class Badge:
    """What one installation shows Slack. `ended` is told when Slack says that the app was removed."""

    def __init__(
        self,
        held: Installation,
        register: Register,
        exchange: Exchange,
        now: Clock,
        ended: Callable[[Installation], Awaitable[None]],
    ) -> None:
        self.held = held
        self._register = register
        self._exchange = exchange
        self._now = now
        self._ended = ended
        self._renewing: asyncio.Task[None] | None = None

    async def token(self) -> str:
        """The token of now. One that still holds for a while is renewed beside the call that uses it."""
        now = self._now()
        if is_due(self.held, now):
            renewing = self.renew()
            if has_run_out(self.held, now):
                await asyncio.shield(renewing)
        return self.held.token

    def renew(self) -> "asyncio.Task[None]":
        """Renew it, unless that is under way in this process."""
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renewed())
        return self._renewing

    async def stop(self) -> None:
        """Let a renewal come to its end, for its refresh token is used up."""
        if self._renewing:
            await self._renewing

    async def read_again(self) -> bool:
        """Take over what another process has kept; whether that was anything new."""
        kept = await self._register(lambda shelf: shelf.find(self.held.account))
        if kept is None or kept.version == self.held.version:
            return False
        self.held = kept
        return True

    async def doubted(self, used: str, said: str) -> bool:
        """Slack did not accept the token that was used; whether there is another one to try."""
        if self.held.token != used or await self.read_again():
            return True
        if said in OVER:
            await self._ended(self.held)
            return False
        if said == "token_expired" and self.held.refresh_token:
            await asyncio.shield(self.renew())
        return self.held.token != used

    async def _renewed(self) -> None:
        try:
            await self._renew_once()
        except Exception as error:  # noqa: BLE001 - the present token may hold for two hours yet
            log.error(  # noqa: TRY400 - the trace is in the reference
                "the token of %s could not be renewed, reference %s", self.held.account, reference(error)
            )

    async def _renew_once(self) -> None:
        held, now = self.held, self._now()
        begin = partial(_begin, held=held, now=now)
        if not await self._register(begin):
            await self._follow(held)
            return
        try:
            answer = await self._exchange(grant_type="refresh_token", refresh_token=held.refresh_token)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            said = error.response.get("error") if isinstance(error, SlackApiError) else type(error).__name__
            log.error("Slack did not renew the token of %s (%s); trying again", held.account, said)  # noqa: TRY400
            await self._register(lambda shelf: shelf.end_renewal(held, now + RENEW_AGAIN))
            return
        token, refresh_token = str(answer["access_token"]), str(answer["refresh_token"])
        expires_at = expiry(answer, now) or now
        await self._register(lambda shelf: shelf.renewed(held, token, refresh_token, expires_at))
        await self.read_again()
        log.info("the token of %s was renewed", held.account)

    async def _follow(self, held: Installation) -> None:
        """Another process renews it, or has done so; if it ran out, wait for that, though not for long."""
        for _ in range(WAITS):
            if await self.read_again() or not has_run_out(held, self._now()):
                return
            await asyncio.sleep(WAIT)


def _begin(shelf: Any, held: Installation, now: datetime) -> bool:
    return bool(shelf.begin_renewal(held, now, now + RENEWING))


class BadgedClient(Client):
    """A client that asks for the token at each call, and once more where Slack has grown tired of it.

    An answer that doubts the token did nothing, so that to repeat the call doubles nothing.
    """

    def __init__(self, badge: Badge, **common: Any) -> None:
        super().__init__(**common)
        self._badge = badge

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:
        self.token = used = await self._badge.token()
        try:
            # The token is read before the first await inside.
            return await super().api_call(api_method, **_copied(how))
        except SlackApiError as error:
            data = getattr(error.response, "data", None)
            said = str(data.get("error", "")) if isinstance(data, dict) else ""
            if said not in OUTDATED or not await self._badge.doubted(used, said):
                raise
        self.token = self._badge.held.token
        return await super().api_call(api_method, **_copied(how))


def _copied(how: dict[str, Any]) -> dict[str, Any]:
    """slack_sdk fills in what it is given."""
    return {name: dict(value) if isinstance(value, dict) else value for name, value in how.items()}
