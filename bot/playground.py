"""The playground: a pretend Slack with its page, and the whole bot beside it, forgotten at the end."""

import asyncio
import contextlib
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot import apart
from bot.apart import Apart, Happened, Listens, Nursery
from bot.app import Plan
from bot.serve import on_signals
from handlers.manifest import manifest
from handlers.playground import PretendClock, PretendSlack, Switch, sample_company, serve
from storage import migrations
from storage.outside import Outside
from storage.secrets import new_key

LOOK_AGAIN = 1.0  # seconds after which the outbox is counted anew where nothing was heard of it


async def playground(port: int, nursery: Nursery) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = on_signals()
    async with opened(port, nursery) as address:
        print(f"Goodword's playground is open at {address} (Ctrl-C closes it)", flush=True)  # noqa: T201
        await stopped.wait()


@asynccontextmanager
async def opened(port: int, nursery: Nursery | None = None) -> AsyncIterator[str]:
    """Serve both on 127.0.0.1, the page on `port`; they talk over real HTTP, with real signatures."""
    signing_secret, token = secrets.token_hex(16), f"xoxb-{secrets.token_hex(16)}"
    slack = PretendSlack(
        company=sample_company(),
        manifest=manifest("http://127.0.0.1/slack/events"),
        signing_secret=signing_secret,
        bot_token=token,
        clock=PretendClock(),
    )
    async with AsyncExitStack() as closing:
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="goodword-playground-"))
        database_url = f"sqlite:///{Path(folder) / 'goodword.db'}"
        migrations.upgrade(database_url)
        address = await closing.enter_async_context(serve(slack, port=port))
        plan = Plan(database_url, new_key(), token, signing_secret, slack.api_url)
        nursery = nursery or closing.enter_context(apart.nursery("forkserver"))
        await closing.enter_async_context(_beside(slack, plan, nursery))
        yield address


@asynccontextmanager
async def _beside(slack: PretendSlack, plan: Plan, nursery: Nursery) -> AsyncIterator[None]:
    """Run Goodword beside the pretend Slack, with switches that make its life hard."""
    news = asyncio.Event()
    bot = Apart(nursery, plan, partial(_ahead, slack.clock), partial(_heard, slack, news))
    database = Outside(plan.database_url)
    slack.switches.add(
        Switch(
            "database",
            "The database is down",
            "Another program holds it, and nothing can be written",
            partial(_hold, database),
        )
    )
    slack.switches.add(
        Switch(
            "killed",
            "Goodword is killed",
            "By SIGKILL, whatever it is doing; off starts it again",
            partial(_kill, bot),
        )
    )
    unsubscribe = slack.clock.subscribe(bot.clock_moved)
    gauge = asyncio.create_task(_gauge(slack, database, news))
    try:
        await bot.start()
        yield
    finally:
        unsubscribe()
        gauge.cancel()
        await asyncio.gather(gauge, return_exceptions=True)
        database.close()
        await bot.stop()


def _ahead(clock: PretendClock) -> float:
    """By how many seconds the pretend clock is ahead of the real one."""
    return (clock.now() - datetime.now(UTC)).total_seconds()


def _heard(slack: PretendSlack, news: asyncio.Event, said: Listens | Happened) -> None:
    match said:
        case Listens(address):
            slack.request_url = f"{address}/slack/events"
        case Happened(kind, summary) if kind != "request":  # the pretend Slack tells of its requests itself
            slack.tell(kind, summary)
    news.set()


async def _hold(database: Outside, on: bool) -> None:  # noqa: FBT001 - what the switch is turned to
    await asyncio.to_thread(database.hold if on else database.let_go)


async def _kill(bot: Apart, on: bool) -> None:  # noqa: FBT001 - what the switch is turned to
    if on:
        await bot.kill()
    else:
        bot.begin()


async def _gauge(slack: PretendSlack, database: Outside, news: asyncio.Event) -> None:
    """Keep the page told of how much is still to be said, also while Goodword is dead."""
    while True:
        count = await asyncio.to_thread(database.still_to_say)
        if count != slack.still_to_say:
            slack.still_to_say = count
            slack.bell.ring()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(
                LOOK_AGAIN
            ):  # before Python 3.12 wait_for may swallow that it is to end
                await news.wait()
        news.clear()
