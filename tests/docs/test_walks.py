"""Somebody follows the pages to the letter: installs, backs up and restores, tries the stand-in."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot import operate
from bot.config import Config
from handlers.manifest import manifest
from handlers.playground import PretendSlack, serve
from tests.docs.pages import page
from tests.docs.shell import Reader, can_run
from tests.postgres import free_port, programs
from tests.town import SECRET, TOKEN, town

INSTALL, OPERATIONS, PLAYGROUND = (
    page("docs/install.md"),
    page("docs/operations.md"),
    page("docs/playground.md"),
)
RUN = {"run", "serve", "run if curl"}


@pytest.fixture
async def slack() -> AsyncIterator[PretendSlack]:
    made = PretendSlack(
        manifest=manifest("https://goodword.example.com/slack/events"), signing_secret=SECRET, bot_token=TOKEN
    )
    async with serve(made):
        yield made


async def test_whoever_follows_the_page_on_installing_has_a_goodword_that_thanks(
    slack: PretendSlack, tmp_path: Path
) -> None:
    port = free_port()
    replaced = {
        "xoxb-copy-it-from-slack": TOKEN,
        "copy-it-from-slack": SECRET,
        "https://goodword.example.com/slack/events": f"http://127.0.0.1:{port}/slack/events",
        "127.0.0.1:3000": f"127.0.0.1:{port}",
    }
    assert all(theirs in INSTALL.text for theirs in replaced)
    reader = Reader(tmp_path, replaced, {"SLACK_API_URL": slack.api_url, "PORT": str(port)})
    try:
        await reader.follows(INSTALL, RUN, ports=[port])
        slack.request_url = f"http://127.0.0.1:{port}/slack/events"
        await slack.types("ada", "general", "/kudos @ben for trying Goodword with me")
        await slack.until(lambda: slack.shown("eve").channels["kudos"] and slack.shown("ben").dms)
    finally:
        await reader.leaves()
    assert [post.plain for post in slack.shown("eve").channels["kudos"]] == [
        "Ada thanks @Ben\nfor trying Goodword with me"
    ]
    assert (tmp_path / "reader/goodword.env").stat().st_mode & 0o077 == 0
    assert {"run", "serve", "prints"} <= {block.mark for block in reader.ran}
    commands = "\n".join(block.text for block in reader.ran)
    for command in ("manifest", "migrate", "check", "run", "verify", "settings set", "settings list"):
        assert f"goodword {command}" in commands


async def test_a_backup_is_made_beside_goodword_and_restored_without_it(
    database_url: str, engine_name: str, tmp_path: Path
) -> None:
    if engine_name == "sqlite":
        backups = [block for block in OPERATIONS.blocks if block.mark in {"run", "run if sqlite3"}]
        restores = [block for block in OPERATIONS.blocks if block.mark == "run stopped"]
        database = database_url.replace(str(tmp_path), "..")
        replaced = {"goodword.db": database.removeprefix("sqlite:///")}
    else:
        backups, restores = ([block] for block in OPERATIONS.blocks if block.mark == "run on postgresql")
        database, replaced = database_url, {}
    assert backups
    assert restores
    path = f"{programs()}{os.pathsep}{os.environ['PATH']}"
    reader = Reader(tmp_path, replaced, {"DATABASE_URL": database, "PATH": path})
    async with town(database_url) as before:
        await before.types("ada", "/kudos @ben for the invoice at midnight")
        await before.settled()
        for block in filter(can_run, backups):
            await reader.runs(block)
        await before.types("ada", "/kudos @fay for the paper work at dawn")
        await before.settled()
    for block in restores:
        told = await reader.runs(block)
    assert told.endswith("✓ Kestrel Instruments: 1 kudos, and every total agrees with the ledger.\n")


async def test_parked_messages_are_told_as_the_page_on_operations_shows(database_url: str) -> None:
    async with town(database_url) as built:
        built.slack.faults.add(method="chat.postMessage", kind="error", error="is_archived", times=2)
        await built.types("ada", "/kudos @ben for the invoice at midnight")
        await built.settled()
        found = await operate.check(Config(database_url=SecretStr(database_url)))
    (shown,) = (block.text for block in OPERATIONS.blocks if block.mark == "says")
    assert shown.rstrip() in [f"✗ {one.sentence}" for one in found if not one.well]


async def test_the_pretend_slack_stands_in_for_slack(tmp_path: Path) -> None:
    ports = {"8001": str(free_port()), "3000": str(free_port())}
    assert all(port in PLAYGROUND.text for port in ports)
    reader = Reader(tmp_path, ports, {"PORT": ports["3000"]})
    address = f"http://127.0.0.1:{ports['8001']}"
    try:
        await reader.follows(PLAYGROUND, RUN, ports=[int(port) for port in ports.values()])
        async with aiohttp.ClientSession(address) as page_of_slack:
            typed = {"do": "types", "as": "ada", "channel": "general"}
            thanks = typed | {"text": "/kudos @ben for the invoice at midnight"}
            async with page_of_slack.post("/playground/act", json=thanks) as answer:
                assert (await answer.json())["ok"]
            await _stands_in_kudos(page_of_slack, "for the invoice at midnight")
    finally:
        await reader.leaves()
    assert len(reader.ran) == 2


async def _stands_in_kudos(page_of_slack: aiohttp.ClientSession, words: str) -> None:
    """Wait until Eve sees the words in #kudos, looking again at each change that her page is told of."""
    async with asyncio.timeout(20), page_of_slack.get("/playground/stream", params={"as": "eve"}) as changes:
        async for _ in changes.content:
            asked = {"as": "eve", "channel": "kudos"}
            async with page_of_slack.get("/playground/messages", params=asked) as answer:
                assert answer.ok
                if words in await answer.text():
                    return
