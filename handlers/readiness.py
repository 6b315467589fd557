"""Is it well? One sentence about what people would notice next, for `/readyz` and `/healthz`."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

WITHIN = 2.0  # seconds for the database to answer
SLOW = 1.0  # seconds; Slack gives up after three, and one request asks several times
SILENT = 30.0  # seconds without a sign of life; both give one every second
DEAD = 120.0  # the same, until a restart is called for
STUCK = 600.0  # seconds that a message may wait for nothing
LEAST_ROOM = 50 * 1024 * 1024  # bytes; SQLite needs some to commit at all
HEARTBEAT, POSTMAN, DELIVERY = "heartbeat", "postman", "delivery"

Seconds = Callable[[], float]


class Pulse:
    """When those who never rest last gave a sign of life, by a clock that only goes forward."""

    def __init__(self, seconds: Seconds = time.monotonic) -> None:
        self._seconds = seconds
        self._last = dict.fromkeys((HEARTBEAT, POSTMAN, DELIVERY), seconds())

    def beat(self, who: str) -> None:
        self._last[who] = self._seconds()

    def age(self, who: str) -> float:
        """Seconds since the last sign."""
        return self._seconds() - self._last[who]


@dataclass(frozen=True, slots=True)
class Readiness:
    """`schema` says what is wrong with it, `stuck` whether a letter waits that nothing holds up.

    `room` gives the bytes left where the database lies, None where that is none of our business; `line` says
    what is wrong with the line of Socket Mode.
    """

    pulse: Pulse
    schema: Callable[[], Awaitable[str]]
    stuck: Callable[[float], Awaitable[bool]]
    room: Callable[[], int | None]
    line: Callable[[], str] = str
    seconds: Seconds = field(default=time.monotonic)

    async def missing(self) -> str:
        """Say what is wrong; empty when all is well."""
        began = self.seconds()
        try:
            async with asyncio.timeout(WITHIN):
                wrong = (
                    await self.schema()
                    or self.dead(SILENT)
                    or self._cramped()
                    or await self._stuck()
                    or self.line()
                )
        except Exception as error:  # noqa: BLE001 - whatever it is, we are not ready
            return f"the database does not answer ({type(error).__name__})"
        took = self.seconds() - began
        slow = f"the database is slow: it took {took:.1f} seconds to answer" if took > SLOW else ""
        return wrong or slow

    def dead(self, after: float = DEAD) -> str:
        """Say whether something that never rests does; only a new start wakes it."""
        if (age := self.pulse.age(HEARTBEAT)) > after:
            return f"the heartbeat stopped {age:.0f} seconds ago"
        if (age := self.pulse.age(POSTMAN)) > after:
            return f"nobody has looked for messages to deliver for {age:.0f} seconds"
        return ""

    def _cramped(self) -> str:
        left = self.room()
        if left is None or left >= LEAST_ROOM:
            return ""
        return f"only {left // 1024**2} MB are left on the disk of the database"

    async def _stuck(self) -> str:
        """Not while messages go out, and not because Slack puts them off: those are not ready to be sent."""
        if self.pulse.age(DELIVERY) > STUCK and await self.stuck(STUCK):
            return f"a message could have been sent {STUCK / 60:.0f} minutes ago and was not"
        return ""
