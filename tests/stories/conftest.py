"""Every story is told twice: on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from tests.town import Town
from tests.town import town as build


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    async with build(database_url) as made:
        yield made
