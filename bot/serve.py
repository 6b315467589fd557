"""Serve Goodword over HTTP until a signal says stop."""

import asyncio
import contextlib
import ctypes
import errno
import gc
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import uvicorn

from bot.app import Bot, Plan, running
from bot.config import Config
from bot.errors import Refusal
from storage import keys

log = logging.getLogger("goodword")

T = TypeVar("T")

BACKLOG = 2048  # connections that may wait to be accepted
COLLECT_AFTER = 5_000, 5, 3  # objects, then collections of the younger; Python's own are 700, 10, 10
M_ARENA_MAX, ARENAS = -8, 2  # glibc's own number of that setting (malloc.h), and how many
BEAT = 1.0  # seconds between two signs that a worker's loop goes round
LAST_REQUESTS = 4  # seconds that requests in hand may take when we stop; Slack gives up after three


class Server(uvicorn.Server):
    """A server that says when it listens, and leaves signals to us, so that several can stop in order."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True, slots=True)
class Shared:
    """What one of several workers has from the first process.

    `alive` is a pipe that ends with that process; `ready` tells it that this one serves, `beat` that its
    loop goes round.
    """

    listening: socket.socket
    alive: int
    ready: Callable[[], object]
    beat: Callable[[], object]


def refuse_unset(config: Config) -> None:
    if missing := config.missing():
        raise Refusal(f"Please set {' and '.join(missing)}: docs/install.md says where to find them.")


async def run(config: Config, plan: Plan | None = None, shared: Shared | None = None) -> None:
    """Run against Slack until SIGTERM or SIGINT; requests in hand are finished, then messages under way."""
    refuse_unset(config)
    share_arenas()
    stopped = on_signals()
    if shared:
        asyncio.get_running_loop().add_reader(shared.alive, _orphaned, shared.alive, stopped)
    async with AsyncExitStack() as closing:
        if shared:
            closing.callback(asyncio.create_task(_beating(shared.beat)).cancel)
        bot = await _unless(stopped, closing.enter_async_context(running(plan or plan_of(config))))
        if bot is None:
            return
        listening = shared.listening if shared else closing.enter_context(bound(config.host, config.port))
        opening = closing.enter_async_context(open_to_slack(bot, listening))
        address = await _unless(stopped, opening)
        if address is None:
            return
        if bot.socket:
            log.info("Goodword calls Slack for %s, and says how it is at %s/readyz", bot.me.name, address)
        else:
            log.info("Goodword listens for %s at %s/slack/events", bot.me.name, address)
        if shared:
            shared.ready()
        _let_it_rest()
        await stopped.wait()
        log.info("stopping: finishing what is in hand")


def share_arenas() -> None:
    """Have all threads take their memory from two places; to be called before there are any.

    glibc opens up to eight for each core, and what a digest leaves free in one serves no other: in half an
    hour of load a process grew by some ten in a hundred, and with two places by some eight. An operator's
    own `MALLOC_ARENA_MAX` goes before. Elsewhere there is nothing to set.
    """
    if "MALLOC_ARENA_MAX" not in os.environ:
        with contextlib.suppress(AttributeError, OSError, TypeError):
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def _let_it_rest() -> None:
    """Have the collector of circles leave alone what is there since the start, and look more seldom.

    It took a sixth of the time of a kudos to walk through all our modules again and again. Requests leave
    few circles behind; those that outlive the first look, though, are found by the last only, and where that
    never came they took 10 MB after 100,000 requests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _beating(beat: Callable[[], object]) -> None:
    while True:
        beat()
        await asyncio.sleep(BEAT)


def _orphaned(alive: int, stopped: asyncio.Event) -> None:
    """The first process was killed: nobody would restart or stop us, and the port would stay taken."""
    asyncio.get_running_loop().remove_reader(alive)
    stopped.set()


@asynccontextmanager
async def open_to_slack(bot: Bot, listening: socket.socket) -> AsyncIterator[str]:
    """Serve HTTP, and in Socket Mode call Slack; gives the address. Slack is left first, at the end."""
    async with served_at(bot.asgi, listening) as address:
        if bot.socket is None:
            yield address
            return
        try:
            await bot.socket.start()
            yield address
        finally:
            await bot.socket.stop()


async def _unless(stopped: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Do the work, but leave it where a signal says stop; None then."""
    doing, waiting = asyncio.create_task(work), asyncio.create_task(stopped.wait())
    await asyncio.wait({doing, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not doing.done():
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
        return None
    return doing.result()


def plan_of(config: Config) -> Plan:
    database_url = config.database_url.get_secret_value()
    key, sentence = keys.keys_for(database_url, config.goodword_encryption_key.get_secret_value())
    if sentence:
        log.warning("%s", sentence)
    return Plan(
        database_url=database_url,
        encryption_key=key,
        bot_token=config.slack_bot_token.get_secret_value(),
        signing_secret=config.slack_signing_secret.get_secret_value(),
        api_url=config.slack_api_url,
        client_id=config.slack_client_id,
        client_secret=config.slack_client_secret.get_secret_value(),
        app_token=config.slack_app_token.get_secret_value(),
        scim_url=config.goodword_scim_url,
        scim_token=config.goodword_scim_token.get_secret_value(),
        smtp_url=config.goodword_smtp_url.get_secret_value(),
    )


@asynccontextmanager
async def served(asgi: Any, host: str, port: int) -> AsyncIterator[str]:
    """Serve an app in this loop; gives its address, and stops taking requests when the block is left."""
    with bound(host, port) as listening:
        async with served_at(asgi, listening) as address:
            yield address


@asynccontextmanager
async def served_at(asgi: Any, listening: socket.socket) -> AsyncIterator[str]:
    """The same, at a socket that listens already."""
    config = uvicorn.Config(
        asgi,
        http="httptools",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # nobody asks who calls: the signature says that it is Slack
        timeout_graceful_shutdown=LAST_REQUESTS,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    await server.listening.wait()
    try:
        host, port, *_ = listening.getsockname()
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await serving


def bound(host: str, port: int) -> socket.socket:
    """Take the port, or refuse with a sentence; uvicorn's own way logs an error and exits."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        taken = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sentence = f"Port {port} on {host} is taken: set PORT to a free one, or stop what uses it."
        else:
            sentence = f"Goodword cannot listen at HOST {host}, PORT {port}: {error.strerror}."
        raise Refusal(sentence) from None
    # Made anew from its number the socket knows that it is TCP, without which asyncio leaves Nagle's
    # delay on, and each answer on a kept connection takes 40 ms.
    return socket.socket(fileno=taken.detach())


def on_signals() -> asyncio.Event:
    """Give an event that SIGTERM and SIGINT set."""
    stopped = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, stopped.set)
    return stopped
