"""A line between Goodword and its database that can be slow, cut, or silent."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any, Self

CHUNK = 65536


class Line:
    """Passes bytes on to `port` on 127.0.0.1, in a thread of its own, for database drivers block theirs.

    `cut` ends every connection and refuses new ones; `hold` lets nothing through and tells nobody, as a
    network does that is partitioned; `slow` delays every piece.
    """

    def __init__(self, port: int) -> None:
        self.port = 0
        self._to = port
        self._delay = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def through(self, database_url: str) -> str:
        """The same database, over this line."""
        return database_url.replace(f":{self._to}/", f":{self.port}/")

    def cut(self) -> None:
        self._do(self._close())

    def hold(self) -> None:
        self._loop.call_soon_threadsafe(self._flows.clear)

    def slow(self, seconds: float) -> None:
        self._delay = seconds

    def restore(self) -> None:
        self._delay = 0.0
        self._loop.call_soon_threadsafe(self._flows.set)
        if self._server is None:
            self._do(self._open())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        if not self.port:
            self._flows = asyncio.Event()
            self._flows.set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _end(self) -> None:
        await self._close()
        for task in tuple(self._passing):
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, back}
        for ends in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass(*ends))
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(CHUNK):
                await asyncio.sleep(self._delay)
                await self._flows.wait()
                writer.write(piece)
                await writer.drain()
        writer.transport.abort()
        self._writers.discard(writer)
