"""Nothing that is typed makes us think for long: twice the text takes twice the steps, not four times."""

import ast
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.rules.backtracking import Counted, RunawayError, ends_as_python_does

ROOT = Path(__file__).parents[2]
# Signs that mean something to one of the expressions, and some that mean nothing.
SIGNS = "@#< -.'a!"
STARTS, ENDINGS = ("", "<", "@a", " #a"), ("", "!")
SHORT = 16


def _files() -> Iterator[Path]:
    for room in ("bot", "handlers", "storage"):
        yield from (path for path in (ROOT / room).rglob("*.py") if "playground" not in path.parts)


def expressions() -> dict[str, str]:
    """Every regular expression that is written down in our code, by where it stands."""
    found = {}
    for path in _files():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "re":
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno} builds an expression"
                found[f"{path.relative_to(ROOT)}:{node.lineno}"] = str(node.args[0].value)
    return found


EXPRESSIONS = expressions()


def _texts(size: int) -> Iterator[str]:
    for unit in (*SIGNS, *("".join(pair) for pair in itertools.permutations(SIGNS, 2))):
        body = (unit * size)[:size]
        yield from (f"{start}{body}{ending}" for start in STARTS for ending in ENDINGS)


def worst(pattern: str, short: Iterable[str], long: Iterable[str]) -> float:
    """By how much the steps grow, at the worst, from each short text to the long one beside it."""
    return max(
        grown(pattern, once, twice, look)
        for look in (Counted.search_all, Counted.is_whole)
        for once, twice in zip(short, long, strict=True)
    )


def grown(pattern: str, once: str, twice: str, look: Callable[[Counted, str], object]) -> float:
    fewer, more = Counted(pattern), Counted(pattern)
    try:
        look(fewer, once)
        look(more, twice)
    except RunawayError:
        return math.inf
    return more.steps / fewer.steps


def test_the_expressions_are_found() -> None:
    files = {where.partition(":")[0] for where in EXPRESSIONS}
    assert {
        "bot/rules/recognition.py",
        "bot/rules/people.py",
        "bot/rules/language/markup.py",
        "bot/settings.py",
        "handlers/markup.py",
    } <= files


@pytest.mark.parametrize("pattern", EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_twice_the_text_takes_twice_the_steps(pattern: str) -> None:
    assert worst(pattern, [*_texts(SHORT)], [*_texts(2 * SHORT)]) < 2.5


@pytest.mark.parametrize("pattern", EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_the_steps_are_those_of_python(pattern: str) -> None:
    assert all(ends_as_python_does(pattern, text) for text in _texts(7))


@pytest.mark.parametrize("runaway", [r"(?:a|aa)*!", r"(?:a+)+!", r"\s*\s*!", r" *$", r"(?:\s*[\s,])*"])
def test_a_runaway_would_be_seen(runaway: str) -> None:
    assert worst(runaway, [f"{sign * 6}b" for sign in "a "], [f"{sign * 12}b" for sign in "a "]) > 2.5


def test_one_that_would_never_end_is_given_up() -> None:
    assert grown(r"(?:a+)+!", "a" * 20, "a" * 40, Counted.is_whole) == math.inf
