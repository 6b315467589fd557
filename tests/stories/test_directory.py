"""The org chart: where it comes from, what an administrator is told of it, what the commands answer."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from bot import __main__ as door
from bot import directory, people
from bot.config import Config
from bot.errors import Refusal
from bot.ports import Work
from bot.rules.chart import FIELDS, Fact
from bot.rules.people import Person
from bot.rules.routing import Chain
from handlers.playground import Company, sample_company
from storage import workspaces
from storage.chart import ChartShelf
from storage.tables import people as rows
from storage.work import Store
from tests.scim import OPEN, create, scim_server, user
from tests.town import SECRET, TOKEN, Town
from tests.town import town as build

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
T = "T0GOODWRD1"
HEAD = "email,manager_email,department,title"


def company(**changes: dict[str, Any]) -> Company:
    """The sample company with some people changed, by handle; a manager is named by handle, too."""
    sample = sample_company()
    ids = {person.handle: person.id for person in sample.people}

    def changed(person: Any) -> Any:
        more = changes.get(person.handle, {})
        if more.get("manager"):
            more = more | {"manager": ids[more["manager"]]}
        return replace(person, **more)

    return replace(sample, people=tuple(changed(person) for person in sample.people))


@asynccontextmanager
async def town_of(database_url: str, **changes: dict[str, Any]) -> AsyncIterator[Town]:
    async with build(database_url, slack_options={"company": company(**changes)}) as town:
        yield town


async def chain(town: Town, who: str) -> Chain:
    look: Callable[[Work], Chain] = lambda work: work.people.chain(town.id(who))  # noqa: E731
    return await town.bot.store.transact(T, look)


async def names_above(town: Town, who: str) -> list[str]:
    return [person.name for person in (await chain(town, who)).known]


async def test_the_profile_field_manager_is_the_chart_from_the_first_start(town: Town) -> None:
    assert await names_above(town, "ada") == ["Mo", "Omar", "Eve"]
    said = await town.bot.store.transact(T, lambda work: work.chart.of(town.id("ada")))
    assert (said.department, said.title) == ("Sales", "Account Manager")
    # The ids of the fields are looked up once, however many people there are.
    methods = [call.method for call in town.slack.calls]
    assert methods.count("team.profile.get") == 1
    assert methods.count("users.profile.get") == 13
    assert town.dms("eve") == []


async def test_a_changed_profile_is_followed(town: Town) -> None:
    await town.slack.change_user("ada", manager=town.id("ruth"), title="Engineer", email="ada@new.example")
    await town.slack.change_user("mo", is_admin=True)

    assert await names_above(town, "ada") == ["Ruth", "Omar", "Eve"]
    place = await town.bot.store.transact(T, partial(people.find, typed="ada@new.example"))
    assert place.said["slack"].title == "Engineer"
    admins = await town.bot.store.transact(T, lambda work: work.people.administrators())
    assert {one.handle for one in admins} == {"eve", "mo"}

    await town.slack.change_user("ada", manager=None)
    assert await names_above(town, "ada") == []


async def test_who_is_deactivated_keeps_their_place_on_the_way_and_is_no_hop(town: Town) -> None:
    await town.slack.deactivate("mo")
    found = await chain(town, "ada")
    assert [(one.name, one.active) for one in found.known] == [("Mo", False), ("Omar", True), ("Eve", True)]


async def test_without_the_scope_people_are_read_and_the_sentence_says_what_is_missing(
    database_url: str,
) -> None:
    async with build(database_url) as town:
        town.slack.faults.add(method="team.profile.get", kind="error", error="missing_scope")
        said = await directory.sync(_config(town, database_url))
        assert said == (
            "Read 17 people and one user group. The field Manager could not be read: the app lacks "
            "users.profile:read; update it from `goodword manifest` and reinstall."
        )
        # What was read before stays.
        assert await names_above(town, "ada") == ["Mo", "Omar", "Eve"]


async def test_sync_reads_slack_and_obeys_its_wish_to_wait(database_url: str) -> None:
    async with build(database_url) as town:
        town.slack.faults.add(method="users.profile.get", kind="ratelimited", retry_after=1, times=2)
        await town.slack.change_user("lunchbot", title="Soup")
        assert await directory.sync(_config(town, database_url)) == (
            "Read 17 people, one user group and their profiles."
        )
        town.slack.faults.add(method="users.list", kind="error", error="internal_error")
        with pytest.raises(Refusal, match=r"^Slack's directory cannot be read: Slack says internal_error\.$"):
            await directory.sync(_config(town, database_url))


async def test_scim_is_trusted_more_than_profiles_and_a_csv_more_than_both(
    database_url: str, tmp_path: Path
) -> None:
    with scim_server() as scim:
        (ruth,) = await create(scim, user("ruth", department="Care"))
        await create(scim, user("ada", manager=ruth, department=""), user("chair"))
        async with build(database_url, plan=partial(replace, scim_url=scim, scim_token=OPEN)) as town:
            assert await names_above(town, "ada") == ["Ruth", "Omar", "Eve"]
            said = await town.bot.store.transact(T, lambda work: work.chart.of(town.id("ada")))
            assert (said.department, said.title) == ("Sales", "Account Manager")

            rows = (
                "ada@kestrel.example,chair@kestrel.example,Field,",
                "chair@kestrel.example,fay@kestrel.example,,",
            )
            config = _config(town, database_url)
            await directory.import_file(config, None, Path(_csv(tmp_path, *rows)))
            assert await names_above(town, "ada") == ["Fay", "Hugo", "Omar", "Eve"]
            assert await directory.show(config, None, "ada") == [
                f"Ada (@ada, ada@kestrel.example, {town.id('ada')})",
                "Manager: chair@kestrel.example (CSV)",
                "Chain: chair@kestrel.example → Fay → Hugo → Omar → Eve",
                "Department: Field (CSV)",
                "Title: Account Manager (Slack)",
                "Reports: 0 people",
            ]


async def test_a_wrong_token_for_scim_is_said_once_and_all_else_works(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with scim_server() as scim:
        async with build(database_url, plan=partial(replace, scim_url=scim, scim_token="wrong")) as town:
            await town.types("ada", "/kudos @ben for the invoice at midnight")
            await town.settled()
            assert len(town.dms("ben")) == 1
            assert await names_above(town, "ada") == ["Mo", "Omar", "Eve"]
    assert caplog.text.count("does not accept GOODWORD_SCIM_TOKEN") == 1
    assert "wrong" not in caplog.text


async def test_gaps_are_told_to_administrators_by_name_and_again_only_when_they_change(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "goodword")
    gaps: dict[str, dict[str, Any]] = {
        "cy": {"manager": None},
        "dina": {"manager": "lea"},
        "fay": {"manager": "hugo"},
    }
    async with town_of(database_url, **gaps, hugo={"manager": "fay"}) as town:
        await town.settled()
        (told,) = town.dms("eve")
        assert "Without a manager: Cy" in told.plain
        assert "Managers in a circle: Fay → Hugo → Fay" in told.plain
        assert "Managers who left or are not in Slack: Lea" in told.plain
        assert set(town.everybody_saw()) == {"eve"}

        await _next_night(town, caplog)
        assert len(town.dms("eve")) == 1

        await town.slack.change_user("cy", manager=town.id("ruth"))
        await town.slack.change_user("omar", is_admin=True)
        await _next_night(town, caplog)
        assert len(town.dms("eve")) == 2
        assert "Cy" not in town.dms("eve")[-1].plain
        assert len(town.dms("omar")) == 1
        assert set(town.everybody_saw()) == {"eve", "omar"}

        for handle, manager in (("dina", "ruth"), ("hugo", "omar")):
            await town.slack.change_user(handle, manager=town.id(manager))
        await _next_night(town, caplog)
        assert len(town.dms("eve")) == 2


async def test_a_company_without_any_chart_is_not_told_of_gaps(database_url: str) -> None:
    nobody = {person.handle: {"manager": None} for person in sample_company().people}
    async with town_of(database_url, **nobody) as town:
        await town.settled()
        assert town.everybody_saw() == {}


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)  # SQLite has one writer anyway
async def test_who_is_met_during_a_long_import_is_thanked_at_once_and_takes_their_place_after_it(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, begun, done = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    replaced = ChartShelf.replace

    def slow(*given: Any) -> Any:
        changes = replaced(*given)
        loop.call_soon_threadsafe(begun.set)
        done.wait(20)
        return changes

    async with town_of(database_url) as town:
        forget = delete(rows).where(rows.c.person_id == town.id("cy"))
        await town.bot.store.across(lambda connection: connection.execute(forget))
        monkeypatch.setattr(ChartShelf, "replace", slow)
        file = Path(_csv(tmp_path, "cy@kestrel.example,eve@kestrel.example,,", "eve@kestrel.example,,,"))
        importing = asyncio.create_task(directory.import_file(_config(town, database_url), None, file))
        await begun.wait()
        await town.types("ada", f"/kudos <@{town.id('cy')}> for the long list of prices", raw=True)
        said = town.last_words_to("ada")
        done.set()
        await importing
        await town.settled()
        assert "Your thanks to Cy will be in #kudos" in said
        assert await names_above(town, "cy") == ["Eve"]


async def _next_night(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    before = caplog.text.count("the directory was read:")
    town.slack.clock.forward(timedelta(days=1))
    for _ in range(400):
        if caplog.text.count("the directory was read:") > before:
            break
        await asyncio.sleep(0.05)
    await town.settled()


def _config(town: Town, database_url: str) -> Config:
    return Config.model_validate(
        {
            "database_url": database_url,
            "slack_api_url": town.slack.api_url,
            "slack_bot_token": TOKEN,
            "slack_signing_secret": SECRET,
        }
    )


# The commands, as an operator types them.

Goodword = Callable[..., tuple[int, str, str]]


@pytest.fixture
def goodword(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Goodword:
    """Run a command over a database with one workspace; gives its exit code and what it printed."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    _in_store(database_url, lambda work: work.people.count(), add=True)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["goodword", *arguments])
        with pytest.raises(SystemExit) as ended:
            door.main()
        code = ended.value.code
        return int(code or 0), *capsys.readouterr()

    return run


def _in_store(database_url: str, fn: Callable[[Work], Any], *, add: bool = False) -> None:
    async def work() -> None:
        store = Store(database_url)
        if add:
            one = workspaces.Workspace(T, "Kestrel", "U0BOT")
            await store.across(partial(workspaces.add, workspace=one, now=NOW))
        await store.transact(T, fn)
        await store.close()

    asyncio.run(work())


def _meet(database_url: str, *handles: str, left: tuple[str, ...] = ()) -> None:
    met = [
        Person(f"U{h.upper()}", h, h.title(), T, email=f"{h}@x.example", active=h not in left)
        for h in (*handles, *left)
    ]
    _in_store(database_url, partial(people.meet, people=met, groups=[], now=NOW))


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def _csv(path: Path, *rows: str) -> str:
    (path / "people.csv").write_text("\n".join((HEAD, *rows)))
    return str(path / "people.csv")


def test_an_import_says_what_it_did_in_one_sentence(
    goodword: Goodword, database_url: str, tmp_path: Path
) -> None:
    _meet(database_url, "ada", "mo")
    file = _csv(
        tmp_path, "ada@x.example,mo@x.example,Sales,Rep", "mo@x.example,eve@x.example,,", "eve@x.example,,,"
    )
    assert goodword("directory", "import", file) == (0, "people.csv was imported: 3 people, 3 new.\n", "")
    assert goodword("directory", "import", file) == (
        0,
        "people.csv was imported: 3 people, all as before.\n",
        "",
    )
    file = _csv(tmp_path, "ada@x.example,,Sales,Rep", "ben@x.example,ada@x.example,,")
    assert goodword("directory", "import", file) == (
        0,
        "people.csv was imported: 2 people, 1 new, 1 changed and 2 no longer there.\n",
        "",
    )


def test_one_bad_row_refuses_the_whole_file_and_every_problem_is_listed(
    goodword: Goodword, database_url: str, tmp_path: Path
) -> None:
    _meet(database_url, "ada", "mo")
    good = _csv(tmp_path, "ada@x.example,mo@x.example,Sales,Rep")
    assert goodword("directory", "import", good)[0] == 0
    bad = _csv(
        tmp_path,
        "ada@x.example,nobody@x.example,,",
        "=1+1,,,",
        "mo@x.example,mo@x.example,,",
        "ada@x.example,,,",
        "a@x.example,b@x.example,,",
        "b@x.example,a@x.example,,",
    )
    code, out, err = goodword("directory", "import", bad)
    assert (code, out) == (1, "")
    circle = "a@x.example → b@x.example → a@x.example"
    assert err == (
        "people.csv has 5 problems, so nothing of it was imported:\n"
        "  line 2: the manager nobody@x.example is neither in this file nor in Slack.\n"
        "  line 3: =1+1 is no e-mail address.\n"
        "  line 4: mo@x.example cannot be their own manager.\n"
        "  line 5: ada@x.example is in line 2 already.\n"
        f"  line 6: {circle}: they report to each other in a circle (lines 6, 7).\n"
    )
    assert "Manager: Mo (CSV)" in goodword("directory", "show", "ada")[1]


def test_show_says_who_somebody_is_and_which_source_says_so(
    goodword: Goodword, database_url: str, tmp_path: Path
) -> None:
    _meet(database_url, "ada", "mo")
    file = _csv(
        tmp_path, "ada@x.example,vp@x.example,Sales,", "vp@x.example,mo@x.example,,", "mo@x.example,,,Chief"
    )
    goodword("directory", "import", file)
    assert goodword("directory", "show", "@ada") == (
        0,
        _lines(
            "Ada (@ada, ada@x.example, UADA)",
            "Manager: vp@x.example (CSV)",
            "Chain: vp@x.example → Mo",
            "Department: Sales (CSV)",
            "Title: unknown",
            "Reports: 0 people",
        ),
        "",
    )
    code, out, _ = goodword("directory", "show", "VP@x.example")
    assert (code, out.splitlines()[0], out.splitlines()[-1]) == (
        0,
        "vp@x.example (not in Slack)",
        "Reports: one person",
    )
    assert goodword("directory", "show", "zed") == (1, "", "Nobody here is called zed.\n")
    assert goodword("directory", "show", "zed@x.example") == (1, "", "Nobody here is called zed@x.example.\n")


def test_the_check_names_two_circles_three_leavers_and_an_orphan(
    goodword: Goodword, database_url: str
) -> None:
    _meet(
        database_url,
        *("eve", "ada", "mo", "ben", "cy", "dee", "fay", "gil", "hal", "ida", "orphan"),
        left=("lea", "lou", "len"),
    )
    managers = {
        "ada": "eve",
        "mo": "lea",
        "ben": "lou",
        "cy": "len",
        "dee": "fay",
        "fay": "dee",
        "gil": "hal",
    }
    managers |= {"hal": "ida", "ida": "gil", "lea": "eve"}
    said = [Fact(f"U{who.upper()}", f"U{boss.upper()}") for who, boss in managers.items()]
    _in_store(database_url, partial(people.slack_says, facts=said, about=FIELDS))

    code, out, _ = goodword("directory", "check")

    assert code == 1
    assert out.splitlines() == [
        "✗ They report to each other in a circle: Dee → Fay → Dee.",
        "✗ They report to each other in a circle: Gil → Hal → Ida → Gil.",
        "✗ Lea has left and is still the manager of Mo.",
        "✗ Len has left and is still the manager of Cy.",
        "✗ Lou has left and is still the manager of Ben.",
        "✗ Without a manager: Orphan.",
        "✓ At the top, with reports and without a manager: Eve.",
    ]


def test_a_whole_chart_is_said_to_be_whole_and_an_empty_one_to_be_empty(
    goodword: Goodword, database_url: str, tmp_path: Path
) -> None:
    _meet(database_url, "ada", "mo")
    code, out, _ = goodword("directory", "check")
    assert code == 1
    assert out.startswith("✗ Nobody in the org chart has a manager: import a CSV,")

    goodword(
        "directory", "import", _csv(tmp_path, "ada@x.example,mo@x.example,,", "new@x.example,mo@x.example,,")
    )
    assert goodword("directory", "check") == (
        0,
        _lines(
            "✓ The org chart is whole: 2 people have a manager.",
            "✓ At the top, with reports and without a manager: Mo.",
            "✓ In the org chart under an e-mail nobody in Slack has: new@x.example.",
        ),
        "",
    )


def test_a_missing_file_and_a_lonely_address_of_scim_are_sentences(
    goodword: Goodword, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "none.csv"
    assert goodword("directory", "import", str(missing)) == (1, "", f"There is no file {missing}.\n")
    monkeypatch.setenv("GOODWORD_SCIM_URL", "https://id.example.com/scim/v2")
    assert goodword("directory", "check") == (
        1,
        "",
        "The environment is not valid: GOODWORD_SCIM_URL and GOODWORD_SCIM_TOKEN need each other.\n",
    )
    assert "GOODWORD_SCIM_TOKEN" not in os.environ
