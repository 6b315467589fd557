"""One bell for every change: who waits on it needs no sleeping and no polling."""

import asyncio


class Bell:
    """`version` counts the changes; `rooms` remembers in which version a conversation last changed.

    Anybody may ring, also from another thread, as a host does that tells of its database's work.
    """

    def __init__(self) -> None:
        self.version = 0
        self.rooms: dict[str, int] = {}
        self._next: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def ring(self, *rooms: str) -> None:
        self.version += 1
        self.rooms.update(dict.fromkeys(rooms, self.version))
        heard, self._next = self._next, None
        if heard is None or self._loop is None:
            return
        if _running() is self._loop:
            heard.set()
        else:
            self._loop.call_soon_threadsafe(heard.set)

    async def after(self, version: int) -> int:
        """The version reached once something changed after `version`."""
        self._loop = asyncio.get_running_loop()
        while True:
            # First the ear, then the look: a ring between the two is heard.
            ear = self._next = self._next or asyncio.Event()
            if self.version > version:
                return self.version
            await ear.wait()


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
