"""What may lie in the repository: pinned and hashed locks without addresses, and nobody's private paths."""

import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")
ALLOWED_AT_THE_TOP = {
    *("bot", "handlers", "storage", "tests", "benchmarks", "docs"),
    *("pyproject.toml", "Makefile", "Dockerfile", "README.md", "CHANGELOG.md", "LICENSE"),
    *LOCKS,
}
PIN = re.compile(
    r"(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; [^\\]+?)?(?P<hashes>(?: --hash=sha256:[0-9a-f]{64})+)"
)
HOST = re.compile(r"://(?:[^/@\s'\"]*@)?([\w-]+(?:\.[\w-]+)+)")
# Put together here, so that this file does not hold what it looks for.
UNFINISHED = re.compile(
    "|".join(rf"\b{start}{end}\b" for start, end in (("TO", "DO"), ("FIX", "ME"), ("XX", "X")))
)
SOMEBODYS_HOME = re.compile(rf"/(?:home|Users)/\w+|{re.escape(str(Path.home()))}/\w+|[A-Z]:\\Users\\")
REGISTRY_LIKE = re.compile(r"\b(?:registry|index|deb|packages|proxy)\.[\w-]+\.(?:org|com|io|net)\b")


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("git")
    if program is None or not (ROOT / ".git").exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs git, and a clone")
    # The checkout may belong to somebody else, as in a container; we only look.
    command = [program, "-c", f"safe.directory={ROOT}", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """Everything that is committed or would be by `git add --all`."""
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    assert listed.returncode == 0, listed.stderr
    return sorted({Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()})


@pytest.fixture(scope="module")
def texts(files: list[Path]) -> dict[Path, str]:
    # Pictures, too: what wrote them may have left a path in them.
    return {path: (ROOT / path).read_bytes().decode("latin-1") for path in files}


def found(pattern: re.Pattern[str], texts: dict[Path, str]) -> list[str]:
    return [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for path, text in texts.items()
        for match in pattern.finditer(text)
    ]


def pins(lock: str) -> dict[str, set[Version]]:
    """The versions of each package: in a universal lock there may be several, each with its marker."""
    pinned: dict[str, set[Version]] = {}
    for line in requirements(lock):
        match = PIN.fullmatch(line)
        assert match, f"{lock}: not pinned and hashed: {line}"
        pinned.setdefault(canonicalize_name(match["name"]), set()).add(Version(match["version"]))
    return pinned


def requirements(lock: str) -> Iterator[str]:
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield " ".join(line.split())


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_and_hashes_every_line_and_names_no_address(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text()
    assert pins(lock)


def test_the_locks_are_in_step_with_pyproject() -> None:
    production = pyproject()["project"]["dependencies"]
    development = pyproject()["dependency-groups"]["dev"]
    for lock, wanted in (
        ("requirements.lock", production),
        ("requirements-dev.lock", production + development),
    ):
        pinned = pins(lock)
        for requirement in map(Requirement, wanted):
            versions = pinned.get(canonicalize_name(requirement.name), set())
            assert versions, f"{lock}: {requirement.name} is missing; `make lock`"
            assert all(map(requirement.specifier.contains, versions)), f"{lock}: {requirement}; `make lock`"


def test_what_is_tested_is_what_is_shipped() -> None:
    tested = pins("requirements-dev.lock")
    for name, versions in pins("requirements.lock").items():
        assert tested[name] == versions, name


@pytest.mark.parametrize("name", ["uv.lock", "pylock.toml"])
def test_locks_that_would_name_a_host_are_ignored(name: str, files: list[Path]) -> None:
    assert Path(name) not in files
    assert git("check-ignore", "--quiet", "--no-index", name).returncode == 0


def test_no_file_names_a_package_registry(texts: dict[Path, str]) -> None:
    hosts = registry_hosts()
    assert hosts
    assert not found(re.compile("|".join(map(re.escape, sorted(hosts))), re.IGNORECASE), texts)
    assert not found(REGISTRY_LIKE, texts)


def registry_hosts() -> set[str]:
    """Ask those who know: pip's own constants and settings, and the sources of apt."""
    known = importlib.import_module("pip._internal.models.index")
    constants = {
        getattr(i, part) for i in (known.PyPI, known.TestPyPI) for part in ("netloc", "file_storage_domain")
    }
    pip_config = [sys.executable, "-m", "pip", "config", "list"]
    settings = subprocess.run(pip_config, capture_output=True, text=True, check=True).stdout  # noqa: S603
    sources = [path.read_text() for path in Path("/etc/apt").glob("sources.list*/**/*.*") if path.is_file()]
    variables = [value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))]
    return constants | set(HOST.findall("\n".join([settings, *sources, *variables]))) - {"127.0.0.1"}


def test_no_file_holds_a_path_of_somebodys_machine(texts: dict[Path, str]) -> None:
    assert not found(SOMEBODYS_HOME, texts)
    if len(ROOT.parts) > 2:  # in /app, say, every page would seem to speak of it
        assert not found(re.compile(rf"{re.escape(str(ROOT))}\b"), texts)


def test_the_top_level_is_the_floor_plan(files: list[Path]) -> None:
    top = {path.parts[0] for path in files}
    assert {name for name in top if not name.startswith(".")} <= ALLOWED_AT_THE_TOP


def test_nothing_is_left_unfinished(texts: dict[Path, str]) -> None:
    written = {
        path: text for path, text in texts.items() if path.suffix != ".png"
    }  # letters meet by chance there
    assert not found(UNFINISHED, written)
