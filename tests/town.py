"""A town to tell stories in: a pretend Slack, Goodword beside it, and real HTTP between the two."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bot import settings
from bot.app import Bot, Plan, running
from bot.serve import bound, open_to_slack
from handlers.manifest import manifest
from handlers.playground import Interaction, Message, PretendClock, PretendSlack, sample_company, serve
from storage.tables import outbox

SECRET, TOKEN, APP_TOKEN = "shhh", "xoxb-town", "xapp-town"
KEY = "Zm9yIHRlc3RzIG9ubHksIG5vdCBhIHNlY3JldC4uLiE="
# For stories that are told over HTTP and over Socket Mode, in whichever the others are.
WAYS = [("sqlite", "http"), ("postgresql", "http"), ("sqlite", "socket")]
both_ways = pytest.mark.parametrize(("engine_name", "transport"), WAYS, indirect=True)
# GOODWORD_TRANSPORT=socket tells every story over Socket Mode instead of HTTP.
SOCKET = os.environ.get("GOODWORD_TRANSPORT", "http") == "socket"
TURNS = 20  # of the event loop
LONGEST = 60.0  # seconds that something may take on a busy machine before the story is given up
# Slack waits for three seconds; a busy machine may need more, and no story is about that.
PATIENT: dict[str, Any] = {"ack_seconds": 20.0, "trigger_seconds": 20.0}
# Down a line silence is how Goodword says no, and is waited out.
BY_SOCKET: dict[str, Any] = PATIENT | {"ack_seconds": 8.0}
# A Wednesday morning, so that nothing in a story hangs on the day the tests are run.
MORNING = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
TWICE: list[str] = []  # the story that is told beside a mirror, see tests/twice.py


@dataclass(repr=False)
class Town:
    slack: PretendSlack = field(repr=False)
    bot: Bot = field(repr=False)
    happened: list[tuple[str, str]] = field(default_factory=list, repr=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def __repr__(self) -> str:
        # Hypothesis looks into what has none, and warns of its length in place of what failed.
        return "Town(...)"

    def id(self, handle: str) -> str:
        return self.slack.person(handle).id

    async def types(self, who: str, text: str, channel: str = "general", **more: Any) -> Interaction:
        return await self.slack.types(who, channel, text, **more)

    def channel(self, name: str) -> list[Message]:
        """What stands in a public channel."""
        return self.slack.shown("eve").channels[name]

    def dms(self, who: str) -> list[Message]:
        return self.slack.shown(who).dms

    def last_words_to(self, who: str) -> str:
        """The latest thing only this person was shown."""
        return self.slack.shown(who).ephemerals[-1].plain

    def everybody_saw(self) -> dict[str, list[str]]:
        """Every message and modal that Goodword showed anybody, by handle; who saw nothing is left out."""
        seen = {person.handle: self._seen_by(person.id) for person in self.slack.company.people}
        return {who: words for who, words in seen.items() if words}

    async def set(self, name: str, value: str) -> None:
        """Change a setting, as an administrator would."""
        change = partial(settings.change, name=name, typed=value, by="eve", now=self.slack.clock.now())
        await self.bot.store.transact(self.bot.me.workspace, change)

    async def hears(self, kind: str, beginning: str, times: int = 1) -> None:
        """Wait until Goodword has told this often of something, such as a delivery that is put off."""
        async with asyncio.timeout(LONGEST):
            while (
                len([1 for told, how in self.happened if told == kind and how.startswith(beginning)]) < times
            ):
                self._news.clear()
                await self._news.wait()

    async def settled(self) -> None:
        """Wait until the outbox has nothing left to do."""
        async with asyncio.timeout(LONGEST):
            while True:
                self._news.clear()
                if not await self.bot.store.across(unfinished, only_reads=True):
                    break
                await self._news.wait()
        for _ in range(TURNS):  # what was written in the last moment is told in the next ones
            await asyncio.sleep(0)

    def news(self) -> "asyncio.Task[bool]":
        """Ends when Goodword next tells of something."""
        self._news.clear()
        return asyncio.create_task(self._news.wait())

    def told(self, kind: str, summary: str) -> None:
        self.happened.append((kind, summary))
        self._news.set()

    def _seen_by(self, who: str) -> list[str]:
        shown = self.slack.shown(who)
        in_channels = [m.plain for name in shown.channels for m in shown.channels[name] if m.bot]
        alone = [*(m.plain for m in shown.dms), *(m.plain for m in shown.ephemerals)]
        return in_channels + alone + [view.plain for view in shown.views]


def words(post: Message) -> str:
    """What a post in the recognition channel says, without the button below it."""
    return post.plain.removesuffix("\n[Me too]")


def unfinished(connection: Connection) -> int:
    """How many messages the outbox still has to deal with."""
    count = select(func.count()).select_from(outbox).where(outbox.c.state.in_(["waiting", "sending"]))
    return connection.execute(count).scalar_one()


@asynccontextmanager
async def town(
    database_url: str,
    *,
    plan: Callable[[Plan], Plan] = lambda plan: plan,
    slack_options: Mapping[str, Any] | None = None,
    socket: bool = SOCKET,
) -> AsyncIterator[Town]:
    """Build a town over a migrated database; `plan` may change what Goodword is built from."""
    if TWICE and not socket:
        from tests.twice import told_twice  # noqa: PLC0415 - it builds on this file

        async with told_twice(database_url, plan, slack_options or {}) as made:
            yield made
        return
    slack = pretend_slack(socket=socket, **(slack_options or {}))
    async with serve(slack), beside(slack, database_url, plan=plan) as made:
        yield made


def pretend_slack(*, socket: bool = SOCKET, **options: Any) -> PretendSlack:
    given: dict[str, Any] = {
        "company": sample_company(),
        "rate_limits": False,
        "clock": PretendClock(MORNING),
    }
    given |= (BY_SOCKET if socket else PATIENT) | options
    return PretendSlack(
        manifest=manifest("https://goodword.example.com/slack/events", socket=socket),
        app_token=APP_TOKEN,
        signing_secret=SECRET,
        bot_token=TOKEN,
        **given,
    )


@asynccontextmanager
async def _open(bot: Bot) -> AsyncIterator[str]:
    with bound("127.0.0.1", 0) as listening:
        async with open_to_slack(bot, listening) as address:
            yield address


@asynccontextmanager
async def beside(
    slack: PretendSlack, database_url: str, *, plan: Callable[[Plan], Plan] = lambda plan: plan
) -> AsyncIterator[Town]:
    """Run Goodword beside a pretend Slack that is served already, and may outlive it."""
    heard: list[Town] = []

    def tell(kind: str, summary: str) -> None:
        for one in heard:
            one.told(kind, summary)

    built = Plan(
        database_url,
        KEY,
        TOKEN,
        SECRET,
        slack.api_url,
        app_token=APP_TOKEN if slack.links.wanted else "",
        now=slack.clock.now,
        pace=timedelta(0),
        told=tell,
    )
    async with running(plan(built)) as bot, _open(bot) as ours:
        unsubscribe = slack.clock.subscribe(bot.wake)
        slack.request_url = f"{ours}/slack/events"
        await bot.introduced
        heard.append(Town(slack, bot))
        yield heard[0]
        unsubscribe()
