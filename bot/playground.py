"""The playground: the whole bot and a pretend Slack in one process, forgotten at the end."""

import secrets
import tempfile
from pathlib import Path

from bot.app import Plan, running
from bot.serve import on_signals, served
from handlers.manifest import manifest
from handlers.playground import PretendClock, PretendSlack, sample_company, serve
from storage import migrations


async def playground(port: int) -> None:
    """Serve both on 127.0.0.1 until SIGTERM or SIGINT. They talk over real HTTP, with real signatures."""
    stopped = on_signals()
    with tempfile.TemporaryDirectory(prefix="goodword-playground-") as folder:
        database_url = f"sqlite:///{Path(folder) / 'goodword.db'}"
        migrations.upgrade(database_url)
        clock = PretendClock()
        signing_secret, token = secrets.token_hex(16), f"xoxb-{secrets.token_hex(16)}"
        slack = PretendSlack(
            company=sample_company(),
            manifest=manifest("http://127.0.0.1/slack/events"),
            signing_secret=signing_secret,
            bot_token=token,
            clock=clock,
        )
        async with serve(slack, port=port) as address:
            plan = Plan(database_url, token, signing_secret, slack.api_url, now=clock.now, told=slack.tell)
            async with running(plan) as bot, served(bot.asgi, "127.0.0.1", 0) as ours:
                clock.subscribe(bot.wake)
                slack.request_url = f"{ours}/slack/events"
                print(f"Goodword's playground is open at {address} (Ctrl-C closes it)", flush=True)  # noqa: T201
                await stopped.wait()
