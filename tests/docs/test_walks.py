"""Somebody follows the pages to the letter: installs, backs up and restores, changes keys, plays Slack."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, select

from bot import checkup
from bot.config import Config
from bot.errors import Refusal
from handlers.manifest import manifest
from handlers.playground import Message, PretendSlack, serve
from storage.keys import key_file, keys_for
from storage.secrets import Cipher, new_key
from storage.tables import escalations
from storage.tables import joined as joined_rows
from storage.work import Store
from tests.docs.pages import code, page
from tests.docs.shell import Reader, can_run
from tests.postgres import free_port, programs
from tests.town import KEY, SECRET, TOKEN, Town, beside, pretend_slack, town, words

README, INSTALL, OPERATIONS, PLAYGROUND = (
    page("README.md"),
    page("docs/install.md"),
    page("docs/operations.md"),
    page("docs/playground.md"),
)
RUN = {"run", "serve", "run if curl"}
HAPPENED = "The contract zebra-17 was due on Monday and is not there."


@pytest.fixture
async def slack() -> AsyncIterator[PretendSlack]:
    made = PretendSlack(
        manifest=manifest("https://goodword.example.com/slack/events"), signing_secret=SECRET, bot_token=TOKEN
    )
    async with serve(made):
        yield made


async def test_whoever_follows_the_page_on_installing_has_a_goodword_that_thanks_and_takes_complaints(
    slack: PretendSlack, tmp_path: Path
) -> None:
    port = free_port()
    replaced = {
        "xoxb-copy-it-from-slack": TOKEN,
        "copy-it-from-slack": SECRET,
        "https://goodword.example.com/slack/events": f"http://127.0.0.1:{port}/slack/events",
        "127.0.0.1:3000": f"127.0.0.1:{port}",
        "U012AB3CD": slack.person("fay").id,
    }
    assert all(theirs in INSTALL.text for theirs in replaced)
    reader = Reader(tmp_path, replaced, {"SLACK_API_URL": slack.api_url, "PORT": str(port)})
    try:
        await reader.follows(INSTALL, RUN, ports=[port])
        slack.request_url = f"http://127.0.0.1:{port}/slack/events"
        await slack.types("ada", "general", "/kudos @ben for trying Goodword with me")
        await slack.until(lambda: slack.shown("eve").channels["kudos"] and slack.shown("ben").dms)
        await _escalates(slack, "ada", about="ben")
        await slack.until(lambda: bool(slack.shown("mo").dms))
        await _escalates(slack, "ada", about="eve")
        await slack.until(lambda: bool(slack.shown("fay").dms))
    finally:
        await reader.leaves()
    assert all(HAPPENED in slack.shown(who).dms[0].plain for who in ("mo", "fay"))
    kept = {file.name: file.read_bytes() for file in (tmp_path / "reader").glob("goodword.db*")}
    assert "goodword.db.key" not in kept
    assert not any(b"zebra-17" in content for content in kept.values())
    assert any(b"for trying Goodword with me" in content for content in kept.values())
    assert [words(post) for post in slack.shown("eve").channels["kudos"]] == [
        "Ada thanks @Ben\nfor trying Goodword with me"
    ]
    assert (tmp_path / "reader/goodword.env").stat().st_mode & 0o077 == 0
    assert {"run", "serve", "prints"} <= {block.mark for block in reader.ran}
    commands = "\n".join(block.text for block in reader.ran)
    for command in ("manifest", "migrate", "check", "run", "verify", "settings set", "settings list"):
        assert f"goodword {command}" in commands
    for command in ("new-key", "directory import", "directory check", "directory show"):
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
    slack = pretend_slack()
    async with serve(slack):
        async with beside(slack, database_url) as before:
            await before.types("ada", "/kudos @ben for the invoice at midnight")
            await before.settled()
            slack.faults.add("chat.postMessage", "ratelimited", times=2, retry_after=60)
            await before.types("abe", "/kudos @cy for the quiet week")  # still waits when the backup is made
            await before.hears("delivery", "KudosPosted later")
            for block in filter(can_run, backups):
                await reader.runs(block)
            slack.faults.clear()
            slack.clock.forward(timedelta(minutes=2))
            await before.types("ada", "/kudos @fay for the paper work at dawn")
            await before.settled()
        for block in restores:
            told = await reader.runs(block)
        async with beside(slack, database_url) as after:
            await after.types("dina", "/kudos @ben for the second look")
            slack.clock.forward(timedelta(minutes=2))
            await after.settled()
            lost = _post_about(after, "paper work")
            await slack.clicks("cy", lost, "kudos_join")
            await after.settled()
            joined = await _joined(after)
        posts = [words(post).partition("\n")[2] for post in after.channel("kudos")]
    assert sorted(posts) == sorted(
        [
            "for the invoice at midnight",
            "for the quiet week",
            "for the paper work at dawn",
            "for the second look",
        ]
    )
    assert len(after.dms("cy")) == 1
    assert joined == 0
    assert told.endswith("✓ Kestrel Instruments: 2 kudos, and every total agrees with the ledger.\n")


def _post_about(here: Town, said: str) -> Message:
    (post,) = (one for one in here.channel("kudos") if said in one.plain)
    return post


async def _joined(here: Town) -> int:
    """How many rows there are of who joined in which kudos."""
    return await here.bot.store.across(
        lambda connection: len(connection.execute(select(joined_rows)).all()), only_reads=True
    )


async def test_a_new_key_is_brought_in_as_the_page_on_operations_says(
    database_url: str, engine_name: str, tmp_path: Path
) -> None:
    """By the variable, wherever the database is: what was written before stays readable throughout."""
    database = database_url.replace(str(tmp_path), "..") if engine_name == "sqlite" else database_url
    reader = Reader(tmp_path, {}, {"DATABASE_URL": database, "GOODWORD_ENCRYPTION_KEY": KEY})
    variables = tmp_path / "reader/goodword.env"
    variables.write_text(f"GOODWORD_ENCRYPTION_KEY={KEY}\n")
    async with town(database_url) as before:
        await _escalates(before.slack, "ada", about="ben")
        await before.settled()
        assert await _kept(before, KEY) == {"zebra-17"}
        await reader.follows(OPERATIONS, {"rotate in variable"})
        newest = variables.read_text().removeprefix("GOODWORD_ENCRYPTION_KEY=").strip()
        assert await _kept(before, newest) == {"zebra-17"}
        with pytest.raises(Refusal, match="cannot be read"):
            await _kept(before, KEY)
    step = "rotate in variable"
    assert [block.mark for block in reader.ran] == [step, step, "prints", step]
    async with town(database_url, plan=lambda plan: replace(plan, encryption_key=newest)) as after:
        await after.types("ada", "/escalate status")
        assert "Mo has it and decides what to do." in after.last_words_to("ada")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_a_new_key_is_brought_into_the_file_beside_the_database(
    database_url: str, tmp_path: Path
) -> None:
    first, _ = keys_for(database_url, "")
    file = key_file(database_url.removeprefix("sqlite:///"))
    reader = Reader(
        tmp_path,
        {"goodword.db.key": f"../{file.name}"},
        {"DATABASE_URL": database_url.replace(str(tmp_path), ".."), "GOODWORD_ENCRYPTION_KEY": ""},
    )
    async with town(database_url, plan=lambda plan: replace(plan, encryption_key=first)) as before:
        await _escalates(before.slack, "ada", about="ben")
        await before.settled()
        await reader.follows(OPERATIONS, {"rotate in file"})
        newest = file.read_text().strip()
        assert first not in newest
        assert await _kept(before, newest) == {"zebra-17"}
        with pytest.raises(Refusal, match="cannot be read"):
            await _kept(before, first)
    assert file.stat().st_mode & 0o077 == 0
    step = "rotate in file"
    assert [block.mark for block in reader.ran] == [step, step, "prints", step]


async def test_a_new_key_at_the_end_of_the_list_reads_what_it_wrote_itself() -> None:
    """Several processes learn a new key one after another; none may meet words that it cannot read."""
    old, new = new_key(), new_key()
    first, second = Cipher(f"{old},{new}"), Cipher(f"{new},{old}")
    for writes, reads in ((first, second), (second, first), (Cipher(old), first)):
        assert reads.unlock(writes.lock(HAPPENED)) == HAPPENED


def test_what_is_said_of_keys_is_what_the_page_on_operations_shows(tmp_path: Path) -> None:
    says = {block.mark: block.text.rstrip() for block in OPERATIONS.blocks if block.mark.startswith("says ")}
    _, made = keys_for(f"sqlite:///{tmp_path}/goodword.db", "")
    assert says["says of a key"] == made.replace(f"{tmp_path}/", "")
    with pytest.raises(Refusal) as no:
        keys_for("postgresql://goodword@127.0.0.1/goodword", "")
    assert says["says without a key"] == no.value.sentence
    assert (tmp_path / "goodword.db.key").stat().st_mode & 0o777 == 0o600


async def test_each_way_to_type_escalate_does_what_the_readme_says(database_url: str) -> None:
    ways = [code(typed) for typed, _ in README.tables["typed"] if typed.startswith("`/escalate")]
    plain, told, status = ways
    async with town(database_url) as built:
        for way in (plain, told):
            await built.types("ada", way)
            (form,) = built.slack.shown("ada").views
            assert form.title == "Take it to a manager"
            assert form.state["happened"]["happened"]["value"] == (way.removeprefix(plain).strip() or None)
            await built.slack.closes("ada", form.id)
        await built.types("ada", status)
        assert "You have no escalations." in built.last_words_to("ada")


async def test_parked_messages_are_told_as_the_page_on_operations_shows(database_url: str) -> None:
    async with town(database_url) as built:
        built.slack.faults.add(method="chat.postMessage", kind="error", error="is_archived", times=2)
        await built.types("ada", "/kudos @ben for the invoice at midnight")
        await built.settled()
        found = await checkup.check(Config(database_url=SecretStr(database_url)))
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


async def _escalates(slack: PretendSlack, who: str, about: str) -> None:
    await slack.types(who, "general", "/escalate")
    form = slack.shown(who).views[-1]
    subject = slack.person(about).id
    await slack.clicks(who, form, "escalation_subject", value=subject, block_id="subject")
    form = slack.shown(who).views[-1]
    await slack.submits(who, form.id, {"happened": {"happened": HAPPENED}})
    await slack.closes(who, slack.shown(who).views[-1].id)


async def _kept(town: Town, key: str) -> set[str]:
    """The words in the database that this key alone unlocks; none may stand there unlocked."""
    cipher = Cipher(key)

    def read(connection: Connection) -> set[str]:
        rows = connection.execute(select(escalations.c.report)).scalars().all()
        assert not any("zebra-17" in row for row in rows)
        return {"zebra-17" for row in rows if "zebra-17" in str(cipher.unlock(row))}

    store: Store = town.bot.store
    return await store.across(read, only_reads=True)


async def _stands_in_kudos(page_of_slack: aiohttp.ClientSession, words: str) -> None:
    """Wait until Eve sees the words in #kudos, looking again at each change that her page is told of."""
    async with asyncio.timeout(20), page_of_slack.get("/playground/stream", params={"as": "eve"}) as changes:
        async for _ in changes.content:
            asked = {"as": "eve", "channel": "kudos"}
            async with page_of_slack.get("/playground/messages", params=asked) as answer:
                assert answer.ok
                if words in await answer.text():
                    return
