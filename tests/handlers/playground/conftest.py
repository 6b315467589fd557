"""A pretend Slack on a free port, and the apps that talk to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.playground import PretendSlack, serve
from tests.handlers.playground.peers import SECRET, TOKEN, Door, a_bolt_app, a_door, manifest

MakeSlack = Callable[..., Awaitable[PretendSlack]]


@pytest.fixture
async def make_slack() -> AsyncIterator[MakeSlack]:
    """Any number of them, each served until the test ends."""
    async with AsyncExitStack() as stack:

        async def make(**given: Any) -> PretendSlack:
            # Not Slack's three seconds: a busy machine may take them for nothing.
            common: dict[str, Any] = {
                "manifest": manifest(),
                "signing_secret": SECRET,
                "bot_token": TOKEN,
                "ack_seconds": 20.0,
            }
            given = common | given
            slack = PretendSlack(**given)
            await stack.enter_async_context(serve(slack))
            return slack

        yield make


@pytest.fixture
async def slack(make_slack: MakeSlack) -> PretendSlack:
    return await make_slack(rate_limits=False)


@pytest.fixture
async def web() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def client_of(slack: PretendSlack, web: aiohttp.ClientSession, token: str = TOKEN) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=slack.api_url, session=web, retry_handlers=[])


@pytest.fixture
def client(slack: PretendSlack, web: aiohttp.ClientSession) -> AsyncWebClient:
    return client_of(slack, web)


@pytest.fixture
async def door(slack: PretendSlack) -> AsyncIterator[Door]:
    async with a_door(slack) as opened:
        yield opened


@pytest.fixture
async def bolt(slack: PretendSlack, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    async with a_bolt_app(slack, client) as app:
        yield app


async def refusal(call: Awaitable[Any]) -> str:
    """The error code a call is answered with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])
