"""The floor plan names what stands, and code that pages quote or name is there."""

import importlib
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint

from bot.rules import lifecycle
from storage.tables import outbox
from tests.docs.pages import ROOT, Block, Page, page, pages

PLAN = page("docs/architecture.md")
ESCALATIONS = page("docs/escalations.md")
BLOCKS = [(one, block) for one in pages() for block in one.blocks]
PYTHON = [(one, block) for one, block in BLOCKS if block.language == "python"]
QUOTED = [(one, block) for one, block in BLOCKS if block.mark.startswith("from ")]
SPANS = [(one, span) for one in pages() for span in one.spans]


def block(mark: str) -> Block:
    (found,) = (one for one in PLAN.blocks if one.mark == mark)
    return found


def drawn() -> Iterator[str]:
    """Every path of the tree: two spaces in for what is inside, a slash behind what has an inside."""
    above: list[str] = []
    for line in block("tree").text.splitlines():
        found = re.match(r"( *)(\S+)", line)
        assert found, line
        above[len(found[1]) // 2 :] = [found[2]]
        yield "".join(above)


def test_the_plan_names_nothing_that_is_not_there() -> None:
    missing = [
        path for path in drawn() if not ((ROOT / path).is_dir if path[-1] == "/" else (ROOT / path).is_file)()
    ]
    assert not missing


def test_the_plan_names_every_module() -> None:
    folders = ["bot", "bot/rules", "bot/rules/language"]
    folders += ["handlers", "handlers/views", "handlers/directory", "handlers/letters"]
    folders += ["storage", "storage/migrations"]
    modules = {f"{folder}/{path.name}" for folder in folders for path in (ROOT / folder).glob("*.py")}
    named = {path for path in drawn() if path.endswith(".py") and not path.startswith("tests/")}
    assert named == {path for path in modules if not path.endswith("/__init__.py")}


def test_the_plan_names_every_room_inside_a_room() -> None:
    rooms = {
        f"{path.parent.relative_to(ROOT)}/"
        for room in ("bot", "handlers", "storage")
        for path in (ROOT / room).rglob("*.py")
    }
    assert rooms <= set(drawn())


def test_the_states_of_a_letter_are_those_the_database_allows() -> None:
    (check,) = (
        str(one.sqltext)
        for one in outbox.constraints
        if isinstance(one, CheckConstraint) and "state IN" in str(one.sqltext)
    )
    steps = re.findall(r"^ +(\S+) --> ([^:\s]+)", block("states: outbox").text, re.MULTILINE)
    states = {state for step in steps for state in step} - {"[*]"}
    assert states == set(re.findall(r"'(\w+)'", check))


def test_a_letter_that_has_ended_goes_nowhere_by_itself() -> None:
    steps = re.findall(r"^ +(\S+) --> ([^:\s]+)(.*)", block("states: outbox").text, re.MULTILINE)
    after = {state: {to for at, to, _ in steps if at == state} for state, _, _ in steps}
    assert (after["sent"], after["dropped"], after["parked"]) == ({"[*]"}, {"[*]"}, {"waiting"})


def test_the_life_of_an_escalation_is_drawn_from_its_table() -> None:
    (shown,) = (one for one in ESCALATIONS.blocks if one.mark == "states: escalation")
    assert shown.language == "mermaid"
    assert shown.text == f"{lifecycle.drawn()}\n"


@pytest.mark.parametrize(("one", "example"), PYTHON, ids=str)
def test_python_in_a_page_compiles(one: Page, example: Block) -> None:
    compile(textwrap.dedent(example.text), str(one), "exec")


@pytest.mark.parametrize(("one", "quotation"), QUOTED, ids=str)
def test_code_is_quoted_as_it_stands(one: Page, quotation: Block) -> None:
    source = quotation.mark.removeprefix("from ")
    assert quotation.text in (ROOT / source).read_text(), f"{one}: not so in {source}:\n{quotation.text}"


def test_quotations_and_examples_were_looked_at() -> None:
    assert len(QUOTED) >= 5
    assert len(PYTHON) > len(QUOTED)


def test_files_named_in_pages_are_there() -> None:
    named = {
        (str(one), span) for one, span in SPANS if re.fullmatch(r"(?:bot|handlers|storage|tests)/\S*", span)
    }
    assert named
    assert not {(one, span) for one, span in named if not (ROOT / span.partition("::")[0]).exists()}


def dotted(text: str) -> list[str]:
    return re.findall(r"\b(?:bot|handlers|storage)(?:\.\w+)+", text)


def test_modules_and_functions_named_in_pages_are_there() -> None:
    named = {name for _, span in SPANS if "/" not in span for name in dotted(span)}
    named |= {name for _, one in BLOCKS if one.language == "mermaid" for name in dotted(one.text)}
    assert {"bot.app.running", "bot.kudos.give", "handlers.playground"} <= named
    assert not [name for name in sorted(named) if not _is_there(name)]


def _is_there(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        module, _, attribute = name.rpartition(".")
        return hasattr(importlib.import_module(module), attribute)
    return True


def test_tests_named_as_evidence_are_there() -> None:
    named = {span for _, span in SPANS if re.fullmatch(r"test_\w+", span)}
    ours = "\n".join(path.read_text() for path in Path(ROOT / "tests").rglob("test_*.py"))
    assert named
    assert not [name for name in sorted(named) if f"def {name}(" not in ours]
