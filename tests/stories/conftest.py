"""Every story is told on SQLite and on PostgreSQL, and some beside a mirror (see tests/twice.py)."""

import os
import zlib
from collections.abc import AsyncIterator, Iterator

import pytest

from tests import town as towns
from tests.town import Town
from tests.town import town as build

SHARE = 50  # one story of so many is told beside a mirror, unless GOODWORD_TWICE wants all of them


@pytest.fixture(autouse=True)
def _beside_a_mirror(request: pytest.FixtureRequest) -> Iterator[None]:
    chosen = bool(os.environ.get("GOODWORD_TWICE")) or zlib.crc32(request.node.nodeid.encode()) % SHARE == 0
    if chosen and request.node.originalname not in ALONE:
        towns.TWICE.append(request.node.nodeid)
    yield
    towns.TWICE.clear()


# Stories that look at all rows of a table, or make the database fail, for which a mirror is in the way.
ALONE: frozenset[str] = frozenset()


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    async with build(database_url) as made:
        yield made
