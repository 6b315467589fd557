"""A store on each engine, with nothing in it."""

from collections.abc import AsyncIterator

import pytest

from storage.work import Store


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store(database_url)
    yield opened
    await opened.close()
