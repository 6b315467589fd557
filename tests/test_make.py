"""`make` alone says what can be made."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_help_names_the_two_commands_that_matter() -> None:
    make = shutil.which("make")
    assert make
    told = subprocess.run([make], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert "make playground" in told
    assert "make test" in told
