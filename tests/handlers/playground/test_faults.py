import asyncio
import time
from collections.abc import Awaitable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.playground import PretendSlack
from tests.handlers.playground.conftest import MakeSlack, client_of, refusal
from tests.handlers.playground.peers import TOKEN


def post(client: AsyncWebClient, text: str = "x", channel: str = "#kudos") -> Awaitable[Any]:
    return client.chat_postMessage(channel=channel, text=text)


def seen(slack: PretendSlack) -> list[str]:
    return [message.plain for message in slack.shown("ada").channels["kudos"]]


async def test_a_rate_limit_says_when_to_come_back(slack: PretendSlack, client: AsyncWebClient) -> None:
    slack.faults.add("chat.postMessage", "ratelimited", retry_after=7)

    with pytest.raises(SlackApiError) as caught:
        await post(client)
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    await post(client, "through")
    assert seen(slack) == ["through"]


async def test_errors_of_slacks_choice(slack: PretendSlack, client: AsyncWebClient) -> None:
    slack.faults.add("*", "error", times=2, error="internal_error")

    assert await refusal(post(client)) == "internal_error"
    assert await refusal(client.auth_test()) == "internal_error"
    assert (await client.auth_test())["ok"]


async def test_who_has_no_token_uses_up_no_fault(
    slack: PretendSlack, web: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    slack.faults.add("auth.test", "error", error="internal_error")
    async with web.post(f"{slack.api_url}auth.test") as answer:
        assert (await answer.json())["error"] == "not_authed"

    assert await refusal(client.auth_test()) == "internal_error"


async def test_a_server_error_and_garbage_are_no_api_answers(
    slack: PretendSlack, web: aiohttp.ClientSession
) -> None:
    slack.faults.add("auth.test", "http500")
    slack.faults.add("auth.test", "garbage")

    token = {"Authorization": f"Bearer {TOKEN}"}
    async with web.post(f"{slack.api_url}auth.test", headers=token) as answer:
        assert answer.status == 500
    async with web.post(f"{slack.api_url}auth.test", headers=token) as answer:
        assert (answer.status, await answer.text()) == (200, "<html>garbage")


async def test_a_line_cut_before_the_work_leaves_nothing(slack: PretendSlack, client: AsyncWebClient) -> None:
    slack.faults.add("chat.postMessage", "drop_before")

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(client)
    assert seen(slack) == []
    assert slack.calls[0].status is None


async def test_a_line_cut_after_the_work_leaves_it_done(slack: PretendSlack, client: AsyncWebClient) -> None:
    slack.faults.add("chat.postMessage", "drop_after", times=2)

    for text in ("once", "twice"):
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await post(client, text)
    await post(client, "heard")

    assert seen(slack) == ["once", "twice", "heard"]
    assert [call.status for call in slack.calls] == [None, None, 200]
    assert slack.calls[0].response["ok"]


async def test_slack_can_be_slow(slack: PretendSlack, client: AsyncWebClient) -> None:
    slack.faults.add("chat.postMessage", "slow", seconds=0.05)
    began = time.monotonic()

    await post(client)

    assert time.monotonic() - began >= 0.05
    assert seen(slack) == ["x"]


async def test_faults_can_be_cleared_and_must_be_known(slack: PretendSlack, client: AsyncWebClient) -> None:
    slack.faults.add("*", "error", times=99)
    assert slack.faults.listed()[0]["times"] == 99
    slack.faults.clear()

    assert (await client.auth_test())["ok"]
    with pytest.raises(ValueError, match="Unknown kind of fault: gremlin"):
        slack.faults.add("*", "gremlin")  # type: ignore[arg-type]


async def test_a_channel_takes_a_burst_and_then_one_a_second(
    make_slack: MakeSlack, web: aiohttp.ClientSession
) -> None:
    slack = await make_slack()
    client = client_of(slack, web)
    for _ in range(5):
        await post(client)

    with pytest.raises(SlackApiError) as caught:
        await post(client)

    assert caught.value.response.status_code == 429
    assert int(caught.value.response.headers["Retry-After"]) >= 1
    assert caught.value.response["error"] == "ratelimited"
    await post(client, channel="#general")
    assert len(seen(slack)) == 5


async def test_a_channel_is_one_channel_by_whatever_name(
    make_slack: MakeSlack, web: aiohttp.ClientSession
) -> None:
    slack = await make_slack()
    names = ["#kudos", "C0KUDOS001"] * 3
    answers = await asyncio.gather(
        *(post(client_of(slack, web), channel=name) for name in names), return_exceptions=True
    )

    assert sum(isinstance(answer, SlackApiError) for answer in answers) == 1
