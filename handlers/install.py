"""The two doors through which Goodword is installed: to Slack, and back from there (OAuth v2)."""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.errors import Refusal
from bot.ports import Clock, Installations, Register
from bot.rules.installations import STATE_LIVES, Installation, Space
from handlers.errors import reference
from handlers.front import Opening
from handlers.lifecycle import spaces_of
from handlers.tokens import exchanger, expiry
from handlers.views import install as view

log = logging.getLogger("goodword")

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
COOKIE = "goodword_install"
TOO_OLD = "This link was used before, or is too old. Please begin anew at /slack/install."
UNREACHED = (
    SlackClientError,
    aiohttp.ClientError,
    TimeoutError,
    AttributeError,
    ValueError,
    KeyError,
    TypeError,
)
"""What a broken line, or an answer that is none of Slack's, turns into."""


@dataclass(frozen=True, slots=True)
class App:
    """Our app as Slack knows it, and what it asks for."""

    client_id: str
    client_secret: str
    scopes: Collection[str]


class Doors:
    """`slack` is a client without a token; `installed` is told of an account once it is kept."""

    def __init__(
        self,
        app: App,
        register: Register,
        slack: AsyncWebClient,
        now: Clock,
        installed: Callable[[str], Awaitable[None]],
    ) -> None:
        self._app = app
        self._register = register
        self._slack = slack
        self._exchange = exchanger(slack, app.client_id, app.client_secret)
        self._now = now
        self._installed = installed

    def openings(self) -> list[Opening]:
        return [(INSTALL, self.leave), (REDIRECT, self.come_back)]

    async def leave(self, request: Request) -> Response:
        """Send a browser to Slack, with a state that only this browser can bring back."""
        try:
            return await self._leave(request)
        except Refusal as no:
            return _page(view.failed(no.sentence), 503)
        except Exception as error:  # noqa: BLE001 - whoever waits here has no log to look at
            return _page(view.failed(_trouble(error)), 503)

    async def come_back(self, request: Request) -> Response:
        """Take what Slack sent back, and say in one sentence what came of it."""
        try:
            made = await self._come_back(request)
        except Refusal as no:
            return _page(view.failed(no.sentence), 400)
        except Exception as error:  # noqa: BLE001 - as above
            return _page(view.failed(_trouble(error)), 503)
        log.info("Goodword was installed in %s", made.account)
        answer = _page(view.done(made.name, made.url, org_wide=made.org_wide), 200)
        answer.delete_cookie(COOKIE, path="/slack")
        return answer

    async def _leave(self, request: Request) -> Response:
        state = self._signed(secrets.token_urlsafe(32), self._now() + STATE_LIVES)
        asked = {
            "client_id": self._app.client_id,
            "scope": ",".join(sorted(self._app.scopes)),
            "state": state,
        }
        answer = RedirectResponse(f"{authorize_url(self._slack.base_url)}?{urlencode(asked)}", 302)
        answer.headers["Cache-Control"] = "no-store"
        answer.set_cookie(
            COOKIE,
            state,
            max_age=int(STATE_LIVES.total_seconds()),
            path="/slack",
            httponly=True,
            samesite="lax",
            secure=_is_https(request),
        )
        return answer

    async def _come_back(self, request: Request) -> Installation:
        asked, now = request.query_params, self._now()
        state = asked.get("state", "")
        ours = request.cookies.get(COOKIE, "")
        if not state or not hmac.compare_digest(state.encode(), ours.encode()):
            raise Refusal("This did not begin in this browser. Please begin anew at /slack/install.")
        until = self._lives_until(state)
        if until is None or until <= now:
            raise Refusal(TOO_OLD)
        if asked.get("error") == "access_denied":
            raise Refusal("It was not allowed in Slack, so nothing was installed.")
        if asked.get("error") or not asked.get("code"):
            raise Refusal("Slack did not say that it may be installed. Please begin anew at /slack/install.")
        made, spaces = await self._exchanged(asked["code"], now)

        def keep(shelf: Installations) -> bool:
            """Remember only now that it was used: to fill the table one has to install it each time."""
            first = shelf.use_state(_digest(state), now, until)
            if first:
                shelf.keep(made, spaces, now)
            return first

        if not await self._register(keep):
            raise Refusal(TOO_OLD)
        await self._installed(made.account)
        return made

    def _signed(self, nonce: str, until: datetime) -> str:
        """Nothing is stored for who goes to Slack, for anybody may, as often as they like."""
        said = f"{nonce}.{int(until.timestamp())}"
        return f"{said}.{self._signature(said)}"

    def _lives_until(self, state: str) -> datetime | None:
        """Read it; None where we did not sign it."""
        said, _, signature = state.rpartition(".")
        if not hmac.compare_digest(self._signature(said).encode(), signature.encode()):
            return None
        return datetime.fromtimestamp(int(said.rpartition(".")[2]), UTC)

    def _signature(self, said: str) -> str:
        key = f"goodword-install:{self._app.client_secret}".encode()
        return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()

    async def _exchanged(self, code: str, now: datetime) -> tuple[Installation, list[Space]]:
        try:
            answer = await self._exchange(code=code)
            client = AsyncWebClient(
                token=answer["access_token"], session=self._slack.session, base_url=self._slack.base_url
            )
            me = await client.auth_test()
            made = read(answer, me, now)
            found = await spaces_of(client, made.account) if made.org_wide else []
        except SlackApiError as error:
            raise Refusal(
                f"Slack did not go on with it ({_said(error)}), so nothing was installed."
            ) from None
        except UNREACHED as error:
            why = type(error).__name__
            raise Refusal(f"Slack could not be asked ({why}). Please begin anew at /slack/install.") from None
        return made, found if made.org_wide else [Space(made.account, made.name, made.account, made.url)]


def read(answer: Any, me: Any, now: datetime) -> Installation:
    """Read Slack's answer to a code; `team` is null where it is for a whole organisation."""
    enterprise, team = answer.get("enterprise") or {}, answer.get("team") or {}
    org_wide = bool(answer.get("is_enterprise_install"))
    account = enterprise if org_wide else team
    return Installation(
        account=str(account["id"]),
        name=str(account.get("name") or account["id"]),
        bot_user=str(answer["bot_user_id"]),
        bot_id=str(me.get("bot_id") or ""),
        token=str(answer["access_token"]),
        installed_at=now,
        enterprise=str(enterprise.get("id") or ""),
        org_wide=org_wide,
        url=str(me.get("url") or ""),
        scopes=str(answer.get("scope") or ""),
        installed_by=str((answer.get("authed_user") or {}).get("id") or ""),
        refresh_token=str(answer.get("refresh_token") or ""),
        expires_at=expiry(answer, now),
    )


def authorize_url(api_url: str) -> str:
    """Where Slack asks for consent: beside its Web API, in earnest and in a stand-in."""
    place = urlsplit(api_url)
    return f"{place.scheme}://{place.netloc}/oauth/v2/authorize"


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _is_https(request: Request) -> bool:
    """As the browser sees it, which may speak to a proxy before us."""
    return "https" in {request.url.scheme, request.headers.get("x-forwarded-proto", "")}


def _said(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else "no proper answer"


def _trouble(error: Exception) -> str:
    return f"Something went wrong on my side (reference {reference(error)}). Please try again in a minute."


def _page(html: str, status: int) -> HTMLResponse:
    return HTMLResponse(html, status, headers=dict(view.HEADERS))
