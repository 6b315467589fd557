from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from handlers.playground import PretendSlack
from tests.handlers.playground.conftest import MakeSlack, client_of, refusal
from tests.handlers.playground.kit import mrkdwn, section
from tests.handlers.playground.peers import TOKEN, manifest

BEN, LEA, LUNCH, APP = "U0BENOKAFR", "U0LEALEFT1", "U0LUNCHBOT", "U0GOODWRD1"


async def test_a_message_to_a_person_goes_to_their_conversation_with_the_app(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    opened = await client.conversations_open(users=BEN)
    posted = await client.chat_postMessage(channel=BEN, text="Well done")

    assert posted["channel"] == opened["channel"]["id"]
    assert [message.plain for message in slack.shown("ben").dms] == ["Well done"]
    assert all(seen.dms == [] for person, seen in slack.everything().items() if person != BEN)


async def test_a_message_by_id_and_by_name_is_the_same_channel(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    for channel in ("#kudos", "C0KUDOS001"):
        await client.chat_postMessage(channel=channel, text=channel)

    assert [m.plain for m in slack.shown("ben").channels["kudos"]] == ["#kudos", "C0KUDOS001"]
    assert all(m.bot and m.user == APP for m in slack.shown("ben").channels["kudos"])


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"channel": "#kudos"}, "no_text"),
        ({"channel": "", "text": "x"}, "channel_not_found"),
        ({"channel": "C0NOWHERE1", "text": "x"}, "channel_not_found"),
        ({"channel": "#people-ops", "text": "x"}, "channel_not_found"),
        ({"channel": "#support", "text": "x"}, "not_in_channel"),
        ({"channel": LEA, "text": "x"}, "user_disabled"),
        ({"channel": LUNCH, "text": "x"}, "cannot_dm_bot"),
        ({"channel": "USLACKBOT", "text": "x"}, "cannot_dm_bot"),
        ({"channel": "#kudos", "text": "x" * 40_001}, "msg_too_long"),
        (
            {"channel": "#kudos", "text": "x", "blocks": [section(text=mrkdwn(2950))] * 5},
            "msg_blocks_too_long",
        ),
        ({"channel": "#kudos", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"channel": "#kudos", "text": "x", "thread_ts": "1.2"}, "cannot_reply_to_message"),
        ({"channel": "#kudos", "text": "x", "blocks": "{"}, "invalid_blocks_format"),
        ({"channel": "#kudos", "text": "x", "blocks": "{}"}, "invalid_blocks_format"),
        ({"channel": "#kudos", "text": "x", "metadata": "{"}, "invalid_metadata_format"),
        ({"channel": "#kudos", "text": "x", "metadata": '{"event_type": "k"}'}, "invalid_metadata_schema"),
        (
            {"channel": "#kudos", "text": "x", "attachments": [{"text": "a"}] * 101},
            "too_many_attachments",
        ),
    ],
)
async def test_what_slack_will_not_post(
    slack: PretendSlack, client: AsyncWebClient, given: dict[str, Any], error: str
) -> None:
    before = slack.everything()

    assert await refusal(client.api_call("chat.postMessage", json=given)) == error
    assert slack.everything() == before


async def test_metadata_has_a_limit(client: AsyncWebClient) -> None:
    metadata = {"event_type": "k", "event_payload": {"text": "x" * 20_000}}

    post = client.chat_postMessage(channel="#kudos", text="x", metadata=metadata)
    assert await refusal(post) == "metadata_too_large"


async def test_an_archived_channel_takes_no_messages(slack: PretendSlack, client: AsyncWebClient) -> None:
    slack.room("#kudos").archived = True

    assert await refusal(client.chat_postMessage(channel="#kudos", text="x")) == "is_archived"


async def test_without_the_messages_tab_people_cannot_be_written_to(
    make_slack: MakeSlack, web: aiohttp.ClientSession
) -> None:
    slack = await make_slack(manifest=manifest(home={"messages_tab_enabled": False}))

    post = client_of(slack, web).chat_postMessage(channel=BEN, text="x")
    assert await refusal(post) == "messages_tab_disabled"


async def test_people_cannot_write_into_a_tab_that_is_read_only(make_slack: MakeSlack) -> None:
    slack = await make_slack(manifest=manifest(home={"messages_tab_read_only_enabled": True}))

    done = await slack.says("ada", "goodword", "hello?")

    assert done.error == "Sending messages to this app has been turned off."
    assert slack.shown("ada").dms == []


async def test_public_channels_can_be_written_to_with_the_scope_for_it(
    make_slack: MakeSlack, web: aiohttp.ClientSession
) -> None:
    slack = await make_slack(manifest=manifest(more=("chat:write.public",)))

    await client_of(slack, web).chat_postMessage(channel="#support", text="from outside")

    assert [m.plain for m in slack.shown("ben").channels["support"]] == ["from outside"]


async def test_only_own_messages_can_be_changed_or_removed(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    said = await slack.says("ada", "#kudos", "mine")
    where: dict[str, Any] = {"channel": "C0KUDOS001", "ts": str(said.ts)}
    gone: dict[str, Any] = {"channel": "C0KUDOS001", "ts": "1.000000"}

    assert await refusal(client.chat_update(**where, text="x")) == "cant_update_message"
    assert await refusal(client.chat_delete(**where)) == "cant_delete_message"
    assert await refusal(client.chat_update(**gone, text="x")) == "message_not_found"
    assert await refusal(client.chat_delete(**gone)) == "message_not_found"


async def test_an_update_with_text_alone_drops_the_blocks(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "in a block"}}]
    posted = await client.chat_postMessage(channel="#kudos", text="t", blocks=blocks)
    where = {"channel": posted["channel"], "ts": posted["ts"]}
    assert [m.plain for m in slack.shown("ada").channels["kudos"]] == ["in a block"]

    await client.chat_update(**where, text="in words")

    (message,) = slack.shown("ada").channels["kudos"]
    assert (message.plain, message.blocks, message.edited) == ("in words", [], True)
    assert await refusal(client.chat_update(**where, text="x" * 4001)) == "msg_too_long"
    await client.chat_delete(**where)
    assert slack.shown("ada").channels["kudos"] == []
    assert await refusal(client.chat_update(**where, text="x")) == "message_not_found"


async def test_a_removed_message_leaves_a_tombstone_where_a_thread_hangs_on_it(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="#kudos", text="parent")
    await slack.says("ada", "#kudos", "a reply", thread=posted["ts"])
    await client.chat_delete(channel=posted["channel"], ts=posted["ts"])

    seen = slack.shown("ben").channels["kudos"]
    assert [(m.plain, m.deleted) for m in seen] == [
        ("This message was deleted.", True),
        ("a reply", False),
    ]


async def test_an_ephemeral_is_for_one_person_in_the_channel(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    posted = await client.chat_postEphemeral(channel="#sales", user="U0ADALOVEL", text="psst <@U0MOHASSAN>")

    (message,) = slack.shown("ada").ephemerals
    assert (message.plain, message.ephemeral_to, message.pings) == ("psst @Mo", "U0ADALOVEL", frozenset())
    assert all(not seen.ephemerals for who, seen in slack.everything().items() if who != "U0ADALOVEL")
    assert slack.shown("mo").channels["sales"] == []
    outside = client.chat_postEphemeral(channel="#sales", user=BEN, text="x")
    assert await refusal(outside) == "user_not_in_channel"
    late = client.chat_update(channel="C0SALES001", ts=posted["message_ts"], text="x")
    assert await refusal(late) == "message_not_found"


async def test_a_permalink_leads_to_the_message(slack: PretendSlack, client: AsyncWebClient) -> None:
    said = await slack.says("ada", "#kudos", "x")
    ts = str(said.ts)

    link = await client.chat_getPermalink(channel="C0KUDOS001", message_ts=ts)

    assert link["permalink"] == f"https://kestrel.slack.com/archives/C0KUDOS001/p{ts.replace('.', '')}"
    gone = client.chat_getPermalink(channel="C0KUDOS001", message_ts="1.1")
    assert await refusal(gone) == "message_not_found"


async def test_the_app_reacts_once(slack: PretendSlack, client: AsyncWebClient) -> None:
    said = await slack.says("ada", "#kudos", "x")
    place: dict[str, Any] = {"channel": "C0KUDOS001", "timestamp": str(said.ts)}

    await client.reactions_add(**place, name="tada")
    assert await refusal(client.reactions_add(**place, name="tada")) == "already_reacted"
    got = await client.reactions_get(**place)
    assert got["message"]["reactions"] == [{"name": "tada", "users": [APP], "count": 1}]
    await client.reactions_remove(**place, name="tada")
    assert await refusal(client.reactions_remove(**place, name="tada")) == "no_reaction"
    assert await refusal(client.reactions_add(**place, name="two words")) == "invalid_name"
    nowhere = client.reactions_add(channel="C0KUDOS001", timestamp="1.1", name="tada")
    assert await refusal(nowhere) == "message_not_found"
    nothing = client.reactions_add(channel="", timestamp="", name="tada")
    assert await refusal(nothing) == "no_item_specified"


async def test_stray_control_characters_come_back_escaped(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="#kudos", text="a & b < c > d &amp; <@U0BENOKAFR>")

    assert posted["message"]["text"] == "a &amp; b &lt; c &gt; d &amp; <@U0BENOKAFR>"
    assert [m.plain for m in slack.shown("ada").channels["kudos"]] == ["a & b < c > d & @Ben"]


async def test_the_same_call_may_come_by_query_form_or_json(
    slack: PretendSlack, web: aiohttp.ClientSession
) -> None:
    url = f"{slack.api_url}chat.postMessage"
    blocks = '[{"type": "divider"}]'
    header = {"Authorization": f"Bearer {TOKEN}"}
    query = {"channel": "#kudos", "text": "1", "blocks": blocks}
    async with web.get(url, params=query, headers=header) as answer:
        assert (await answer.json())["ok"]
    async with web.post(url, data=query | {"text": "2"}, headers=header) as answer:
        assert (await answer.json())["ok"]
    structured = {"channel": "#kudos", "text": "3", "blocks": [{"type": "divider"}]}
    async with web.post(url, json=structured, headers=header) as answer:
        assert (await answer.json())["ok"]
    async with web.post(url, data=query | {"text": "4", "token": TOKEN}) as answer:
        assert (await answer.json())["ok"]

    seen = slack.shown("ada").channels["kudos"]
    assert [(m.text, [b["type"] for b in m.blocks]) for m in seen] == [(n, ["divider"]) for n in "1234"]
