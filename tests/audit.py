"""Asks OSV, by `uv audit`, whether anything in the locks has a known weakness; `make check` runs it.

uv reads its own kind of lock, so one is written for it from ours. Where nobody can be asked, as without the
internet, that is said and held against nobody: a weakness found fails, silence does not.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")
PIN = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)
PATIENCE = 60  # seconds
FOUND = 1  # uv's exit code for weaknesses; anything else above zero means that it could not look
PROJECT = '[project]\nname = "audited"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = ["{}"]\n'
HEAD = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "audited"
version = "0"
source = {{ virtual = "." }}
dependencies = [{}]
"""
PACKAGE = """
[[package]]
name = "{}"
version = "{}"
source = {{ registry = "http://127.0.0.1:9/" }}
"""


def pins(folder: Path = ROOT) -> list[tuple[str, str]]:
    """(name, version) of everything that any lock pins."""
    return sorted({pin for lock in LOCKS for pin in PIN.findall((folder / lock).read_text())})


def audit(pinned: list[tuple[str, str]], service: str = "") -> tuple[bool, list[str]]:
    """Whether all is well as far as is known, and the sentences to say; `service` is OSV unless given."""
    where = ["--service-url", service] if service else []
    uv = [str(Path(sys.executable).with_name("uv")), "audit", "--frozen", "--output-format", "json", *where]
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), pinned)
        try:
            done = subprocess.run(  # noqa: S603 - uv of our own lock
                uv,
                cwd=folder,
                env={**os.environ, "UV_HTTP_RETRIES": "0", "UV_NO_CONFIG": "1"},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return True, ["Dependencies were not audited: nobody answered in time."]
    if done.returncode == FOUND:
        return False, _named(json.loads(done.stdout))
    if done.returncode:
        return True, ["Dependencies were not audited: the list of known weaknesses cannot be reached."]
    return True, [f"No known weakness in {len(pinned)} locked packages."]


def _write(folder: Path, pinned: list[tuple[str, str]]) -> None:
    names = sorted({name for name, _ in pinned})
    needed = ", ".join(
        f'{{ name = "{name}", version = "{version}", source = {{ registry = "http://127.0.0.1:9/" }} }}'
        for name, version in pinned
    )
    (folder / "pyproject.toml").write_text(PROJECT.format('", "'.join(names)))
    (folder / "uv.lock").write_text(HEAD.format(needed) + "".join(PACKAGE.format(*pin) for pin in pinned))


def _named(told: dict[str, Any]) -> list[str]:
    return [
        f"{one['dependency']['name']} {one['dependency']['version']}: {one['display_id']}"
        f" ({one['summary'] or 'no summary'}), mended in {', '.join(one['fix_versions']) or 'none yet'}."
        for one in told["vulnerabilities"]
    ]


if __name__ == "__main__":
    well, sentences = audit(pins())
    sys.stderr.write("\n".join([*sentences, ""]))
    raise SystemExit(not well)
