"""Keeps other web sites away from the page: only this machine's own names, only its own origin."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OUR_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
FOR_THE_APP = ("/api/", "/response/", "/upload/")
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"


class Guard:
    """A page on the internet can make a browser call 127.0.0.1, by name (DNS rebinding) or across origins.

    The app's own doors are not concerned: one wants a token, the others an unguessable address.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(FOR_THE_APP):
            await self._app(scope, receive, send)
        elif trouble := objection(scope["method"], scope["path"], Headers(scope=scope)):
            await JSONResponse({"ok": False, "error": trouble}, 403)(scope, receive, send)
        else:
            await self._app(scope, receive, _marked(send))


def objection(method: str, path: str, headers: Headers) -> str | None:
    host = headers.get("host", "")
    if _name(f"//{host}") not in OUR_NAMES:
        return "This page is only served under this machine's own name."
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "Another web site may not do that."
    # Following a link to the page is nobody's harm; everything behind it is for the page alone.
    if path != "/" and headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
        return "Another web site may not do that."
    kind = headers.get("content-type", "").partition(";")[0].strip()
    if method == "POST" and kind != "application/json":
        return "Only JSON is taken here."
    return None


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _marked(send: Send) -> Send:
    async def with_policy(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = POLICY
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
            headers["Cache-Control"] = "no-cache"
        await send(message)

    return with_policy
