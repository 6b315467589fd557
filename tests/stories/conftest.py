"""Every story is told twice: on SQLite and on PostgreSQL. Some are told over Socket Mode as well."""

from collections.abc import AsyncIterator

import pytest

from tests.town import SOCKET, Town
from tests.town import town as build

WAYS = [("sqlite", "http"), ("postgresql", "http"), ("sqlite", "socket")]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A story marked `both_ways` is told over HTTP and over Socket Mode, in whichever the others are."""
    if metafunc.definition.get_closest_marker("both_ways"):
        metafunc.parametrize(("engine_name", "transport"), WAYS, indirect=True)


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "socket" if SOCKET else "http"))


@pytest.fixture
async def town(database_url: str, transport: str) -> AsyncIterator[Town]:
    async with build(database_url, socket=transport == "socket") as made:
        yield made
