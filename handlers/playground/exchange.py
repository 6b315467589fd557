"""Several pretend workspaces behind one Web API: the app is installed by OAuth, and tokens say where."""

import base64
import contextlib
import itertools
import json
import secrets
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from handlers.playground.clock import PretendClock
from handlers.playground.server import HOST, PretendSlack, listening
from handlers.playground.web_api import OF_THE_APP
from handlers.playground.world import Json

TOKEN_LIVES = timedelta(hours=12)
# What an organisation's token cannot do without being told in which workspace.
NEEDS_TEAM = frozenset(
    {"conversations.list", "users.list", "usergroups.list", "usergroups.users.list", "team.profile.get"}
)


@dataclass
class Installation:
    """Where the app is installed: in one workspace, or for an organisation in the workspaces it granted."""

    account: str
    name: str
    teams: list[str]
    org_wide: bool = False
    enterprise: str | None = None
    live: dict[str, datetime | None] = field(default_factory=dict)  # token → when it runs out
    refresh: dict[str, bool] = field(default_factory=dict)  # refresh token → whether it was used
    removed: bool = False


class Exchange:
    """`slacks` by the id of their workspace; with `rotates`, tokens run out after twelve hours.

    `redirect_url` is where browsers are sent back to, as in the app's configuration.
    """

    def __init__(
        self,
        slacks: Iterable[PretendSlack],
        *,
        client_id: str,
        client_secret: str,
        clock: PretendClock,
        rotates: bool = False,
    ) -> None:
        self.slacks = {slack.company.id: slack for slack in slacks}
        self.first = next(iter(self.slacks.values()))
        for slack in self.slacks.values():
            slack.answer_by(self.first.links)
        self.clock = clock
        self.rotates = rotates
        self.redirect_url = ""
        self.chosen = self.first.company.id  # where the person at the browser installs it
        self.refuses = ""  # what Slack says to the next code or refresh token, where it says no
        self.base_url = ""
        self.installed: dict[str, Installation] = {}
        self.renewals: list[str] = []  # the refresh tokens that came in, in their order
        self.organisations: dict[str, tuple[str, list[str]]] = {}  # enterprise → (name, granted workspaces)
        self._app = (client_id, client_secret)
        self._codes: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def organisation(self, id: str, name: str, teams: Iterable[str], granted: Iterable[str]) -> None:
        """Let workspaces belong to an organisation, which lets the app work in those granted."""
        self.organisations[id] = name, list(granted)
        for team in teams:
            self.slacks[team].enterprise = id

    def allow(self, account: str) -> str:
        """Give the code that a person's consent leads to."""
        code = f"{next(self._numbers)}.{secrets.token_hex(8)}"
        self._codes[code] = account
        return code

    def install(self, account: str) -> Json:
        """Install it, new or anew, and give what oauth.v2.access answers."""
        if account in self.organisations:
            name, teams = self.organisations[account]
            made = Installation(account, name, list(teams), org_wide=True, enterprise=account)
        else:
            made = Installation(account, self.slacks[account].company.name, [account])
        self.installed[account] = made
        return self._answer(made)

    def token_of(self, account: str) -> str:
        """The newest token of an account."""
        return list(self.installed[account].live)[-1]

    async def uninstall(
        self, account: str, *, order: tuple[str, ...] = ("app_uninstalled", "tokens_revoked")
    ) -> None:
        """Remove the app; Slack tells of it by two events, in either order."""
        self.installed[account].removed = True
        slack = self.slacks[self.installed[account].teams[0]]
        for kind in order:
            event: Json = {"type": kind, "event_ts": slack.world.new_ts()}
            if kind == "tokens_revoked":
                event["tokens"] = {"oauth": [], "bot": [slack.company.bot_user]}
            await slack.send_events(slack.emit(event))

    async def grant(self, account: str, team: str, *, granted: bool = True) -> None:
        """Let an organisation add the app to one of its workspaces, or take it away there."""
        made = self.installed[account]
        made.teams = [one for one in made.teams if one != team] + ([team] if granted else [])
        kind = "team_access_granted" if granted else "team_access_revoked"
        slack = self.slacks[team]
        event = {"type": kind, "team_ids": [team], "event_ts": slack.world.new_ts()}
        await slack.send_events(slack.emit(event))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        if path.startswith("/w/"):
            _, _, team, rest = path.split("/", 3)
            await self.slacks[team].asgi(_at(scope, f"/{rest}"), receive, send)
        elif path.startswith("/api/"):
            await self._api(path.removeprefix("/api/"), scope, receive, send)
        else:
            request = Request(scope, receive)
            answer = self._consent(request) if path == "/oauth/v2/authorize" else PlainTextResponse("no", 404)
            await answer(scope, receive, send)

    def _consent(self, request: Request) -> Response:
        """Slack's page, on which a person says yes at once."""
        if request.query_params.get("client_id") != self._app[0]:
            return PlainTextResponse("invalid client_id", 400)
        told = {"code": self.allow(self.chosen), "state": request.query_params.get("state", "")}
        return RedirectResponse(f"{self.redirect_url}?{urlencode(told)}", 302)

    async def _api(self, method: str, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if method == "oauth.v2.access":
            fields = dict(parse_qsl((await request.body()).decode()))
            await JSONResponse(self._access(request, fields))(scope, receive, send)
            return
        if method in OF_THE_APP:  # whose token is that of the environment, wherever it is installed
            await self.first.asgi(_at(scope, f"/api/{method}"), receive, send)
            return
        token = request.headers.get("authorization", "").partition(" ")[2]
        found = self._admitted(token)
        if isinstance(found, str):
            await JSONResponse({"ok": False, "error": found})(scope, receive, send)
        elif not found.org_wide:
            await self._forward(self.slacks[found.account], scope, receive, send)
        else:
            body = await request.body()
            await self._of_organisation(found, method, _given(request, body), scope, _again(body), send)

    async def _of_organisation(
        self, made: Installation, method: str, args: Json, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if method == "auth.teams.list":
            teams = [{"id": id, "name": self.slacks[id].company.name} for id in made.teams]
            await JSONResponse({"ok": True, "teams": teams})(scope, receive, send)
            return
        team = str(args.get("team_id") or "")
        if method in NEEDS_TEAM and not team:
            await JSONResponse({"ok": False, "error": "missing_argument"})(scope, receive, send)
        elif team and team not in made.teams:
            await JSONResponse({"ok": False, "error": "team_access_not_granted"})(scope, receive, send)
        else:
            slack = self.slacks[team] if team else self._where(made, args)
            await self._forward(slack, scope, receive, send)

    def _where(self, made: Installation, args: Json) -> PretendSlack:
        """The workspace in which there is a channel, a person or a form that is named."""
        named = {str(value) for value in args.values()}
        for slack in (self.slacks[id] for id in made.teams):
            world = slack.world
            if named & (world.people.keys() | world.conversations.keys()):
                return slack
            if any(world.view(one) for one in named) or slack.tickets.knows(named):
                return slack
        return self.slacks[made.teams[0]]

    async def _forward(self, slack: PretendSlack, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name != b"authorization"]
        headers.append((b"authorization", f"Bearer {slack.bot_token}".encode()))
        await slack.asgi({**scope, "headers": headers}, receive, send)

    def _admitted(self, token: str) -> Installation | str:
        """Whose token it is, or what Slack says to it."""
        for made in self.installed.values():
            if token in made.live:
                if made.removed:
                    return "account_inactive"
                expires = made.live[token]
                return "token_expired" if expires and expires <= self.clock.now() else made
        return "invalid_auth" if token else "not_authed"

    def _access(self, request: Request, fields: dict[str, str]) -> Json:
        given = request.headers.get("authorization", "").removeprefix("Basic ")
        basic = base64.b64decode(given or "Og==").decode().partition(":")[::2]
        if basic != self._app:
            return {"ok": False, "error": "bad_client_secret"}
        if self.refuses:
            return {"ok": False, "error": self.refuses}
        if fields.get("grant_type") == "refresh_token":
            return self._renewed(fields.get("refresh_token", ""))
        account = self._codes.pop(fields.get("code", ""), None)
        return self.install(account) if account else {"ok": False, "error": "invalid_code"}

    def _renewed(self, refresh_token: str) -> Json:
        self.renewals.append(refresh_token)
        for made in self.installed.values():
            if made.refresh.get(refresh_token) is False and not made.removed:
                made.refresh[refresh_token] = True
                return self._answer(made)
        return {"ok": False, "error": "invalid_refresh_token"}

    def _answer(self, made: Installation) -> Json:
        token = f"xoxb-{made.account}-{next(self._numbers)}"
        expires = self.clock.now() + TOKEN_LIVES if self.rotates else None
        made.live[token] = expires
        first = self.slacks[made.teams[0]]
        answer: Json = {
            "ok": True,
            "access_token": token,
            "token_type": "bot",
            "scope": ",".join(sorted(first.manifest.scopes)),
            "bot_user_id": first.company.bot_user,
            "app_id": first.company.app_id,
            "team": None if made.org_wide else {"id": made.account, "name": made.name},
            "enterprise": {"id": made.enterprise, "name": made.name} if made.enterprise else None,
            "is_enterprise_install": made.org_wide,
            "authed_user": {"id": "U0EVECARTR"},
        }
        if expires:
            refresh_token = f"xoxe-1-{next(self._numbers)}"
            made.refresh[refresh_token] = False
            answer |= {"refresh_token": refresh_token, "expires_in": int(TOKEN_LIVES.total_seconds())}
        return answer


@contextlib.asynccontextmanager
async def serve_all(exchange: Exchange, port: int = 0, host: str = HOST) -> AsyncIterator[str]:
    """Serve all of them at one address; the page of each is at /w/<its id>/."""
    slacks = list(exchange.slacks.values())
    try:
        async with exchange.first.links.served(), listening(exchange, host, port) as base_url:
            exchange.base_url = base_url
            for slack in slacks:
                slack.api_url, slack.public_url = f"{base_url}/api/", f"{base_url}/w/{slack.company.id}"
                await slack.start()
            try:
                yield base_url
            finally:
                for slack in slacks:
                    slack.end_streams()
    finally:
        for slack in slacks:
            await slack.stop()


def _at(scope: Scope, path: str) -> Scope:
    return {**scope, "path": path, "raw_path": path.encode()}


def _given(request: Request, body: bytes) -> Json:
    args: Json = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        sent: Json = json.loads(body or b"{}")
        return args | sent
    return args | dict(parse_qsl(body.decode(errors="replace")))


def _again(body: bytes) -> Receive:
    """What was read already, for whoever reads it next."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
