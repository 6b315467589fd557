"""The goodword command: what it does, and that every failure is one sentence and a non-zero exit code."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot import people, settings
from bot.messages import KudosPosted
from bot.ports import Work
from bot.rules.chart import Fact
from handlers.manifest import manifest
from handlers.playground import PretendSlack, sample_company, serve
from storage import migrations, workspaces
from storage.work import Store
from tests.bot.command import ROOT, Done, goodword
from tests.postgres import free_port
from tests.storage.people import ADA, BEN, CY, NOW, thanks

SECRET, TOKEN, TEAM = "the-signing-secret", "xoxb-the-token", "T0GOODWRD1"
COMMANDS = (
    *("run", "playground", "migrate", "check", "verify", "manifest", "settings", "directory"),
    *("classify", "new-key", "rotate-key", "export", "erase", "digest", "report"),
    "restored",
)
on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
async def slack() -> AsyncIterator[PretendSlack]:
    made = PretendSlack(
        manifest=manifest("https://goodword.example.com/slack/events"),
        signing_secret=SECRET,
        bot_token=TOKEN,
        company=sample_company(),
    )
    async with serve(made):
        yield made


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A database in which a workspace is known and Ben was thanked once."""
    opened = Store(database_url)
    await opened.across(
        partial(workspaces.add, workspace=workspaces.Workspace(TEAM, "Kestrel", "U0BOT"), now=NOW)
    )
    await opened.transact(TEAM, partial(people.meet, people=[ADA, BEN, CY], groups=[], now=NOW))
    await opened.transact(TEAM, thanks(ADA, BEN, "one"))
    yield opened
    await opened.close()


def variables(slack: PretendSlack, database_url: str, **more: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database_url,
    } | more


def failed(done: Done) -> str:
    """The one sentence on standard error, and nothing else."""
    assert done.code != 0
    assert done.out == ""
    assert done.err.count("\n") == 1, done.err
    assert done.err.endswith((".\n", "?\n", "…\n"))
    return done.err.strip()


# Help


async def test_every_command_explains_itself() -> None:
    told = await asyncio.gather(
        goodword("--help"),
        *(goodword(command, "--help") for command in COMMANDS),
        *(goodword("settings", command, "--help") for command in ("list", "get", "set")),
        *(goodword("directory", command, "--help") for command in ("import", "sync", "check", "show")),
    )
    assert {one.code for one in told} == {0}
    assert {one.err for one in told} == {""}
    assert all("Usage: goodword" in one.out for one in told)
    listed = set(re.findall(r"^│ ([a-z-]+) +[A-Z]", told[0].out, re.MULTILINE))
    assert listed == set(COMMANDS)


def test_the_module_and_the_script_are_the_same_command(tmp_path: Path) -> None:
    """The one way in that is not forked: as people start it."""
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
    ran = [sys.executable, "-m", "bot", "manifest"]
    done = subprocess.run(ran, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    assert json.loads(done.stdout)["display_information"]["name"] == "Goodword"
    assert done.stderr == ""
    script = shutil.which("goodword", path=str(Path(sys.executable).parent))
    assert script
    assert "from bot.__main__ import main" in Path(script).read_text()


async def test_without_a_command_it_shows_what_there_is_and_a_typing_error_is_no_traceback() -> None:
    nothing, wrong, option = await asyncio.gather(
        goodword(), goodword("migarte"), goodword("migrate", "--force")
    )
    assert "Commands" in nothing.out + nothing.err
    assert wrong.code == option.code == 2
    assert "No such command 'migarte'" in wrong.err
    assert "No such option" in option.err
    assert "Traceback" not in wrong.err + option.err


# What is wrong with the environment


@pytest.mark.parametrize(
    ("command", "environment", "sentence"),
    [
        (
            "run",
            {},
            "Please set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET: docs/install.md says where to find them.",
        ),
        (
            "run",
            {"SLACK_BOT_TOKEN": "xoxb-s3cret", "SLACK_SIGNING_SECRET": ""},
            "Please set SLACK_SIGNING_SECRET: docs/install.md says where to find them.",
        ),
        (
            "run",
            {"SLACK_APP_TOKEN": "xapp-s3cret"},
            "Please set SLACK_BOT_TOKEN: docs/install.md says where to find them.",
        ),
        ("run", {"SLACK_APP_TOKEN": "xoxb-s3cret"}, "SLACK_APP_TOKEN is not valid: must start with xapp-"),
        (
            "run --workers 2",
            {"SLACK_BOT_TOKEN": "x", "SLACK_SIGNING_SECRET": "x"},
            (
                "2 workers need PostgreSQL, and DATABASE_URL names a file of SQLite:"
                " name PostgreSQL there, or leave --workers out."
            ),
        ),
        (
            "run --workers 10",
            {"SLACK_BOT_TOKEN": "x", "SLACK_APP_TOKEN": "xapp-x", "DATABASE_URL": "postgresql://h/goodword"},
            "In Socket Mode Slack takes 9 workers at most: each has a line of its own.",
        ),
        ("run", {"PORT": "http"}, "PORT is not valid: "),
        ("run", {"PORT": "70000"}, "PORT is not valid: "),
        ("run", {"PORT": "-1"}, "PORT is not valid: "),
        ("run", {"LOG_LEVEL": "loud"}, "LOG_LEVEL is not valid: "),
        ("run", {"LOG_FORMAT": "xml"}, "LOG_FORMAT is not valid: "),
        (
            "check",
            {"SLACK_API_URL": "slack.example.com"},
            "SLACK_API_URL is not valid: must start with https:// or http://.",
        ),
        (
            "migrate",
            {"DATABASE_URL": "mysql://ada:s3cret@db/x"},
            "DATABASE_URL starts with mysql: use sqlite:///… or postgresql://….",
        ),
        (
            "migrate",
            {"DATABASE_URL": "goodword.db"},
            "DATABASE_URL is no database address; sqlite:///goodword.db is one.",
        ),
        (
            "migrate",
            {"DATABASE_URL": "postgresql://ada:s3cret@db:port/x"},
            "DATABASE_URL is no database address; sqlite:///goodword.db is one.",
        ),
        (
            "migrate",
            {"DATABASE_URL": "sqlite://"},
            "DATABASE_URL needs a file, such as sqlite:///goodword.db: kudos are kept for good.",
        ),
        (
            "migrate",
            {"DATABASE_URL": "sqlite:////no/such/folder/goodword.db"},
            "The database in DATABASE_URL cannot be used: unable to open database file.",
        ),
        (
            "verify",
            {"DATABASE_URL": "sqlite:///nothing-here.db"},
            "The database is still empty: run `goodword migrate` first.",
        ),
        (
            "manifest --url http://goodword.example.com",
            {},
            "Slack only calls https addresses: --url https://…",
        ),
        (
            "settings get recognition_chanel",
            {},
            "There is no setting called recognition_chanel; did you mean recognition_channel?",
        ),
        (
            "settings get x",
            {},
            f"There is no setting called x; there are {', '.join(settings.ALL)}.",
        ),
    ],
)
async def test_what_is_wrong_is_said_in_one_sentence(
    command: str, environment: dict[str, str], sentence: str
) -> None:
    said = failed(await goodword(*command.split(), **environment))
    assert said.startswith(sentence)
    assert "s3cret" not in said


async def test_a_command_that_only_looks_leaves_no_file_behind(tmp_path: Path) -> None:
    await goodword("verify", HOME=str(tmp_path))
    await goodword("settings", "list", HOME=str(tmp_path))
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - a moment's look


@pytest.mark.parametrize("command", ["migrate", "verify", "settings list", "run"])
async def test_a_postgresql_that_does_not_answer_is_a_sentence_without_its_password(command: str) -> None:
    url = f"postgresql://ada:s3cret@127.0.0.1:{free_port()}/goodword"
    more = {"SLACK_BOT_TOKEN": "x", "SLACK_SIGNING_SECRET": "x"}
    said = failed(await goodword(*command.split(), DATABASE_URL=url, **more))
    assert said.startswith("The database in DATABASE_URL cannot be used: ")
    assert "refused" in said
    assert "s3cret" not in said


async def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Ben, thank you for the long night." * 50)
    said = failed(await goodword("migrate", DATABASE_URL=f"sqlite:///{file}"))
    assert said == "The database in DATABASE_URL cannot be used: file is not a database."


@pytest.mark.parametrize("command", ["verify", "settings list", "settings set values care", "run"])
async def test_a_database_without_schema_says_what_to_run_first(
    empty_database_url: str, command: str
) -> None:
    done = await goodword(
        *command.split(), DATABASE_URL=empty_database_url, SLACK_BOT_TOKEN="x", SLACK_SIGNING_SECRET="x"
    )
    assert failed(done) == "The database is still empty: run `goodword migrate` first."


@pytest.mark.parametrize("command", ["migrate", "verify", "run", "settings get values"])
async def test_a_schema_that_this_version_does_not_know_is_left_alone(store: Store, command: str) -> None:
    await store.across(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    if store.engine.dialect.name == "postgresql":  # which says itself what may still run beside it
        await store.across(lambda c: c.execute(text("COMMENT ON TABLE alembic_version IS 'floor 9999'")))
    url = store.engine.url.set(drivername=store.engine.dialect.name).render_as_string(hide_password=False)
    done = await goodword(*command.split(), DATABASE_URL=url, SLACK_BOT_TOKEN="x", SLACK_SIGNING_SECRET="x")
    assert failed(done) == (
        f"The database is at schema 9999, which this version ({migrations.latest()}) does not know: "
        "a newer Goodword has migrated it, so run that one."
    )


# Migrate, verify, settings


async def test_migrate_says_where_the_schema_is_however_often_it_is_run(empty_database_url: str) -> None:
    first = await goodword("migrate", DATABASE_URL=empty_database_url)
    again = await goodword("migrate", DATABASE_URL=empty_database_url)
    assert first == again == Done(0, f"The database is at schema {migrations.latest()}.\n", "")


async def test_verify_agrees_and_disagrees(store: Store, database_url: str) -> None:
    done = await goodword("verify", DATABASE_URL=database_url)
    assert done == Done(0, "✓ Kestrel: 1 kudos, and every total agrees with the ledger.\n", "")

    await store.across(lambda c: c.execute(text("UPDATE totals SET tally = 5 WHERE person_id = 'UBEN'")))
    done = await goodword("verify", DATABASE_URL=database_url)
    assert done.code == 1
    assert done.out == (
        "✗ Kestrel: totals and ledger differ.\nUBEN: 5 received in the totals, 1 in the ledger.\n"
    )


async def test_settings_are_listed_read_and_changed_and_who_did_it_is_kept(
    store: Store, database_url: str
) -> None:
    listed = await goodword("settings", "list", DATABASE_URL=database_url)
    assert "recognition_channel = #kudos\n" in listed.out
    assert "values = ownership, teamwork, care, craft, courage\n" in listed.out

    changed = await goodword(
        "settings", "set", "values", " #Care,  Craft #care", DATABASE_URL=database_url, USER="eve"
    )
    assert changed == Done(0, "values = care, craft\n", "")
    assert (await goodword("settings", "get", "values", DATABASE_URL=database_url)).out == "care, craft\n"
    (change,) = await store.transact(TEAM, settings.history)
    assert (change.name, change.value) == ("values", "care, craft")
    assert change.by.endswith("(command line)")


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            ("recognition_channel", "two words"),
            "recognition_channel is a channel such as #kudos, or its id such as C012AB3CD.",
        ),
        (("values", "?!"), "values are words separated by commas, such as: ownership, teamwork, care."),
        # In small letters it would be an i and a dot, which no word is made of.
        (("values", "İ"), "values are words separated by commas, such as: ownership, teamwork, care."),
        (("value", "care"), "There is no setting called value; did you mean values?"),
        (
            ("holidays", "XX"),
            "holidays: of XX no holidays are known; GB is a country, and CH-ZH a part of one.",
        ),
        (
            ("holidays", "CH-QQ"),
            "holidays: of CH-QQ no holidays are known; GB is a country, and CH-ZH a part of one.",
        ),
        (
            ("reminder_after", "3"),
            "hand_up_after may not be less than reminder_after: hand_up_after is 2.",
        ),
        (("fallback", "U0NOBODY1"), "U0NOBODY1 cannot be the fallback: nobody here has this id."),
    ],
)
async def test_a_bad_value_is_refused_and_nothing_is_changed(
    store: Store, database_url: str, typed: tuple[str, ...], sentence: str
) -> None:
    assert failed(await goodword("settings", "set", *typed, DATABASE_URL=database_url)) == sentence
    assert await store.transact(TEAM, settings.history) == []


@on_sqlite
async def test_of_several_workspaces_one_must_be_named(store: Store, database_url: str) -> None:
    other = workspaces.Workspace("T0OTHER", "Osprey", "U0BOT")
    await store.across(partial(workspaces.add, workspace=other, now=NOW))

    which, named, wrong, all_of_them = await asyncio.gather(
        goodword("settings", "get", "values", DATABASE_URL=database_url),
        goodword("settings", "get", "values", "--workspace", "T0OTHER", DATABASE_URL=database_url),
        goodword("settings", "get", "values", "--workspace", "T0NONE", DATABASE_URL=database_url),
        goodword("verify", DATABASE_URL=database_url),
    )
    assert failed(which) == f"There are several workspaces: add --workspace {TEAM} or T0OTHER."
    assert named.code == 0
    assert failed(wrong) == f"There is no workspace T0NONE: known are {TEAM}, T0OTHER."
    assert [line.partition(":")[0] for line in all_of_them.out.splitlines()] == ["✓ Kestrel", "✓ Osprey"]


# One person's data


@pytest.mark.usefixtures("store")
async def test_export_prints_what_is_kept_or_writes_it_where_nothing_was_before(
    database_url: str, tmp_path: Path
) -> None:
    printed = await goodword("export", "--user", "ben", DATABASE_URL=database_url)
    file = tmp_path / "ben.json"
    to_file = ("export", "--user", "UBEN", "--output", str(file))
    written = await goodword(*to_file, DATABASE_URL=database_url)
    again = await goodword(*to_file, DATABASE_URL=database_url)

    found = json.loads(printed.out)
    assert (found["workspace"], found["directory"]["id"]) == (TEAM, "UBEN")
    assert [one["from"] for one in found["kudos"]["received"]] == ["Ada"]
    assert written == Done(0, "", "")
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["kudos"] == found["kudos"]
    assert failed(again) == f"{file} is there already, and is left as it is: name another file."


@pytest.mark.usefixtures("store")
async def test_erase_asks_for_the_name_unless_told_not_to_and_verify_still_agrees(
    database_url: str,
) -> None:
    asked = await goodword("erase", "--user", "ada", DATABASE_URL=database_url)
    assert asked.code == 1
    assert asked.out == ""
    assert asked.err == (
        "What Ada wrote is erased for good. Type the name to go on: \n"
        "That is not the name, so nothing was erased.\n"
    )
    done = await goodword("erase", "--user", "ada", "--yes", DATABASE_URL=database_url)
    assert done.out == (
        "Ada is erased: the words of 1 kudos and of 0 escalations. "
        "They are still in this Slack, so their place in the directory stays.\n"
    )
    verified = await goodword("verify", DATABASE_URL=database_url)
    assert verified.out == "✓ Kestrel: 1 kudos, and every total agrees with the ledger.\n"
    (one,) = json.loads((await goodword("export", "--user", "ada", DATABASE_URL=database_url)).out)["kudos"][
        "given"
    ]
    assert one["reason"] == ""


@on_sqlite
@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("command", ["export", "erase"])
async def test_nobody_of_that_name_is_a_sentence(database_url: str, command: str) -> None:
    done = await goodword(command, "--user", "zoe", DATABASE_URL=database_url)
    assert failed(done).startswith("Nobody here is called")


@on_sqlite
async def test_before_the_first_run_no_workspace_is_known(database_url: str) -> None:
    said = failed(await goodword("settings", "list", DATABASE_URL=database_url))
    assert said == "No workspace is known yet: `goodword run` adds it when it first talks to Slack."


async def test_manifest_prints_one_that_slack_takes_as_it_is() -> None:
    done = await goodword("manifest", "--url", "https://thanks.example.com")
    assert done.err == ""
    made: dict[str, Any] = json.loads(done.out)
    assert made == manifest("https://thanks.example.com/slack/events")
    by_socket = await goodword("manifest", "--socket")
    assert json.loads(by_socket.out) == manifest("", socket=True)


@on_sqlite
@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("channel", "why"),
    [
        ("C0KUDOS001", "it is public, and an escalation goes to a private channel of yours only"),
        ("C0NOWHERE1", "there is no such channel, or Goodword was not invited to it"),
    ],
)
async def test_where_slack_is_at_hand_a_channel_that_may_not_stand_in_is_refused(
    slack: PretendSlack, database_url: str, channel: str, why: str
) -> None:
    done = await goodword("settings", "set", "fallback", channel, **variables(slack, database_url))
    assert failed(done) == f"{channel} cannot be the fallback: {why}."
    without = await goodword("settings", "set", "fallback", channel, DATABASE_URL=database_url)
    assert without.out == f"fallback = {channel}\n"
    checked = await goodword("check", **variables(slack, database_url))
    assert f"✗ The fallback {channel} cannot be used: {why}.\n" in checked.out


@on_sqlite
@pytest.mark.usefixtures("store")
async def test_a_private_channel_with_goodword_in_it_may_stand_in(
    slack: PretendSlack, database_url: str
) -> None:
    await slack.joins(slack.company.bot_user, "people-ops")
    done = await goodword("settings", "set", "fallback", "C0PEOPLEOP", **variables(slack, database_url))
    assert done.out == "fallback = C0PEOPLEOP\n"
    checked = await goodword("check", **variables(slack, database_url))
    assert "✓ The fallback C0PEOPLEOP is a private channel with Goodword in it.\n" in checked.out


@on_sqlite
@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("command", ["rotate-key", "export --user ben"])
async def test_an_empty_key_file_is_one_sentence_and_a_key_that_is_made_is_told_of(
    database_url: str, command: str
) -> None:
    file = Path(f"{database_url.removeprefix('sqlite:///')}.key")
    made = await goodword(*command.split(), DATABASE_URL=database_url, GOODWORD_ENCRYPTION_KEY="")
    assert made.code == 0
    assert made.err == f"A new encryption key lies in {file}: keep a copy of it apart from the database.\n"

    file.write_text("\n")  # noqa: ASYNC240 - a moment's write
    said = failed(await goodword(*command.split(), DATABASE_URL=database_url, GOODWORD_ENCRYPTION_KEY=""))
    assert said.startswith(f"The key file {file} is empty: put your copy of the key into it.")


# Check, against a town


async def test_check_looks_at_everything_and_all_is_well(
    store: Store, slack: PretendSlack, database_url: str
) -> None:
    led = [Fact(one.id, CY.id) for one in (ADA, BEN)]
    await store.transact(TEAM, lambda work: work.chart.replace("csv", led))
    await store.transact(TEAM, partial(settings.change, name="fallback", typed="none", by="eve", now=NOW))
    done = await goodword("check", **variables(slack, database_url))
    assert done == Done(
        0,
        f"✓ The database answers; its schema is {migrations.latest()}.\n"
        "✓ Kestrel: 3 people are known.\n"
        "✓ Kestrel: the org chart has no gaps.\n"
        "✓ Kestrel: the encryption key reads every escalation.\n"
        "✓ Kestrel: nobody stands in where the org chart has no answer: set the fallback.\n"
        "✓ Slack knows the token: Kestrel Instruments.\n"
        "✓ Every scope that is needed was granted.\n"
        "✓ The recognition channel #kudos is there.\n",
        "",
    )


@on_sqlite
async def test_check_says_what_is_missing_and_ends_with_an_error(store: Store, database_url: str) -> None:
    lacking = manifest("https://goodword.example.com/slack/events")
    lacking["oauth_config"]["scopes"]["bot"].remove("users:read")
    lacking["settings"]["socket_mode_enabled"] = True
    slack = PretendSlack(manifest=lacking, signing_secret=SECRET, bot_token=TOKEN, app_token="xapp-right")
    await store.transact(
        TEAM, partial(settings.change, name="recognition_channel", typed="#nowhere", by="eve", now=NOW)
    )
    for letter in await store.claim(NOW, 10):
        if isinstance(letter.message, KudosPosted):
            await store.park(letter, "channel_not_found", NOW, unsure=False)

    async with serve(slack):
        done = await goodword("check", **variables(slack, database_url))
        right, wrong = [
            (await goodword("check", **variables(slack, database_url, SLACK_APP_TOKEN=token))).out
            for token in ("xapp-right", "xapp-wrong")
        ]
        nothing_set = await goodword("check", DATABASE_URL=database_url)

    assert done.code == nothing_set.code == 1
    assert "✓ Slack knows the app-level token, and Socket Mode is switched on.\n" in right
    assert "✗ Slack does not accept SLACK_APP_TOKEN (invalid_auth): it is the app-level token" in wrong
    assert "✗ The app lacks users:read: update it from `goodword manifest` and reinstall.\n" in done.out
    assert "✗ The recognition channel #nowhere cannot be found: create it," in done.out
    assert "✗ Kestrel: Slack refused a message since 2026-03-04 09:00 UTC (channel_not_found): " in done.out
    assert nothing_set.out.startswith("✗ SLACK_BOT_TOKEN is not set.\n✗ SLACK_SIGNING_SECRET is not set.\n")


@on_sqlite
@pytest.mark.usefixtures("store")
async def test_without_the_scope_to_list_channels_check_says_so(database_url: str) -> None:
    lacking = manifest("https://goodword.example.com/slack/events")
    scopes = lacking["oauth_config"]["scopes"]["bot"]
    scopes[:] = [scope for scope in scopes if not scope.endswith(":read")]
    slack = PretendSlack(manifest=lacking, signing_secret=SECRET, bot_token=TOKEN)
    async with serve(slack):
        done = await goodword("check", **variables(slack, database_url))
    assert done.code == 1
    assert done.err == ""
    assert done.out.endswith("✗ Slack does not say which channels there are (missing_scope).\n")


@on_sqlite
async def test_what_was_parked_is_released_on_demand(store: Store, database_url: str) -> None:
    for letter in await store.claim(NOW, 10):
        await store.park(letter, "is_archived", NOW, unsure=False)
    done = await goodword("check", "--release", DATABASE_URL=database_url)
    assert done == Done(0, "2 messages will be tried again.\n", "")
    assert await store.transact(TEAM, _parked) == 0


def _parked(work: Work) -> int:
    return len(work.outbox.parked())


@on_sqlite
@pytest.mark.parametrize("command", ["run", "check"])
async def test_a_token_that_slack_refuses_is_named(
    slack: PretendSlack, database_url: str, command: str
) -> None:
    given = variables(slack, database_url, SLACK_BOT_TOKEN="xoxb-another", PORT="0")
    done = await goodword(command, **given)
    said = done.err if command == "run" else done.out
    assert done.code == 1
    assert (
        "Slack does not accept SLACK_BOT_TOKEN (invalid_auth): "
        "copy it again from the page OAuth & Permissions of the app.\n"
    ) in said
    assert "xoxb" not in said
    if command == "run":
        failed(done)


@on_sqlite
@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("token", [f"{TOKEN}\n", f"  {TOKEN}  "])
async def test_space_around_a_token_is_no_part_of_it(
    slack: PretendSlack, database_url: str, token: str
) -> None:
    done = await goodword("check", **variables(slack, database_url, SLACK_BOT_TOKEN=token))
    assert "✓ Slack knows the token" in done.out


@on_sqlite
async def test_a_slack_that_cannot_be_reached_is_a_sentence(slack: PretendSlack, database_url: str) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/api/"
    said = failed(await goodword("run", **variables(slack, database_url, SLACK_API_URL=nobody)))
    assert said.startswith(f"Slack cannot be reached at {nobody} (")
    assert said.endswith("is SLACK_API_URL right, and may this machine go out to it?")


@on_sqlite
async def test_something_else_than_slack_is_a_sentence(slack: PretendSlack, database_url: str) -> None:
    page = slack.api_url.replace("/api/", "/static/")
    said = failed(await goodword("run", **variables(slack, database_url, SLACK_API_URL=page)))
    assert said.startswith("Slack ")


@on_sqlite
async def test_a_port_that_is_taken_is_a_sentence(slack: PretendSlack, database_url: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = await goodword("run", **variables(slack, database_url, PORT=str(port), LOG_LEVEL="WARNING"))
    assert failed(done) == (
        f"Port {port} on 127.0.0.1 is taken: set PORT to a free one, or stop what uses it."
    )


@on_sqlite
async def test_an_address_that_is_not_ours_is_a_sentence_of_its_own(
    slack: PretendSlack, database_url: str
) -> None:
    done = await goodword("run", **variables(slack, database_url, HOST="192.0.2.1", LOG_LEVEL="WARNING"))
    said = failed(done)
    assert "192.0.2.1" in said
    assert "taken" not in said
