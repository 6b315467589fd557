"""A second database, in which the day is played from which requests are taken."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def corpus_url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    copy = tmp_path / "corpus.db"
    shutil.copyfile(request.getfixturevalue("_migrated_sqlite"), copy)
    return f"sqlite:///{copy}"
