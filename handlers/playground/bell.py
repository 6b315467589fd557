"""One bell for every change: who waits on it needs no sleeping and no polling."""

import asyncio


class Bell:
    """`version` counts the changes; `rooms` remembers in which version a conversation last changed."""

    def __init__(self) -> None:
        self.version = 0
        self.rooms: dict[str, int] = {}
        self._next: asyncio.Event | None = None

    def ring(self, *rooms: str) -> None:
        self.version += 1
        self.rooms.update(dict.fromkeys(rooms, self.version))
        if self._next is not None:
            self._next.set()
            self._next = None

    async def after(self, version: int) -> int:
        """The version reached once something changed after `version`."""
        while self.version <= version:
            if self._next is None:
                self._next = asyncio.Event()
            await self._next.wait()
        return self.version
