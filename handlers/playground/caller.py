"""Slack's requests to the app: signed, timed, retried, and written down."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp

from handlers.playground.bell import Bell
from handlers.playground.clock import PretendClock
from handlers.playground.links import Links
from handlers.playground.world import Json

HTTP_OK = range(200, 300)
RETRY_AFTER = (timedelta(), timedelta(minutes=1), timedelta(minutes=5))


@dataclass(frozen=True)
class Attempt:
    """One try at a delivery. `error` is Slack's retry reason, None when the app said yes."""

    at: datetime
    status: int | None
    answer: Any
    duration: float
    error: str | None
    retry_num: int | None = None
    headers: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass
class Delivery:
    """Something sent to the app: `body` as an object, `raw` and `content_type` as it went over the wire."""

    id: str
    kind: str
    summary: str
    body: Json = field(repr=False)
    raw: bytes = field(repr=False)
    content_type: str = field(repr=False)
    tries: list[Attempt] = field(default_factory=list)

    @property
    def attempts(self) -> int:
        return len(self.tries)

    @property
    def last(self) -> Attempt | None:
        return self.tries[-1] if self.tries else None

    @property
    def status(self) -> int | None:
        return self.last.status if self.last else None

    @property
    def duration(self) -> float | None:
        return self.last.duration if self.last else None

    @property
    def retry_num(self) -> int | None:
        return self.last.retry_num if self.last else None


class Outgoing:
    """The line to the app; paused, it is as if Slack could not reach it."""

    def __init__(self) -> None:
        self.paused = False

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False


class Caller:
    """Sends deliveries and keeps them; `limit` is how many seconds the app may take to answer."""

    def __init__(
        self, *, clock: PretendClock, bell: Bell, signing_secret: str, limit: float, links: Links
    ) -> None:
        self.request_url: str | None = None
        self.links = links
        self.outgoing = Outgoing()
        self.deliveries: list[Delivery] = []
        self.told: Callable[[Delivery], None] = lambda _delivery: None
        self.limit = limit
        self._clock = clock
        self._bell = bell
        self._secret = signing_secret.encode()
        self._session: aiohttp.ClientSession | None = None
        self._in_flight = 0
        self._retries: dict[asyncio.Task[None], datetime] = {}

    def form(self, kind: str, summary: str, fields: dict[str, str], body: Json | None = None) -> Delivery:
        raw = urlencode(fields).encode()
        return self._kept(kind, summary, body or dict(fields), raw, "application/x-www-form-urlencoded")

    def payload(self, kind: str, summary: str, payload: Json) -> Delivery:
        return self.form(kind, summary, {"payload": json.dumps(payload)}, payload)

    def event(self, summary: str, envelope: Json) -> Delivery:
        raw = json.dumps(envelope).encode()
        return self._kept("event", summary, envelope, raw, "application/json")

    def _kept(self, kind: str, summary: str, body: Json, raw: bytes, content_type: str) -> Delivery:
        delivery = Delivery(f"d{len(self.deliveries) + 1}", kind, summary, body, raw, content_type)
        self.deliveries.append(delivery)
        return delivery

    async def send(self, delivery: Delivery, retry: tuple[int, str] | None = None) -> Attempt:
        """One attempt, whatever comes of it; `retry` is the number and the reason of a repetition."""
        headers = self._signed(delivery)
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        began, at = time.monotonic(), self._clock.now()
        self._in_flight += 1
        try:
            status, answer, error, answered = await self._out(delivery, headers, retry)
        finally:
            self._in_flight -= 1
            self._bell.ring()
        took = time.monotonic() - began
        attempt = Attempt(at, status, answer, took, error, retry[0] if retry else None, answered)
        delivery.tries.append(attempt)
        self.told(delivery)
        return attempt

    def _signed(self, delivery: Delivery) -> dict[str, str]:
        stamp = str(int(self._clock.now().timestamp()))
        base = b"v0:" + stamp.encode() + b":" + delivery.raw
        digest = hmac.new(self._secret, base, hashlib.sha256).hexdigest()
        return {
            "Content-Type": delivery.content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
        }

    async def _out(
        self, delivery: Delivery, headers: dict[str, str], retry: tuple[int, str] | None
    ) -> tuple[int | None, Any, str | None, dict[str, str]]:
        """Over HTTP, or down a link where the app has Socket Mode: never both."""
        if not self.links.wanted:
            return await self._post(delivery.raw, headers)
        if self.outgoing.paused:
            return None, None, "connection_failed", {}
        return *await self.links.deliver(delivery.kind, delivery.body, retry, self.limit), {}

    async def _post(
        self, raw: bytes, headers: dict[str, str]
    ) -> tuple[int | None, Any, str | None, dict[str, str]]:
        if self.outgoing.paused or self.request_url is None:
            return None, None, "connection_failed", {}
        limit = aiohttp.ClientTimeout(total=self.limit)
        try:
            async with self._open().post(
                self.request_url, data=raw, headers=headers, timeout=limit, allow_redirects=False
            ) as response:
                answer = _parsed(await response.read())
                error = None if response.status in HTTP_OK else "http_error"
                return response.status, answer, error, dict(response.headers)
        except TimeoutError:
            return None, None, "http_timeout", {}
        except aiohttp.ClientError:
            return None, None, "connection_failed", {}

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # A fresh connection each time: one kept alive may belong to an app that was since killed.
            connector = aiohttp.TCPConnector(force_close=True, limit=0)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session

    async def send_event(self, delivery: Delivery) -> Attempt:
        """The first attempt; if it fails, three more follow by the pretend clock."""
        attempt = await self.send(delivery)
        if self._again(attempt):
            self._plan(delivery, 1, attempt)
        return attempt

    @staticmethod
    def _again(attempt: Attempt) -> bool:
        refused = any(name.lower() == "x-slack-no-retry" for name in attempt.headers)
        return attempt.error is not None and not refused

    def _plan(self, delivery: Delivery, number: int, failed: Attempt) -> None:
        due = self._clock.now() + RETRY_AFTER[number - 1]
        task = asyncio.create_task(self._retry(delivery, number, failed.error or "unknown_error", due))
        self._retries[task] = due
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._retries.pop(task, None)
        self._bell.ring()

    async def _retry(self, delivery: Delivery, number: int, reason: str, due: datetime) -> None:
        await self._clock.until(due)
        attempt = await self.send(delivery, (number, reason))
        if self._again(attempt) and number < len(RETRY_AFTER):
            self._plan(delivery, number + 1, attempt)

    @property
    def to_repeat(self) -> int:
        """How many events were not taken yet and will be sent again."""
        return len(self._retries)

    @property
    def busy(self) -> bool:
        """Whether anything is on its way, or due to be."""
        now = self._clock.now()
        return self._in_flight > 0 or any(due <= now for due in self._retries.values())

    async def stop(self) -> None:
        retries = tuple(self._retries)
        for task in retries:
            task.cancel()
        await asyncio.gather(*retries, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None


def _parsed(raw: bytes) -> Any:
    """JSON if it is JSON, text if it is text, None if there is nothing."""
    text = raw.decode("utf-8", errors="replace")
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        return text
