"""The pretend clock: real time plus whatever it was moved forward, or a time that stands still."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class PretendClock:
    """Runs like a real clock from `start` (default: now); with `running=False` only `forward` moves it."""

    def __init__(self, start: datetime | None = None, *, running: bool = True) -> None:
        self.running = running
        self.offset = timedelta()
        self._start = start or datetime.now(UTC)
        self._began = time.monotonic()
        self._callbacks: list[Callable[[], object]] = []
        self._moved: asyncio.Event | None = None

    def now(self) -> datetime:
        passed = time.monotonic() - self._began if self.running else 0.0
        return self._start + timedelta(seconds=passed) + self.offset

    def forward(self, by: timedelta) -> None:
        if by < timedelta():
            raise ValueError("The pretend clock only moves forward.")
        self.offset += by
        if self._moved is not None:
            self._moved.set()
            self._moved = None
        for callback in tuple(self._callbacks):
            callback()

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call `callback` after each move; the answer undoes the subscription."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    async def until(self, moment: datetime) -> None:
        """Return once the clock shows `moment`, whether time passed or the clock was moved."""
        while (left := (moment - self.now()).total_seconds()) > 0:
            if self._moved is None:
                self._moved = asyncio.Event()
            moved = self._moved.wait()
            try:
                # Not wait_for, which before Python 3.12 may swallow that whoever waits here is to end.
                async with asyncio.timeout(left if self.running else None):
                    await moved
            except TimeoutError:
                continue
