"""`goodword run` as an operator starts, watches and stops it: a process of its own beside a pretend Slack."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from handlers.manifest import manifest
from handlers.playground import PretendSlack, serve
from storage import engine as engines
from storage import migrations
from tests.bot.command import Running, running
from tests.postgres import Server
from tests.town import PATIENT, words

SECRET, TOKEN, APP_TOKEN = "the-signing-secret-of-the-app", "xoxb-the-token-of-the-app", "xapp-of-the-app"
REASON = "for turning the zebra invoice round"


@asynccontextmanager
async def a_run(
    database_url: str,
    folder: Path,
    *arguments: str,
    socket: bool = False,
    how: Sequence[str] = ("-m", "bot"),
    **environment: str,
) -> AsyncIterator[tuple[PretendSlack, Running]]:
    slack = PretendSlack(
        manifest=manifest("https://goodword.example.com/slack/events", socket=socket),
        app_token=APP_TOKEN,
        signing_secret=SECRET,
        bot_token=TOKEN,
        rate_limits=False,
        **PATIENT,
    )
    given = {
        "SLACK_BOT_TOKEN": TOKEN,
        **({"SLACK_APP_TOKEN": APP_TOKEN} if socket else {"SLACK_SIGNING_SECRET": SECRET}),
        "DATABASE_URL": database_url,
        **environment,
    }
    async with (
        serve(slack),
        running(folder, *arguments, how=how, SLACK_API_URL=slack.api_url, **given) as started,
    ):
        assert started.url, "".join(started.log)
        slack.request_url = f"{started.url}/slack/events"
        yield slack, started


async def asks(started: Running, path: str) -> tuple[int, str]:
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{started.url}{path}", timeout=30)
        return answer.status_code, answer.text


def _order(database_url: str, statement: str) -> None:
    engine = engines.build(database_url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


async def test_it_serves_tells_how_it_is_and_stops_with_what_is_in_hand_finished(
    database_url: str, tmp_path: Path
) -> None:
    async with a_run(database_url, tmp_path) as (slack, started):
        assert await asks(started, "/healthz") == (200, "alive\n")
        assert await asks(started, "/readyz") == (200, "ready\n")

        done = await slack.types("ada", "general", f"/kudos @ben {REASON} #care")
        assert done.ok
        await slack.until(lambda: slack.shown("ben").dms and slack.shown("eve").channels["kudos"])
        assert [words(post) for post in slack.shown("eve").channels["kudos"]] == [
            f"Ada thanks @Ben\n{REASON}\n#care"
        ]

        # A form is being opened, which Slack takes its time for, when the signal comes.
        slack.faults.add("views.open", "slow", seconds=0.5)
        in_hand = asyncio.create_task(slack.types("ada", "general", "/kudos"))
        await slack.until(lambda: not slack.faults.listed())
        started.terminate()
        assert await started.ends() == 0
        assert (await in_hand).ok
        assert len(slack.shown("ada").views) == 1

        refused = await slack.types("ada", "general", f"/kudos @cy {REASON}")
        assert refused.error == '/kudos failed with the error "dispatch_failed"'
    # At its usual level it tells what it does, and complains of nothing.
    said = [line.split(" ", 2)[2].strip() for line in started.log]
    assert said[0].startswith("INFO goodword - Goodword listens for Kestrel Instruments at http://127.0.0.1:")
    assert all(line.startswith("INFO goodword") for line in said), said


async def test_it_turns_red_with_its_database_and_still_stops_in_order(
    engine_name: str, tmp_path: Path, postgres: Server
) -> None:
    file = tmp_path / "goodword.db"
    database_url = postgres.database() if engine_name == "postgresql" else f"sqlite:///{file}"
    await asyncio.to_thread(migrations.upgrade, database_url)
    async with a_run(database_url, tmp_path) as (slack, started):
        await asyncio.to_thread(_order, database_url, "UPDATE alembic_version SET version_num = '0000'")
        status, why = await asks(started, "/readyz")
        assert status == 503
        assert why.startswith("The database is at schema 0000, ")
        assert (await asks(started, "/healthz"))[0] == 200

        right = f"UPDATE alembic_version SET version_num = '{migrations.latest()}'"  # noqa: S608 - our own
        await asyncio.to_thread(_order, database_url, right)
        assert await asks(started, "/readyz") == (200, "ready\n")

        if engine_name == "postgresql":
            await asyncio.to_thread(postgres.drop, database_url)
            assert "the database does not answer (" in (await asks(started, "/readyz"))[1]
            answered = await slack.types("ada", "general", f"/kudos @ben {REASON}")
            assert answered.ok
            assert "I cannot promise that this was recorded" in slack.shown("ada").ephemerals[-1].plain
        else:
            await asyncio.to_thread(file.unlink)
        assert (await asks(started, "/readyz"))[0] == 503

        started.terminate()
        assert await started.ends() == 0
    assert REASON not in "".join(started.log)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("form", ["json", "console"])
async def test_no_log_holds_a_word_of_a_person_or_a_secret(
    database_url: str, tmp_path: Path, form: str
) -> None:
    async with a_run(database_url, tmp_path, LOG_LEVEL="DEBUG", LOG_FORMAT=form) as (slack, started):
        slack.faults.add("chat.postMessage", "error", error="internal_error")
        slack.faults.add("chat.postMessage", "garbage")
        slack.faults.add("views.open", "error", error="internal_error")
        await slack.types("ada", "general", "/kudos")
        await slack.types("ada", "general", f"/kudos @ben {REASON} #care")
        await slack.types("ada", "general", "/kudos @ben zebra")
        await slack.opens_home("ben")
        await slack.until(lambda: slack.shown("ben").home)
        await slack.types("ada", "general", "/kudos undo")
        async with httpx.AsyncClient() as http:
            spoilt = await http.post(f"{started.url}/slack/events", content=b"zebra \xff")
        assert spoilt.status_code == 401
        started.terminate()
        assert await started.ends() == 0

    written = "".join(started.log)
    for secret in ("zebra", REASON, TOKEN, SECRET, "Ada", "Ben"):
        assert secret not in written
    # It does tell what it did, and each trouble under a reference.
    assert "HomeOpened" in written
    assert "reference" in written
    if form == "json":
        lines = [json.loads(line) for line in started.log]
        assert all({"asctime", "levelname", "name", "request", "message"} <= line.keys() for line in lines)
        # From the door to the delivery, the mark is the same.
        marks = {
            word: _requests_with(lines, word) for word in ("/kudos: 200", "KudosPosted", "KudosReceived")
        }
        (given,) = marks["KudosPosted"]
        assert marks["KudosReceived"] == {given}
        assert given in marks["/kudos: 200"]
        assert len(marks["/kudos: 200"]) == 4
    else:
        assert all(line[:4].isdigit() for line in started.log), written


def _requests_with(lines: list[dict[str, str]], word: str) -> set[str]:
    return {line["request"] for line in lines if word in line["message"]}
