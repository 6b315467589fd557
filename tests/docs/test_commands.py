"""Whatever a page tells a reader to type exists: commands, their options, what can be made, settings."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from bot import settings
from bot.commands import goodword
from tests.docs.pages import ROOT, Page, pages

DOOR = get_command(goodword)
MADE = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


def typed(one: Page, program: str) -> Iterator[list[str]]:
    """What follows the program's name in each command, up to the next shell operator."""
    for command in one.commands():
        try:
            words = shlex.split(command.replace("[", "").replace("]", ""), comments=True)
        except ValueError:  # a lone apostrophe: prose in code, or one line of several
            words = command.split()
        for at, word in enumerate(words):
            following = words[at + 1 :]
            if word.rpartition("/")[2] == program and following and WORD.fullmatch(following[0]):
                stop = next((i for i, w in enumerate(following) if w in {">", "|", "&&", ";"}), None)
                yield following[:stop]


GOODWORD = [(one, words) for one in pages() for words in typed(one, "goodword") if words[0] != "goodword"]
MAKE = [(one, words) for one in pages() for words in typed(one, "make")]


@pytest.mark.parametrize(("one", "words"), GOODWORD, ids=str)
def test_a_goodword_command_exists_with_its_options(one: Page, words: list[str]) -> None:
    command: Any = DOOR
    rest = list(words)
    while rest and hasattr(command, "commands"):
        name = rest.pop(0)
        assert name in command.commands, f"{one}: goodword {' '.join(words)}"
        command = command.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    options = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert options <= known, f"{one}: goodword {' '.join(words)}"
    if words[:2] in (["settings", "get"], ["settings", "set"]) and rest and rest[0].islower():
        assert rest[0] in settings.ALL, f"{one}: goodword {' '.join(words)}"


@pytest.mark.parametrize(("one", "words"), MAKE, ids=str)
def test_what_is_made_can_be_made(one: Page, words: list[str]) -> None:
    assert words[0] in MADE, f"{one}: make {words[0]}"


def test_the_commands_that_matter_were_looked_at() -> None:
    assert {" ".join(words[:1]) for _, words in GOODWORD} == set(DOOR.commands)  # type: ignore[attr-defined]
    assert {words[0] for _, words in MAKE} >= {"playground", "test", "check", "faults"}
