"""Every story is told on both databases; some over Socket Mode or beside a mirror (tests/twice.py)."""

import os
import zlib
from collections.abc import AsyncIterator, Iterator

import pytest

from tests import town as towns
from tests.town import SOCKET, Town
from tests.town import town as build

SHARE = 50  # one story of so many is told beside a mirror, unless GOODWORD_TWICE wants all of them


@pytest.fixture(autouse=True)
def _beside_a_mirror(request: pytest.FixtureRequest) -> Iterator[None]:
    chosen = bool(os.environ.get("GOODWORD_TWICE")) or zlib.crc32(request.node.nodeid.encode()) % SHARE == 0
    if chosen and not {request.node.originalname, request.path.name} & ALONE.keys():
        towns.TWICE.append(request.node.nodeid)
    yield
    towns.TWICE.clear()


# Stories in which a mirror is in the way, with the reason.
ALONE = {
    "test_a_bot_that_stopped_in_the_middle_goes_on_where_it_was": "builds two towns over one database",
    "test_released_after_a_day_it_is_not_parked_at_its_first_hiccup": "days in small steps, each of which "
    "lets a reminder be due in the mirror",
    "test_digests_by_mail.py": "the mail server hears of both workspaces",
    "test_directory.py": "commands that go by a bot token, and SCIM, which serves one company",
}


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "socket" if SOCKET else "http"))


@pytest.fixture
async def town(database_url: str, transport: str) -> AsyncIterator[Town]:
    async with build(database_url, socket=transport == "socket") as made:
        yield made
