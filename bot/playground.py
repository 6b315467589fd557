"""The playground: the whole bot and a pretend Slack in one process, forgotten at the end."""

import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import Plan, running
from bot.serve import on_signals, served
from handlers.manifest import manifest
from handlers.playground import PretendClock, PretendSlack, sample_company, serve
from storage import migrations
from storage.secrets import new_key


async def playground(port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = on_signals()
    async with opened(port) as address:
        print(f"Goodword's playground is open at {address} (Ctrl-C closes it)", flush=True)  # noqa: T201
        await stopped.wait()


@asynccontextmanager
async def opened(port: int) -> AsyncIterator[str]:
    """Serve both on 127.0.0.1, the page on `port`; they talk over real HTTP, with real signatures."""
    clock = PretendClock()
    signing_secret, token = secrets.token_hex(16), f"xoxb-{secrets.token_hex(16)}"
    slack = PretendSlack(
        company=sample_company(),
        manifest=manifest("http://127.0.0.1/slack/events"),
        signing_secret=signing_secret,
        bot_token=token,
        clock=clock,
    )

    def tell(kind: str, summary: str) -> None:
        if kind != "request":  # the pretend Slack tells of its requests itself
            slack.tell(kind, summary)

    with tempfile.TemporaryDirectory(prefix="goodword-playground-") as folder:
        database_url = f"sqlite:///{Path(folder) / 'goodword.db'}"
        migrations.upgrade(database_url)
        async with serve(slack, port=port) as address:
            plan = Plan(
                database_url, new_key(), token, signing_secret, slack.api_url, now=clock.now, told=tell
            )
            async with running(plan) as bot, served(bot.asgi, "127.0.0.1", 0) as ours:
                clock.subscribe(bot.wake)
                slack.request_url = f"{ours}/slack/events"
                yield address
