"""The tables of the documentation say what the code says, row for row."""

import importlib
import importlib.metadata
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import SecretStr
from typer.main import get_command

from benchmarks.language import corpus
from bot import settings
from bot.commands import goodword
from bot.config import Config
from bot.escalations import Planned, Told
from bot.rules import language, lifecycle
from bot.rules.digest import Gathered, Period, weekly
from bot.rules.hearing import Wish
from bot.rules.people import Group, Person
from bot.rules.routing import Chain, Holder, Route, Subject
from handlers.capture import SUBTYPES
from handlers.manifest import DESCRIBED, SCOPES
from handlers.playground.faults import KINDS
from handlers.playground.web_api import METHODS
from handlers.routes import COMMANDS, EVENTS
from handlers.views import escalation_form
from handlers.views.digest import in_words
from handlers.views.escalations import button_words
from handlers.views.kudos import HELP
from storage.tables import metadata
from tests.docs.pages import ROOT, Page, code, page, pages
from tests.faults.troubles import EVERYWHERE, POSTGRESQL

README, OPERATIONS, PRIVACY = page("README.md"), page("docs/operations.md"), page("docs/privacy.md")
ESCALATIONS, DIGESTS = page("docs/escalations.md"), page("docs/digests.md")
LANGUAGE = page("docs/language.md")
RELIABILITY = page("docs/reliability.md")
PERFORMANCE = page("docs/performance.md")
DEPENDENCIES = page("docs/decisions/0009-dependencies.md")
PLANNED = Planned(
    Subject("UBEN", "Ben", frozenset({"UBEN"}), Chain("UBEN", ("URUTH",))),
    Route(Holder("UMO", "Mo"), Holder("URUTH", "Ruth")),
    leads_people=True,
    first_is_manager=True,
)


def test_the_variables_are_those_that_are_read() -> None:
    assert README.tables["environment"] == [
        [f"`{name.upper()}`", _default(field.default), field.description]
        for name, field in Config.model_fields.items()
    ]


def _default(value: object) -> str:
    shown = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return f"`{shown}`" if shown else "none"


def test_the_figures_of_the_language_engine_are_those_of_a_run() -> None:
    measure = importlib.import_module("benchmarks.language.__main__")
    folder = corpus.HERE / "validation"
    shown_of = (
        (LANGUAGE.tables["seventh"], corpus.given(folder / "seventh.jsonl")),
        (LANGUAGE.tables["validation"], corpus.load("validation")),
    )
    for rows, examples in shown_of:
        read = [(one, language.read(one.text)) for one in examples]
        shown = [f"| {' | '.join(row)} |".replace("|  |", "| |") for row in rows]
        assert shown == measure.table(read)[2:]


MOST_COMPLAINTS = 2  # in a set, that are taken for a shout-out


@pytest.mark.parametrize("name", sorted(path.stem for path in (corpus.HERE / "validation").glob("*.jsonl")))
def test_shoutouts_are_found_as_often_and_as_rightly_as_the_page_says_of_each_set(name: str) -> None:
    examples = list(corpus.given(corpus.HERE / "validation" / f"{name}.jsonl"))
    found = [one for one in examples if language.read(one.text).label == "shoutout"]
    right = sum(one.label == "shoutout" for one in found)
    assert right >= 0.95 * len(found)
    assert right >= 0.7 * sum(one.label == "shoutout" for one in examples)
    assert sum(one.label == "complaint_person" for one in found) <= MOST_COMPLAINTS


def test_the_variables_that_are_needed_are_said_to_be() -> None:
    needed = Config().missing()
    assert [code(name) for name, *_ in README.tables["environment"]][: len(needed)] == needed
    assert "`goodword run` needs the first two." in README.text
    assert len(needed) == 2


def test_the_commands_are_those_of_the_door() -> None:
    assert README.tables["commands"] == [
        [f"`{usage}`", meaning] for usage, meaning in _commands(get_command(goodword), "goodword")
    ]


def _commands(command: Any, path: str) -> Iterator[tuple[str, str]]:
    for name, one in getattr(command, "commands", {}).items():
        if hasattr(one, "commands"):
            yield from _commands(one, f"{path} {name}")
        else:
            yield " ".join([f"{path} {name}", *map(_parameter, one.params)]), one.help


def _parameter(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.name).upper()
    if parameter.is_flag:
        return f"[{parameter.opts[0]}]"
    if parameter.required:
        return f"{parameter.opts[0]} …"
    return f"[{parameter.opts[0]} {'…' if parameter.default is None else parameter.default}]"


def test_what_is_typed_in_slack_is_what_the_help_says() -> None:
    _, example, lines = HELP
    said = [[f"`{typed}`", meaning] for typed, meaning in lines]
    rows = README.tables["typed"]
    assert rows[: len(said) + 1] == [*said, ["`/kudos help`", "says what stands above"]]
    _, hint = DESCRIBED["/escalate"]
    ways = ["", *(f" {way.strip('[]')}" for way in hint.split(" or "))]
    assert [code(typed) for typed, _ in rows[len(said) + 1 :]] == [f"/escalate{way}" for way in ways]
    assert {code(typed).split()[0] for typed, _ in rows} == COMMANDS.keys()
    assert f"`{example.replace('@cy ', '')}`" in README.text


def test_the_settings_are_those_administrators_have() -> None:
    assert README.tables["settings"] == [
        [f"`{name}`", _default(one.default), one.meaning] for name, one in settings.ALL.items()
    ]


def test_the_questions_are_those_of_the_form() -> None:
    team = Group("S1", "support-team", "Support team")
    asked = [one for one in escalation_form.drawn([team], PLANNED)["blocks"] if one["type"] == "input"]
    assert ESCALATIONS.tables["asked"] == [
        [one["label"]["text"], "no" if one.get("optional") else "yes"] for one in asked
    ]
    choices = [option["text"]["text"] for option in asked[-1]["element"]["options"]]
    assert len(choices) == 2
    assert all(f"*{choice}*" in ESCALATIONS.text for choice in choices)


def test_a_missed_digest_is_said_as_the_next_one_says_it() -> None:
    friday = datetime(2026, 11, 20, 16, tzinfo=UTC)
    made = Period("2026-W47", friday - timedelta(days=14), friday, "UTC", missed=friday - timedelta(days=7))
    assert f"```text\n{in_words(weekly(made, Gathered((), {}))).splitlines()[1]}\n```" in DIGESTS.text


def test_the_route_is_said_as_the_form_says_it() -> None:
    (shown,) = (block.text for block in ESCALATIONS.blocks if block.mark == "says")
    assert shown.rstrip() == escalation_form.route_in_words(PLANNED)


def test_the_moves_are_those_of_the_table_with_the_words_of_their_buttons() -> None:
    ruth = Person("URUTH", "ruth", "Ruth", "T1")
    made: Any = type("Made", (), {"second": ruth.id})
    told = Told(made, {ruth.id: ruth}, "Ben")
    assert ESCALATIONS.tables["moves"] == [
        [lifecycle.SAID[at], f"the {step.by}", f"*{button_words(told, move)}*", lifecycle.SAID[step.to]]
        for (at, move), step in lifecycle.TABLE.items()
    ]


def test_there_are_five_promises_and_each_has_a_test_beside_it() -> None:
    rows = ESCALATIONS.tables["promises"]
    assert len(rows) == 5
    assert all(re.search(r"`test_\w+`", shown) for *_, shown in rows)


def test_every_scope_stands_with_its_reason() -> None:
    assert PRIVACY.tables["scopes"] == [[f"`{scope}`", reason] for scope, reason in SCOPES.items()]


def test_every_wish_is_explained() -> None:
    assert [code(wish) for wish, *_ in page("docs/kudos.md").tables["wishes"]] == [*Wish]


def test_every_table_of_the_database_is_accounted_for() -> None:
    assert {code(name) for name, *_ in PRIVACY.tables["stored"]} == metadata.tables.keys()


def test_what_is_followed_of_messages_is_what_the_page_on_privacy_says() -> None:
    assert "A new message is read in memory" in PRIVACY.text
    assert "An edit or a deletion is compared" in PRIVACY.text
    assert set(SUBTYPES) == {"message_changed", "message_deleted"}
    assert "app_mention" not in EVENTS


def test_the_words_for_how_a_delivery_ended_are_those_of_the_log() -> None:
    told = re.findall(r"self\._tell\(letter, f?\"(\w+)", (ROOT / "handlers/delivery.py").read_text())
    assert {code(word) for word, _ in OPERATIONS.tables["outcomes"]} == set(told)


def test_the_methods_and_faults_are_those_of_the_pretend_slack() -> None:
    tables = page("docs/playground.md").tables
    methods = [method for _, those in tables["methods"] for method in re.findall(r"`([^`]+)`", those)]
    assert sorted(methods) == sorted(METHODS)
    assert {code(kind) for kind, _ in tables["faults"]} == KINDS


def test_what_can_be_made_is_what_the_makefile_explains() -> None:
    explained = re.findall(r"^(\w+):.*?##\s+(.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    rows = page("docs/contributing.md").tables["make"]
    assert sorted(rows) == sorted([f"`make {name}`", meaning] for name, meaning in explained)


def requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [Requirement(line) for line in project["dependencies"]]


def test_every_dependency_has_its_row() -> None:
    rows = DEPENDENCIES.tables["dependencies"]
    assert [code(name) for name, *_ in rows] == sorted(canonicalize_name(one.name) for one in requirements())
    assert all(len(row) == 5 and all(row) for row in rows)


@pytest.mark.parametrize("requirement", requirements(), ids=lambda one: one.name)
def test_the_licence_of_a_dependency_is_what_it_says_itself(requirement: Requirement) -> None:
    if requirement.marker and not requirement.marker.evaluate():
        pytest.skip("not for this platform")
    said = importlib.metadata.metadata(requirement.name).json
    licences = {code(name): licence for name, licence, *_ in DEPENDENCIES.tables["dependencies"]}
    assert licences[requirement.name] == (said.get("license_expression") or said.get("license"))


MARKS = re.compile(
    r"table: \w+|run|run if \w+|run stopped|run on postgresql|serve|prints|says|from \S+|tree"
    r"|states: (?:outbox|escalation)|rotate in (?:file|variable)|says (?:of|without) a key"
)


@pytest.mark.parametrize("one", pages(), ids=str)
def test_every_mark_is_understood_and_stands_before_what_it_marks(one: Page) -> None:
    for mark in one.marks:
        assert MARKS.fullmatch(mark), mark
    in_place = [block.mark for block in one.blocks if block.mark] + [f"table: {name}" for name in one.tables]
    assert sorted(in_place) == sorted(one.marks)


@pytest.mark.parametrize("one", pages(), ids=str)
def test_every_fence_opens_or_closes_a_block_that_is_looked_at(one: Page) -> None:
    assert one.text.count("```") == 2 * len(one.blocks)
    assert all(block.language for block in one.blocks)


def test_every_line_of_the_table_of_performance_has_a_figure() -> None:
    """What they say, and that there is one for everything, is held in test_performance.py."""
    for part, what, measured, *_ in PERFORMANCE.tables["performance"]:
        assert re.search(r"\d", measured), (part, what)


def test_every_table_that_is_marked_has_a_test() -> None:
    marked = {name for one in pages() for name in one.tables}
    tests = "".join(file.read_text() for file in (ROOT / "tests").rglob("test_*.py"))
    tested = set(re.findall(r"tables\[\"(\w+)\"\]", tests))
    assert marked == tested


def test_the_table_of_troubles_has_every_trouble_on_each_engine_and_nothing_lost() -> None:
    rows = RELIABILITY.tables["troubles"]
    everywhere = {(name, engine) for name in EVERYWHERE for engine in ("sqlite", "postgresql")}
    of_a_server = {(name, "postgresql") for name in POSTGRESQL}
    killed = {("the process is killed", "sqlite"), ("the process is killed", "postgresql")}
    killed |= {("one of two replicas is killed while Slack fails", "postgresql")}

    assert {(trouble, engine) for trouble, engine, *_ in rows} == everywhere | of_a_server | killed
    assert {(lost, doubled) for *_, lost, doubled, _ in rows} == {("0", "0")}
