"""The doors for the app: /api/<method> and /response/<token>, in Slack's three ways of calling."""

import asyncio
import json
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from handlers.playground.args import Args
from handlers.playground.errors import SlackError
from handlers.playground.faults import Fault
from handlers.playground.responses import respond
from handlers.playground.rooms import same
from handlers.playground.web_api import Pace, perform
from handlers.playground.workspace import ApiCall, Workspace
from handlers.playground.world import Json

TOO_MANY = 429


class WebApi:
    """An ASGI endpoint, because a fault may have to cut the connection."""

    def __init__(self, slack: Workspace) -> None:
        self._slack = slack
        self._pace = Pace()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        method = str(request.path_params["method"])
        raw, token = await _read(request)
        args = Args(raw)
        self._slack.at_work += 1
        try:
            response = await self._answer(method, token, args)
        finally:
            self._slack.at_work -= 1
            self._slack.bell.ring()
        if response is None:
            await cut(receive, send)
        else:
            await response(scope, receive, send)

    async def _answer(self, method: str, token: str | None, args: Args) -> Response | None:
        """None means: cut the line. Whoever has no token uses up nothing of what is planned."""
        if token not in self._slack.tokens:
            return JSONResponse(perform(self._slack, method, token, args))
        fault = self._slack.faults.take(method)
        self._slack.bell.ring()  # somebody may wait for this very fault to begin
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        elif fault is not None and fault.kind != "drop_after":
            return self._faulty(method, args, fault)
        if self._too_fast(method, args):
            return self._limited(method, args, 1)
        answer = perform(self._slack, method, token, args)
        if fault is not None and fault.kind == "drop_after":
            self._keep(method, args, answer, None)
            return None
        self._keep(method, args, answer, 200)
        scopes = ",".join(sorted(self._slack.manifest.scopes))
        return JSONResponse(answer, headers={"X-OAuth-Scopes": scopes} if answer["ok"] else None)

    def _too_fast(self, method: str, args: Args) -> bool:
        if not self._slack.rate_limits or method != "chat.postMessage":
            return False
        return not self._pace.take(same(self._slack, args.text("channel")))

    def _faulty(self, method: str, args: Args, fault: Fault) -> Response | None:
        if fault.kind == "ratelimited":
            return self._limited(method, args, fault.retry_after)
        if fault.kind == "error":
            answer = {"ok": False, "error": fault.error}
            self._keep(method, args, answer, 200)
            return JSONResponse(answer)
        if fault.kind == "http500":
            self._keep(method, args, "Internal Server Error", 500)
            return PlainTextResponse("Internal Server Error", 500)
        if fault.kind == "garbage":
            self._keep(method, args, "<html>garbage", 200)
            return PlainTextResponse("<html>garbage", media_type="text/html")
        self._keep(method, args, None, None)
        return None

    def _limited(self, method: str, args: Args, seconds: int) -> Response:
        answer = {"ok": False, "error": "ratelimited"}
        self._keep(method, args, answer, TOO_MANY)
        return JSONResponse(answer, TOO_MANY, {"Retry-After": str(seconds)})

    def _keep(self, method: str, args: Args, answer: Any, status: int | None) -> None:
        slack = self._slack
        slack.calls.append(ApiCall(method, args.given, answer, slack.clock.now(), status))
        outcome = answer.get("error", "ok") if isinstance(answer, dict) else status or "line cut"
        slack.tell("api", f"{method} → {outcome}")


async def _read(request: Request) -> tuple[Json, str | None]:
    """The arguments and the token, from the header or among the arguments."""
    raw: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if request.method == "POST" and kind.startswith("application/json"):
        raw |= _object(await request.body())
    elif request.method == "POST":
        raw |= dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    given = raw.pop("token", None)
    return raw, token if scheme.lower() == "bearer" else given


def _object(body: bytes) -> Json:
    try:
        given = json.loads(body)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


async def cut(receive: Receive, send: Send) -> None:
    """Close the connection without an answer, as a broken network would."""
    # uvicorn's receive is a method of the request's cycle, which holds the transport.
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:  # another server: half an answer is the next best
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        return
    cast("asyncio.Transport", transport).abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def response_url(slack: Workspace, request: Request) -> Response:
    body = await request.body()
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    try:
        respond(slack, str(request.path_params["token"]), given)
    except SlackError as no:
        gone = no.code in {"used_url", "expired_url"}
        return JSONResponse({"ok": False, "error": no.code, **no.more}, 404 if gone else 400)
    return PlainTextResponse("ok")
