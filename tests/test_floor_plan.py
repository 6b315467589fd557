"""The floor plan of docs/architecture.md holds, and each of its contracts bites."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINTER = Path(sys.executable).with_name("lint-imports")

# (contract, where the breach is planted, what is written there, what the contract must complain about)
BREACHES = (
    ("floors", "bot/errors.py", "import bot.messages", "bot.errors -> bot.messages"),
    ("floors", "bot/rules/breach.py", "import bot.ports", "bot.rules.breach -> bot.ports"),
    ("floors", "bot/people.py", "import bot.kudos", "bot.people -> bot.kudos"),
    ("floors", "bot/breach.py", "", "bot.breach"),
    ("neighbours", "handlers/breach.py", "import storage.breach", "handlers.breach -> storage.breach"),
    ("neighbours", "storage/breach.py", "import handlers.breach", "storage.breach -> handlers.breach"),
    ("roof", "bot/kudos.py", "import storage", "bot.kudos -> storage"),
    ("roof", "bot/people.py", "import handlers", "bot.people -> handlers"),
    ("attic", "storage/breach.py", "import bot.app", "storage.breach -> bot.app"),
    ("attic", "handlers/breach.py", "import bot.operate", "handlers.breach -> bot.operate"),
    ("environment", "handlers/breach.py", "import bot.config", "handlers.breach -> bot.config"),
    ("environment", "bot/app.py", "import bot.config", "bot.app -> bot.config"),
    ("pretence", "handlers/breach.py", "import handlers.playground", "breach -> handlers.playground"),
    ("pretence", "bot/app.py", "import handlers.playground", "bot.app -> handlers.playground"),
    ("playground", "handlers/playground/breach.py", "import bot", "handlers.playground.breach -> bot"),
    ("playground", "handlers/playground/more.py", "import handlers.breach", "more -> handlers.breach"),
    ("slack", "bot/app.py", "import slack_bolt", "bot.app -> slack_bolt"),
    ("slack", "bot/people.py", "import aiohttp", "bot.people -> aiohttp"),
    ("slack", "storage/breach.py", "import slack_sdk", "storage.breach -> slack_sdk"),
    ("sql", "bot/messages.py", "import sqlalchemy", "bot.messages -> sqlalchemy"),
    ("sql", "handlers/breach.py", "import psycopg", "handlers.breach -> psycopg"),
    ("rules", "bot/rules/breach.py", "import pydantic", "bot.rules.breach -> pydantic"),
    ("views", "handlers/views/breach.py", "import slack_sdk", "handlers.views.breach -> slack_sdk"),
    ("views", "handlers/views/breach.py", "import handlers.breach", "views.breach -> handlers.breach"),
    ("shelves", "storage/breach.py", "import bot.kudos", "storage.breach -> bot.kudos"),
)


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "400"}
    command = [str(LINTER), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def names_of_contracts() -> dict[str, str]:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    sections = (name for name in config.sections() if ":" in name)
    return {section.rpartition(":")[2]: config[section]["name"] for section in sections}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Plant every breach in one copy of the house; gives what each contract says of it, by its name."""
    root = tmp_path_factory.mktemp("house")
    for room in ("bot", "handlers", "storage"):
        shutil.copytree(ROOT / room, root / room, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / ".importlinter", root)
    for _, place, statement, _ in BREACHES:
        with (root / place).open("a") as file:
            file.write(f"\n{statement}\n")
    _, *headed = re.split(r"^(.+)\n-+\n", lint(root).stdout, flags=re.MULTILINE)
    return dict(zip(headed[::2], headed[1::2], strict=True))


def test_the_house_stands_as_planned() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("contract", "place", "statement", "complaint"), BREACHES)
def test_a_breach_is_caught(
    complaints: dict[str, str], contract: str, place: str, statement: str, complaint: str
) -> None:
    assert re.search(rf"{re.escape(complaint)}\b", complaints[names_of_contracts()[contract]]), (
        place,
        statement,
    )


def test_every_contract_is_put_to_the_test() -> None:
    assert {contract for contract, *_ in BREACHES} == names_of_contracts().keys()
