"""A pretend Slack that real processes talk to, over HTTP."""

from collections.abc import AsyncIterator

import pytest

from handlers.manifest import manifest
from handlers.playground import PretendSlack, sample_company, serve
from tests.town import SECRET, TOKEN


@pytest.fixture
async def slack() -> AsyncIterator[PretendSlack]:
    slack = PretendSlack(
        company=sample_company(),
        manifest=manifest("https://goodword.example.com/slack/events"),
        signing_secret=SECRET,
        bot_token=TOKEN,
        rate_limits=False,
    )
    async with serve(slack):
        yield slack
