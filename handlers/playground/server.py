"""The pretend Slack in one piece, and how it is served."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from functools import cached_property, partial

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp

from handlers.playground.api_files import received, shown
from handlers.playground.endpoints import WebApi, response_url
from handlers.playground.guard import Guard
from handlers.playground.page import page_routes
from handlers.playground.people_use import PeopleUse

HOST = "127.0.0.1"
GRACE = 2.0  # seconds for requests in hand when the server ends


class PretendSlack(PeopleUse):
    """A strict Slack in memory; `asgi` is its web server, `start` and `stop` its background."""

    @cached_property
    def asgi(self) -> Starlette:
        return build(self)

    async def start(self) -> None:
        self.closing.clear()

    def end_streams(self) -> None:
        """Let the page's streams finish, which would keep a web server from ending."""
        self.closing.set()
        self.bell.ring()

    async def stop(self) -> None:
        """End streams, drop what is still to be retried, close the line to the app."""
        self.end_streams()
        await self.stop_tasks()
        await self.caller.stop()


def build(slack: PretendSlack) -> Starlette:
    api = Route("/api/{method:path}", WebApi(slack), methods=["GET", "POST"])
    answers = Route("/response/{token}", partial(response_url, slack), methods=["POST"])
    uploads = Route("/upload/{file}/{secret}", partial(received, slack), methods=["POST"])
    files = Route("/file/{file}", partial(shown, slack), methods=["GET"])
    return Starlette(
        routes=[api, answers, uploads, files, *page_routes(slack)], middleware=[Middleware(Guard)]
    )


class _Server(uvicorn.Server):
    """Says when it listens, ends without uvicorn's tenths of a second, and leaves the signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.ending = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        await self.ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
                    await asyncio.sleep(0.002)  # uvicorn tells nobody when its last connection has closed
        left = tuple(self.server_state.tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def listening(asgi: ASGIApp, host: str = HOST, port: int = 0) -> AsyncIterator[str]:
    """Serve any ASGI app in this loop, on a free port or the one given; the answer is the base URL."""
    # Without the protocol asyncio does not switch Nagle off, and each answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with listener:
        listener.bind((host, port))
        config = uvicorn.Config(asgi, log_config=None, access_log=False, lifespan="off", ws="none")
        server = _Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        await _first(server.listening, running)
        try:
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            server.ending.set()
            await running


@contextlib.asynccontextmanager
async def serve(slack: PretendSlack, port: int = 0, host: str = HOST) -> AsyncIterator[str]:
    """Serve the pretend Slack; streams that stand open do not hold up the end."""
    try:
        async with slack.links.served(), listening(slack.asgi, host, port) as base_url:
            slack.api_url, slack.public_url = f"{base_url}/api/", base_url
            await slack.start()
            try:
                yield base_url
            finally:
                slack.end_streams()
    finally:
        await slack.stop()  # last, for requests in hand may still have begun something


async def _first(event: asyncio.Event, running: "asyncio.Task[None]") -> None:
    """Wait for the event, unless the server fails before."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        waiting.cancel()
        await running
