"""The HTTP door: size, signature and one parse, before anything reaches Bolt.

Bolt's own parser loses slash commands whose text contains the word "payload" and answers 500 to a
timestamp that is no number, so it gets a parsed body. That way of calling skips Bolt's signature
check: nothing but this door may reach the dispatch.
"""

import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote_to_bytes

from pydantic import ValidationError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot import logs
from handlers import capture, payloads
from handlers.errors import reference
from handlers.routes import Bolt

log = logging.getLogger("goodword.front")

SLACKS = "/slack/events"
LARGEST = 1024 * 1024  # bytes; Slack's own payloads stay well below (a view has at most 250 kB)
MOST_FIELDS = 100  # of a form; Slack sends some twenty
LONGEST_TIMESTAMP = 12  # digits; enough for the next 30,000 years
NAME = re.compile(r"(/|event )[a-z0-9_.-]{1,60}")
UNREADABLE = "The body cannot be read."
EVENTS = "application/json"
TALK = "event message"
FORMS = "application/x-www-form-urlencoded"
KINDS = frozenset(
    {
        "block_actions",
        "block_suggestion",
        "message_action",
        "shortcut",
        "view_closed",
        "view_submission",
    }
)

Seen = Callable[[str, int, float], None]
"""Told of every request: what kind it was, with which status it was answered, after how many seconds."""


class Refused(Exception):  # noqa: N818 - an answer
    """A request that is not let in, with its HTTP status and one sentence for its sender."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class SlackTime(SignatureClock):
    """Seconds since 1970 for the verifier, from our own clock."""

    seconds: Callable[[], float]

    def now(self) -> float:
        return self.seconds()


class Road:
    """The way from either door to Bolt: what was read is looked at, answered, and told of."""

    def __init__(self, bolt: Bolt, seen: Seen) -> None:
        self._bolt = bolt
        self._seen = seen

    async def take(self, read: Callable[[], Awaitable[dict[str, Any]]]) -> BoltResponse:
        """Answer what `read` gives, which may refuse it; anything but 200 is for the sender to repeat."""
        kind, began = "request", time.perf_counter()
        logs.begin()
        try:
            body = await read()
            kind = kind_of(body)
            if kind == TALK and capture.is_idle(body):
                self._seen(kind, 200, time.perf_counter() - began)
                return BoltResponse(status=200)
            answer = await self._answer(kind, body)
        except Refused as no:
            answer = BoltResponse(status=no.status, body=no.sentence)
        except ValidationError:
            answer = BoltResponse(status=400, body="This is not what Slack sends.")
        except Exception as error:  # noqa: BLE001 - a server would log its message, which may quote a person
            answer = BoltResponse(status=500, body=f"reference {reference(error)}")
        took = time.perf_counter() - began
        log.info("%s: %d in %d ms", kind, answer.status, took * 1000)
        self._seen(kind, answer.status, took)
        return answer

    async def _answer(self, kind: str, body: dict[str, Any]) -> BoltResponse:
        match kind:
            case "url_verification":
                return BoltResponse(status=200, body={"challenge": str(body.get("challenge", ""))})
            case "ssl_check" | "app_rate_limited":
                return BoltResponse(status=200)
        if "command" in body and (answer := await self._bolt.commanded(body)):
            return answer
        payloads.Request.model_validate(body)
        return await self._bolt.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))


class Front:
    """Answers Slack's requests over HTTP."""

    def __init__(self, road: Road, signing_secret: str, seconds: Callable[[], float]) -> None:
        self._road = road
        self._verifier = SignatureVerifier(signing_secret, clock=SlackTime(seconds))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Be an app by oneself: what Starlette puts around one took as long as to read the request."""
        answer = await self._road.take(partial(self._read, scope, receive))
        body = answer.body.encode()
        content_type = answer.first_headers().get("content-type", "text/plain;charset=utf-8")
        headers = [
            (b"content-length", str(len(body)).encode()),
            (b"content-type", content_type.encode("latin-1")),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _read(self, scope: Scope, receive: Receive) -> dict[str, Any]:
        raw = await _body(receive)
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name, value)
        self._verify(raw, headers)
        return _parsed(raw, headers.get(b"content-type", b"").decode("latin-1"))

    def _verify(self, raw: bytes, headers: Mapping[bytes, bytes]) -> None:
        timestamp = headers.get(b"x-slack-request-timestamp", b"").decode("latin-1")
        signature = headers.get(b"x-slack-signature", b"").decode("latin-1")
        # The verifier raises on anything but digits, and compare_digest on anything but ASCII.
        well_formed = (
            timestamp.isascii()
            and timestamp.isdigit()
            and len(timestamp) <= LONGEST_TIMESTAMP
            and signature.isascii()
        )
        try:
            signed = well_formed and self._verifier.is_valid(raw, timestamp, signature)
        except UnicodeDecodeError:  # it takes the body for text
            raise Refused(400, UNREADABLE) from None
        if not signed:
            raise Refused(401, "The signature does not match. Is SLACK_SIGNING_SECRET that of this app?")


def kind_of(body: Mapping[str, Any]) -> str:
    """Name what Slack sent, or refuse what it never sends."""
    if "command" in body:
        return _named(str(body["command"]), "a command")
    if "ssl_check" in body:
        return "ssl_check"
    kind = body.get("type")
    if kind == "event_callback" and isinstance(body.get("event"), dict):
        return _named(f"event {body['event'].get('type')}", "an event")
    if isinstance(kind, str) and kind in KINDS | {"url_verification", "app_rate_limited"}:
        return kind
    raise Refused(400, "Goodword does not know this kind of request.")


def _named(kind: str, otherwise: str) -> str:
    """Only what looks like a name goes into logs and figures, whatever is sent."""
    return kind if NAME.fullmatch(kind) else otherwise


async def _body(receive: Receive) -> bytes:
    raw, more = bytearray(), True
    while more:
        part = await receive()
        if part["type"] == "http.disconnect":
            raise Refused(400, "The request ended early.")
        raw += part.get("body", b"")
        more = part.get("more_body", False)
        if len(raw) > LARGEST:
            raise Refused(413, "This request is larger than anything Slack sends.")
    return bytes(raw)


def _parsed(raw: bytes, content_type: str) -> dict[str, Any]:
    kind = content_type.partition(";")[0].strip().lower()
    try:
        text = raw.decode("utf-8")
        if kind == EVENTS:
            return json_object(text)
        if kind == FORMS:
            return _form(text)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refused(400, UNREADABLE) from None
    raise Refused(400, "Slack sends JSON or forms.")


def _form(text: str) -> dict[str, Any]:
    """A slash command is the form itself; everything interactive is JSON in its field `payload`."""
    if "%00" in text or "\0" in text:  # no half of a surrogate pair is in what was UTF-8
        raise ValueError("a zero")
    fields = _fields(text)
    if "command" in fields or "ssl_check" in fields:
        return fields
    return json_object(fields.get("payload", ""))


def _fields(text: str) -> dict[str, str]:
    """What `urllib.parse.parse_qs` gives, of several of a name the last; that takes three times as long."""
    pairs = text.split("&", MOST_FIELDS)
    if len(pairs) > MOST_FIELDS:
        raise ValueError("too many fields")
    parts = (pair.partition("=") for pair in pairs if pair)
    return {_unquoted(name): _unquoted(value) for name, _, value in parts}


def _unquoted(text: str) -> str:
    text = text.replace("+", " ")
    return unquote_to_bytes(text).decode() if "%" in text else text


def json_object(text: str) -> dict[str, Any]:
    """Read an object all of which a database can keep; else it is a ValueError or a RecursionError."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 - it is the sender's mistake, and caught above
    if "\\u" in text:  # everything else was written in UTF-8, so it can be again
        _can_be_kept(value)
    return value


def _can_be_kept(value: Any) -> None:
    """No database takes half of a surrogate pair, and PostgreSQL no zero; neither can be typed."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str) and "\0" in one.encode().decode():
            raise ValueError("a zero")


Readiness = Callable[[], Awaitable[str]]
"""Says in one sentence what is missing; empty when all is well."""


Door = Callable[[Request], Awaitable[Response]]
Opening = tuple[str, Door]
"""A door and its path."""


def site(
    front: Front | None,
    missing: Readiness,
    metrics: Door,
    more: Sequence[Opening] = (),
    dead: Callable[[], str] = lambda: "",
) -> Starlette:
    """Give the HTTP side: three doors for those who watch over us, Slack's unless we call it, and others."""
    slack = [Route(SLACKS, front, methods=["POST"])] if front else []
    return Site(
        front,
        [
            *slack,
            Route("/healthz", healthz(dead)),
            Route("/readyz", readyz(missing)),
            Route("/metrics", metrics),
            *(Route(path, door) for path, door in more),
        ],
    )


class Site(Starlette):
    """All doors; Slack's is found without looking for it, for it is by far the busiest."""

    def __init__(self, front: Front | None, routes: Sequence[Route]) -> None:
        super().__init__(routes=routes)
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        slacks = scope["type"] == "http" and scope["path"] == SLACKS and scope["method"] == "POST"
        if self._front and slacks:
            await self._front(scope, receive, send)
        else:  # whoever knocks at that door wrongly is told so by its route
            await super().__call__(scope, receive, send)


def healthz(dead: Callable[[], str]) -> Callable[[Request], Response]:
    def health(_request: Request) -> Response:
        reason = dead()
        return PlainTextResponse(f"{reason or 'alive'}\n", status_code=503 if reason else 200)

    return health


def readyz(missing: Readiness) -> Door:
    async def ready(_request: Request) -> Response:
        reason = await missing()
        return PlainTextResponse(f"{reason or 'ready'}\n", status_code=503 if reason else 200)

    return ready
