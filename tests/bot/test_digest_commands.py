"""`goodword digest` and `goodword report`: shown or sent by hand, and every refusal is one sentence."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from bot import people, settings
from bot.rules.chart import Fact
from bot.rules.recognition import Besides, Decision
from storage import tables, workspaces
from storage.work import Store
from tests.bot.command import Done, goodword
from tests.storage.people import ADA, BEN, CY

TEAM = ADA.home
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """Ada, of Sales, thanked Ben, of Support, who reports to Cy."""
    opened = Store(database_url)
    known = workspaces.Workspace(TEAM, "Kestrel", "U0BOT", "https://kestrel.slack.com/")
    await opened.across(partial(workspaces.add, workspace=known, now=YESTERDAY - timedelta(hours=1)))
    here = [replace(one, home=TEAM) for one in (ADA, BEN, CY)]
    await opened.transact(TEAM, partial(people.meet, people=here, groups=[], now=YESTERDAY))
    chart = [Fact(BEN.id, CY.id, "support"), Fact(ADA.id, None, "Sales"), Fact(CY.id, None, "Support")]
    told = partial(people.slack_says, facts=chart, about=("manager", "department"))
    await opened.transact(TEAM, told)
    decision = Decision((BEN,), (), "for the invoice at midnight", (), Besides(above=True))
    give = partial(lambda work: work.kudos.record(ADA, decision, "one", YESTERDAY))
    await opened.transact(TEAM, give)
    # Not while the test runs, nor since the workspace was added.
    in_two_days = f"{datetime.now(UTC) + timedelta(days=2):%a} 12:00"
    set_time = partial(settings.change, name="digest_time", typed=in_two_days, by="eve", now=YESTERDAY)
    await opened.transact(TEAM, set_time)
    yield opened
    await opened.close()


async def digest(store_url: str, *arguments: str, **more: str) -> Done:
    return await goodword("digest", *arguments, DATABASE_URL=store_url, **more)


async def test_a_dry_run_says_to_whom_what_would_be_said_and_sends_nothing(
    store: Store, database_url: str
) -> None:
    done = await digest(database_url, "--dry-run")
    assert done.code == 0, done.err
    heading, empty, title, *_ = done.out.splitlines()
    assert heading.startswith("#kudos would be sent this, for 20")
    assert (empty, title) == ("", "    The good words of the week")
    assert "    > for the invoice at midnight" in done.out.splitlines()

    done = await digest(database_url, "--kind", "manager", "--dry-run")
    assert done.out.startswith(f"{CY.name} would be sent this, for 20")
    assert f"    To say aloud: “{BEN.name}, {ADA.name} thanked you for the invoice at midnight." in done.out

    queued = await store.across(lambda c: c.execute(select(tables.outbox)).all())
    assert queued == []


async def test_by_hand_it_is_sent_once(store: Store, database_url: str) -> None:
    done = await digest(database_url)
    assert done.out.startswith("#kudos will be sent the digest of 20")
    done = await digest(database_url)
    assert done.out.startswith("#kudos had the digest of 20")
    assert done.out.endswith("before, so it was not sent again.\n")
    rows = await store.across(lambda c: c.execute(select(tables.outbox.c.destination)).scalars().all())
    assert rows == ["recognition"]


@on_sqlite
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--week", "W47"), "A week is written as in 2026-W47: the year, and the ISO week's number."),
        (
            ("--week", "2020-W01"),
            "There is no digest of 2020-W01: none was made, or it was told with the one after it.",
        ),
        (
            ("--kind", "executive"),
            "Nobody gets the executive digest yet: `goodword settings set executives …` names who does.",
        ),
        (
            ("--kind", "executive", "--week", "2026-W47"),
            "The executive digest goes by months: --week 2026-11, for example.",
        ),
    ],
)
async def test_what_cannot_be_shown_is_one_sentence(
    store: Store, database_url: str, arguments: tuple[str, ...], said: str
) -> None:
    done = await digest(database_url, *arguments)
    assert (done.code, done.out, done.err) == (1, "", f"{said}\n")
    assert await store.across(lambda c: c.execute(select(tables.digests)).all()) == []


@on_sqlite
@pytest.mark.usefixtures("store")
async def test_a_mail_server_that_is_none_is_said_at_once(database_url: str) -> None:
    done = await digest(database_url, GOODWORD_SMTP_URL="smtp://me:s3cret@post.example:no")
    assert done.code == 1
    assert "GOODWORD_SMTP_URL" in done.err
    assert "s3cret" not in done.err


@pytest.mark.usefixtures("store")
async def test_the_report_is_in_numbers_and_names_nobody(database_url: str) -> None:
    done = await goodword("report", DATABASE_URL=database_url)
    assert done.code == 0, done.err
    assert "  Sales thanked support once, and was not thanked from there." in done.out.splitlines()
    assert "Too few people were thanked to say how." in done.out
    assert "Of 2 people in support and the back office, 0 heard no thanks for 60 days." in done.out
    assert not [name for name in (ADA.name, BEN.name, CY.name) if name in done.out]
