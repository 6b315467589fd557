"""Every story is told twice: on SQLite and on PostgreSQL. Some are told over Socket Mode as well."""

from collections.abc import AsyncIterator

import pytest

from tests.town import SOCKET, Town
from tests.town import town as build


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "socket" if SOCKET else "http"))


@pytest.fixture
async def town(database_url: str, transport: str) -> AsyncIterator[Town]:
    async with build(database_url, socket=transport == "socket") as made:
        yield made
