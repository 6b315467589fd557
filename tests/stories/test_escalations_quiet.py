"""What is written in an escalation stands nowhere but in the messages of those who may read it."""

import asyncio
import contextlib
import io
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from cryptography.fernet import Fernet, InvalidToken
from psycopg import sql

from bot import escalations, logs
from bot.ports import Work
from bot.rules.lifecycle import Move
from handlers.playground import Interaction, Message
from tests.town import KEY, Town
from tests.town import town as build

ANSWERS = {
    "happened": "zebra-17 was due on Monday and is not there",
    "customer": "walrus-02 cannot open their shop",
    "promised": "heron-77 promised it for Monday",
    "tried": "toucan-38 was called twice",
    "would_help": "gecko-64 in writing by noon",
}
PASSED_ON, NOTE, SENT_BACK = "marmot-23 is missing", "osprey-31 went out by courier", "penguin-41 comes first"
SETTLED, TYPED = "lynx-90 was agreed", "otter-55 again"
SECRET = re.compile(r"(zebra|walrus|heron|toucan|gecko|marmot|osprey|penguin|lynx|otter|badger)-\d\d")
TOKEN = re.compile(rb"gAAAAA[\w\-]+=*")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged as an operator may ask for it: LOG_LEVEL=DEBUG, LOG_FORMAT=json."""
    root, ours = logging.getLogger(), logging.getLogger("goodword")
    loggers = (root, ours, *(logging.getLogger(name) for name in logs.TALKATIVE))
    handlers, levels = list(root.handlers), [logger.level for logger in loggers]
    written = io.StringIO()
    with contextlib.redirect_stderr(written):
        logs.set_up("DEBUG", "json")
    ours.setLevel(logging.NOTSET)  # Bolt gives it the level that the root has when a town is built
    yield written
    root.handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


async def test_no_log_line_no_metric_and_no_error_carries_a_word(
    database_url: str, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with build(database_url) as town:
        await _stories(town)
        await _troubles(town, monkeypatch)
        watched = await _watched(town)
        answers = [str(attempt.answer) for each in town.slack.requests for attempt in each.tries]

    errors = [answer for answer in answers if _is_trouble(answer)]
    assert '"name": "goodword.delivery"' in log.getvalue()
    assert len(errors) >= 4
    assert SECRET.findall(log.getvalue()) == []
    assert SECRET.findall("\n".join(errors)) == []
    assert SECRET.findall(watched) == []


async def test_the_database_holds_no_word_that_can_be_read(database_url: str) -> None:
    async with build(database_url) as town:
        await _stories(town)
        kept = _bytes_of(database_url)

    assert SECRET.findall(kept.decode("latin-1")) == []
    assert {"zebra-17", "marmot-23", "osprey-31"} <= set(_unlocked(kept))


async def test_once_erased_no_key_brings_a_word_back(database_url: str) -> None:
    async with build(database_url) as town:
        await _stories(town)
        await town.slack.clicks("ada", _desk(town, "ada", "Your escalation"), "escalation_thank")
        town.slack.clock.forward(timedelta(days=181))
        forget = partial(escalations.forget, now=town.slack.clock.now())
        await town.bot.store.transact(town.bot.me.workspace, forget)

    kept = _bytes_of(database_url)
    assert b"U0ADALOVEL" in kept
    assert SECRET.findall(kept.decode("latin-1")) == []
    assert _unlocked(kept) == []


# The stories


async def _stories(town: Town) -> None:
    """Resolved, sent back, settled and withdrawn; with refused clicks, reminders and a hand-up between."""
    await _escalate(town, "ada", "ben")
    await _click(town, "greta", "/escalate status")
    await _word(town, "mo", Move.TAKE_FURTHER, PASSED_ON)
    await town.slack.clicks("ruth", _desk(town, "ruth"), f"escalation_{Move.ACKNOWLEDGE}")
    await town.settled()
    await _word(town, "ruth", Move.RESOLVE, NOTE)
    await _escalate(town, "abe", "ben")
    await _word(town, "mo", Move.SEND_BACK, SENT_BACK)
    await _escalate(town, "ada", "abe")
    await _word(town, "mo", Move.SETTLE, SETTLED)
    await _escalate(town, "greta", "cy")
    for who in ("greta", "mo", "ruth", "ben"):
        await town.slack.opens_home(who)
    await town.settled()
    await town.slack.clicks("greta", "home", f"escalation_{Move.WITHDRAW}")
    await _late(town)


async def _late(town: Town) -> None:
    """One that nobody moves, and that is withdrawn when it was handed up."""
    await _escalate(town, "greta", "dina")
    for who in ("mo", "omar"):
        before = len(town.dms(who))
        town.slack.clock.forward(timedelta(days=1, minutes=5))
        await town.slack.until(partial(_heard_more, town, who, before))
    await _click(town, "greta", "/escalate status")
    await town.slack.clicks("greta", town.slack.shown("greta").ephemerals[-1], f"escalation_{Move.WITHDRAW}")
    await town.settled()


def _heard_more(town: Town, who: str, before: int) -> bool:
    return len(town.dms(who)) > before


async def _troubles(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever can go wrong with words at hand: Slack, the database, and a bug of our own."""
    for kind in ("error", "http500", "garbage"):
        town.slack.faults.add("views.open", kind)
        await town.types("ada", f"/escalate {TYPED}")
    await _escalate(town, "ada", "ben")
    town.slack.faults.add("views.open", "error")
    await town.slack.clicks("mo", _desk(town, "mo"), f"escalation_{Move.TAKE_FURTHER}")
    town.slack.faults.add("chat.postMessage", "http500")
    town.slack.faults.add("chat.update", "garbage")
    await _word(town, "mo", Move.SEND_BACK, SENT_BACK, settled=False)

    def broken(_work: Work, number: int, *_: Any, **more: Any) -> None:
        raise RuntimeError(f"badger-{number} {more}")

    monkeypatch.setattr(escalations, "move", broken)
    monkeypatch.setattr(escalations, "file", partial(broken, number=99))
    await town.types("ada", f"/escalate {TYPED}")
    await _choose(town, "ada", "ben")
    await _send(town, "ada")
    await _all_said(town)


async def _all_said(town: Town) -> None:
    """Let the clock run on until the outbox is empty: when a fault is met hangs on the machine."""
    await town.slack.until(lambda: not town.slack.faults.listed())
    for _ in range(20):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await town.settled()
                return
        town.slack.clock.forward(timedelta(minutes=2))
    raise AssertionError(f"still something to deliver:\n{town.happened}")


async def _watched(town: Town) -> str:
    """What those who watch over Goodword are shown."""
    base = str(town.slack.request_url).removesuffix("/slack/events")
    async with httpx.AsyncClient(base_url=base) as http:
        answers = [await http.get(path) for path in ("/metrics", "/healthz", "/readyz")]
    return "\n".join(answer.text for answer in answers)


def _is_trouble(answer: str) -> bool:
    return any(sign in answer for sign in ("reference", "errors", "went wrong", "not what Slack sends"))


async def _escalate(town: Town, who: str, about: str) -> None:
    await town.types(who, "/escalate")
    await _choose(town, who, about)
    await _send(town, who)
    await town.settled()


async def _choose(town: Town, who: str, about: str) -> None:
    view = town.slack.shown(who).views[-1]
    await town.slack.clicks(who, view, "escalation_subject", value=town.id(about), block_id="subject")


async def _send(town: Town, who: str) -> Interaction:
    values: dict[str, dict[str, Any]] = {name: {name: words} for name, words in ANSWERS.items()}
    return await town.slack.submits(who, town.slack.shown(who).views[-1].id, values)


async def _click(town: Town, who: str, command: str) -> None:
    await town.types(who, command)
    await town.settled()


async def _word(town: Town, who: str, move: Move, words: str, *, settled: bool = True) -> None:
    await town.slack.clicks(who, _desk(town, who), f"escalation_{move}")
    await town.slack.submits(who, town.slack.shown(who).views[-1].id, {"words": {"words": words}})
    if settled:
        await town.settled()


def _desk(town: Town, who: str, beginning: str = "About ") -> Message:
    return [word for word in town.dms(who) if word.plain.startswith(beginning)][-1]


# What lies in the database


def _bytes_of(database_url: str) -> bytes:
    """The files of SQLite as they are; of PostgreSQL every table in full."""
    if database_url.startswith("sqlite"):
        file = Path(database_url.removeprefix("sqlite:///"))
        return b"".join(part.read_bytes() for part in sorted(file.parent.glob(f"{file.name}*")))
    with psycopg.connect(database_url) as connection:
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        tables = [str(row[0]) for row in connection.execute(query)]
        return b"".join(_copied(connection, table) for table in tables)


def _copied(connection: psycopg.Connection[Any], table: str) -> bytes:
    order = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(order) as rows:
        return b"".join(bytes(part) for part in rows)


def _unlocked(kept: bytes) -> list[str]:
    """The secret words behind every token of the cipher that lies in these bytes."""
    fernet = Fernet(KEY)
    found: list[str] = []
    for token in TOKEN.findall(kept):
        try:
            found += [match[0] for match in SECRET.finditer(fernet.decrypt(token).decode())]
        except InvalidToken:
            continue
    return found


def test_the_search_finds_what_is_there() -> None:
    token = Fernet(KEY).encrypt(b"zebra-17")
    assert _unlocked(b"\x00\x01" + token + b"\x00") == ["zebra-17"]
