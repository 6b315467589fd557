"""Files, in the three steps in which Slack takes them."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.playground import PretendSlack
from tests.handlers.playground.conftest import MakeSlack, client_of
from tests.handlers.playground.peers import manifest

BEN = "U0BENOKAFR"
WORDS = "Grüße".encode()


async def _announced(client: AsyncWebClient, content: bytes = WORDS) -> tuple[str, str]:
    place = await client.files_getUploadURLExternal(filename="notes.md", length=len(content))
    return str(place["upload_url"]), str(place["file_id"])


async def _in_dm(client: AsyncWebClient, file: str) -> None:
    opened = await client.conversations_open(users=BEN)
    await client.files_completeUploadExternal(
        files=[{"id": file, "title": "Notes"}], channel_id=opened["channel"]["id"], initial_comment="Here"
    )


async def test_a_file_is_seen_once_it_is_complete_and_by_nobody_else(
    slack: PretendSlack, client: AsyncWebClient, web: aiohttp.ClientSession
) -> None:
    url, file = await _announced(client)
    async with web.post(url, data=WORDS) as answer:
        assert answer.status == 200
    assert slack.shown("ben").dms == []

    await _in_dm(client, file)

    assert [(word.files, word.text) for word in slack.shown("ben").dms] == [(("notes.md",), "Here")]
    assert slack.shown("ada").dms == []
    async with web.get(f"{slack.public_url}/file/{file}") as answer:
        assert await answer.read() == WORDS
        assert answer.headers["content-type"].startswith("text/plain")


async def test_the_sdk_s_own_way_of_sending_a_file_works(slack: PretendSlack, client: AsyncWebClient) -> None:
    opened = await client.conversations_open(users=BEN)
    await client.files_upload_v2(content=WORDS, filename="notes.md", channel=opened["channel"]["id"])

    assert [word.files for word in slack.shown("ben").dms] == [("notes.md",)]


async def test_what_was_not_received_or_is_shared_already_is_no_file(
    client: AsyncWebClient, web: aiohttp.ClientSession
) -> None:
    url, file = await _announced(client)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await _in_dm(client, file)
    async with web.post(url, data=WORDS):
        pass
    await _in_dm(client, file)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await _in_dm(client, file)


@pytest.mark.parametrize(("ending", "content"), [("", b"too short"), ("x", WORDS)])
async def test_another_length_or_address_is_refused(
    client: AsyncWebClient, web: aiohttp.ClientSession, ending: str, content: bytes
) -> None:
    url, _ = await _announced(client)
    async with web.post(url + ending, data=content) as answer:
        assert answer.status in {400, 404}


@pytest.mark.parametrize("given", [{"filename": "", "length": 1}, {"filename": "a.md", "length": 0}])
async def test_a_file_needs_a_name_and_a_length(client: AsyncWebClient, given: dict[str, object]) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.api_call("files.getUploadURLExternal", params=given)


async def test_a_person_s_id_is_no_conversation(client: AsyncWebClient, web: aiohttp.ClientSession) -> None:
    url, file = await _announced(client)
    async with web.post(url, data=WORDS):
        pass
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.files_completeUploadExternal(files=[{"id": file, "title": "x"}], channel_id=BEN)


async def test_without_the_scope_there_is_no_file(make_slack: MakeSlack, web: aiohttp.ClientSession) -> None:
    slack = await make_slack(manifest=manifest(without="files:write"), rate_limits=False)
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client_of(slack, web).files_getUploadURLExternal(filename="a.md", length=1)
