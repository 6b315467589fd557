"""The HTTP door, on a free port of this machine."""

from collections.abc import AsyncIterator

import pytest

from tests.handlers.door import Door, a_door


@pytest.fixture
async def door(database_url: str) -> AsyncIterator[Door]:
    async with a_door(database_url) as opened:
        yield opened
