"""Triggers and response_urls: the short-lived permissions Slack hands out with a request."""

import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.playground.clock import PretendClock
from handlers.playground.errors import SlackError

RESPONSE_URL_USES = 5
RESPONSE_URL_LIFE = timedelta(minutes=30)


@dataclass
class Trigger:
    """Good for one view, for three real seconds; `view` is the modal it came from, if any."""

    id: str
    user: str
    born: float
    view: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """Where the app may answer; `ts` is the message the interaction came from, if any."""

    token: str
    user: str
    channel: str
    born: datetime
    ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class Tickets:
    """Hands out triggers and response_urls and says when they are spent."""

    def __init__(self, clock: PretendClock, trigger_seconds: float) -> None:
        self._clock = clock
        self._life = trigger_seconds
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def trigger(self, user: str, view: str | None = None) -> str:
        made = Trigger(
            f"{secrets.randbits(40)}.{secrets.randbits(40)}.{secrets.token_hex(16)}",
            user,
            time.monotonic(),
            view,
        )
        self._triggers[made.id] = made
        return made.id

    def knows(self, ids: Collection[str]) -> bool:
        """Whether one of these is a trigger of ours."""
        return any(one in self._triggers for one in ids)

    def exchange(self, trigger_id: str) -> Trigger:
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() - trigger.born > self._life:
            raise SlackError("expired_trigger_id")
        return trigger

    def response_url(
        self, user: str, channel: str, ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        made = ResponseUrl(secrets.token_urlsafe(18), user, channel, self._clock.now(), ts, thread_ts)
        self._urls[made.token] = made
        return made.token

    def use(self, token: str) -> ResponseUrl:
        url = self._urls.get(token)
        if url is None or self._clock.now() - url.born > RESPONSE_URL_LIFE:
            raise SlackError("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        url.uses += 1
        return url
