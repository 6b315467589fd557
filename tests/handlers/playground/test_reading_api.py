from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from handlers.playground import PretendSlack
from tests.handlers.playground.conftest import MakeSlack, client_of, refusal
from tests.handlers.playground.peers import SCOPES, manifest

ADA, BEN, XENIA = "U0ADALOVEL", "U0BENOKAFR", "U0XENIAEXT"
KUDOS = "C0KUDOS001"


async def say(slack: PretendSlack, *texts: str) -> list[str]:
    return [str((await slack.says("ada", "#kudos", text)).ts) for text in texts]


async def test_who_the_app_is(client: AsyncWebClient) -> None:
    me = await client.auth_test()

    assert (me["team_id"], me["user_id"], me["bot_id"]) == ("T0GOODWRD1", "U0GOODWRD1", "B0GOODWRD1")
    assert (me["user"], me["team"]) == ("goodword", "Kestrel Instruments")
    assert str(me.headers["x-oauth-scopes"]).split(",") == sorted(SCOPES)
    assert (await client.team_info())["team"]["domain"] == "kestrel"
    assert (await client.bots_info(bot="B0GOODWRD1"))["bot"]["user_id"] == "U0GOODWRD1"


async def test_people_come_in_pages_without_strangers(client: AsyncWebClient) -> None:
    found: dict[str, dict[str, Any]] = {}
    pages = 0
    cursor = None
    while cursor != "":
        answer = await client.users_list(limit=5, cursor=cursor)
        found |= {user["id"]: user for user in answer["members"]}
        cursor = answer["response_metadata"]["next_cursor"]
        pages += 1
        assert len(answer["members"]) <= 5

    assert (pages, len(found)) == (4, 17)
    assert XENIA not in found
    assert found["U0LEALEFT1"]["deleted"]
    assert found["USLACKBOT"]["is_bot"] is False
    assert found["U0LUNCHBOT"]["is_bot"] is True
    assert found["U0GUSGUEST"]["is_restricted"] is True
    assert (found["U0EVECARTR"]["is_admin"], found["U0EVECARTR"]["is_owner"]) == (True, True)
    assert found["U0FAYNAKAM"]["tz"] == "Asia/Tokyo"
    assert found["U0FAYNAKAM"]["tz_offset"] == 9 * 3600
    assert await refusal(client.users_list(cursor="nonsense")) == "invalid_cursor"


async def test_one_person_also_a_stranger(client: AsyncWebClient) -> None:
    ben = (await client.users_info(user=BEN))["user"]
    xenia = (await client.users_info(user=XENIA))["user"]

    assert (ben["name"], ben["profile"]["email"]) == ("ben", "ben@kestrel.example")
    assert ben["profile"]["display_name"] == "Ben"
    assert (xenia["team_id"], "email" in xenia["profile"]) == ("T0ACMECORP", False)
    assert await refusal(client.users_info(user="U0NOBODY")) == "user_not_found"


async def test_the_manager_is_a_field_of_the_profile(client: AsyncWebClient) -> None:
    fields = (await client.team_profile_get())["profile"]["fields"]
    manager = next(field for field in fields if field["label"] == "Manager")
    assert manager["type"] == "user"

    profile = (await client.users_profile_get(user=ADA))["profile"]
    assert profile["fields"][manager["id"]]["value"] == "U0MOHASSAN"
    assert "fields" not in (await client.users_info(user=ADA))["user"]["profile"]
    top = (await client.users_profile_get(user="U0EVECARTR"))["profile"]
    assert manager["id"] not in top["fields"]


async def test_user_groups(client: AsyncWebClient) -> None:
    (group,) = (await client.usergroups_list(include_users=True))["usergroups"]
    assert (group["handle"], group["users"]) == ("support-team", [BEN, "U0CYMARTIN", "U0DINAPETR"])
    assert (await client.usergroups_users_list(usergroup=group["id"]))["users"] == group["users"]
    assert await refusal(client.usergroups_users_list(usergroup="S0")) == "no_such_subteam"


async def test_channels_the_app_can_see(client: AsyncWebClient) -> None:
    public = (await client.conversations_list(limit=2))["channels"]
    assert [channel["name"] for channel in public] == ["general", "kudos"]
    every = await client.conversations_list(types="public_channel,private_channel", exclude_archived=True)
    names = {channel["name"]: channel["is_member"] for channel in every["channels"]}
    assert names == {"general": True, "kudos": True, "sales": True, "support": False, "acme-shared": False}
    assert await refusal(client.conversations_list(types="secret")) == "invalid_types"
    assert (await client.conversations_info(channel=KUDOS))["channel"]["name"] == "kudos"
    assert await refusal(client.conversations_info(channel="C0PEOPLEOP")) == "channel_not_found"


async def test_members_come_in_pages(client: AsyncWebClient) -> None:
    first = await client.conversations_members(channel="C0SALES001", limit=4)
    rest = await client.conversations_members(
        channel="C0SALES001", limit=4, cursor=first["response_metadata"]["next_cursor"]
    )

    assert len(first["members"]) == 4
    assert sorted(first["members"] + rest["members"]) == sorted(
        ["U0ADALOVEL", "U0ABEKUMAR", "U0GRETALIN", "U0MOHASSAN", "U0OMARDIAZ", "U0GOODWRD1"]
    )


async def test_history_is_newest_first_and_within_bounds(slack: PretendSlack, client: AsyncWebClient) -> None:
    one, two, three = await say(slack, "one", "two", "three")

    async def texts(**given: Any) -> list[str]:
        answer = await client.conversations_history(channel=KUDOS, **given)
        return [message["text"] for message in answer["messages"]]

    assert await texts() == ["three", "two", "one"]
    assert await texts(oldest=one) == ["three", "two"]
    assert await texts(oldest=one, inclusive=True) == ["three", "two", "one"]
    assert await texts(latest=three, oldest=one) == ["two"]
    assert await texts(latest=two, inclusive=True, limit=1) == ["two"]


async def test_history_comes_in_pages_and_without_what_was_deleted(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    stamps = await say(slack, "one", "two", "three")
    await slack.deletes("ada", "#kudos", stamps[1])

    first = await client.conversations_history(channel=KUDOS, limit=1)
    rest = await client.conversations_history(
        channel=KUDOS, limit=1, cursor=first["response_metadata"]["next_cursor"]
    )

    assert (first["messages"][0]["text"], first["has_more"]) == ("three", True)
    assert (rest["messages"][0]["text"], rest["has_more"]) == ("one", False)


async def test_metadata_is_shown_whole_only_on_request(client: AsyncWebClient) -> None:
    metadata = {"event_type": "kudos", "event_payload": {"id": 7}}
    await client.chat_postMessage(channel=KUDOS, text="x", metadata=metadata)

    (brief,) = (await client.conversations_history(channel=KUDOS))["messages"]
    (whole,) = (await client.conversations_history(channel=KUDOS, include_all_metadata=True))["messages"]

    assert brief["metadata"] == {"event_type": "kudos"}
    assert whole["metadata"] == metadata
    assert (whole["user"], whole["bot_id"]) == ("U0GOODWRD1", "B0GOODWRD1")


async def test_a_thread_is_read_from_its_parent_or_any_reply(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    (parent,) = await say(slack, "parent")
    reply = await slack.says("ben", "#kudos", "reply", thread=parent)

    for ts in (parent, str(reply.ts)):
        answer = await client.conversations_replies(channel=KUDOS, ts=ts)
        assert [message["text"] for message in answer["messages"]] == ["parent", "reply"]
    (only,) = (await client.conversations_history(channel=KUDOS))["messages"]
    assert (only["text"], only["reply_count"]) == ("parent", 1)
    assert await refusal(client.conversations_replies(channel=KUDOS, ts="1.1")) == "thread_not_found"


async def test_the_app_reads_only_where_it_is(slack: PretendSlack, client: AsyncWebClient) -> None:
    await slack.says("ada", "ben", "between us")
    private = slack.room("ben", ADA)

    assert await refusal(client.conversations_history(channel="C0SUPPORT1")) == "not_in_channel"
    assert await refusal(client.conversations_history(channel="C0PEOPLEOP")) == "channel_not_found"
    assert await refusal(client.conversations_history(channel=private.id)) == "channel_not_found"
    assert await refusal(client.chat_postMessage(channel=private.id, text="x")) == "channel_not_found"


async def test_the_app_joins_a_public_channel(slack: PretendSlack, client: AsyncWebClient) -> None:
    await client.conversations_join(channel="C0SUPPORT1")

    await client.chat_postMessage(channel="#support", text="here I am")
    again = await client.conversations_join(channel="C0SUPPORT1")
    assert again["warning"] == "already_in_channel"
    assert len(slack.shown("gus").channels["support"]) == 1


@pytest.mark.parametrize(
    ("users", "error"),
    [
        ("", "users_list_not_supplied"),
        ("U0NOBODY", "user_not_found"),
        ("U0LEALEFT1", "user_disabled"),
        ("U0LUNCHBOT", "cannot_dm_bot"),
        (f"{ADA},U0NOBODY", "user_not_found"),
        (",".join([ADA] * 9), "too_many_users"),
    ],
)
async def test_whom_the_app_cannot_write_to(client: AsyncWebClient, users: str, error: str) -> None:
    assert await refusal(client.conversations_open(users=users)) == error


@pytest.mark.parametrize(
    ("scope", "method", "given"),
    [
        ("chat:write", "chat.postMessage", {"channel": KUDOS, "text": "x"}),
        ("users:read", "users.list", {}),
        ("users.profile:read", "users.profile.get", {"user": ADA}),
        ("usergroups:read", "usergroups.list", {}),
        ("channels:history", "conversations.history", {"channel": KUDOS}),
        ("channels:read", "conversations.list", {}),
        ("groups:read", "conversations.list", {"types": "private_channel"}),
        ("im:write", "conversations.open", {"users": ADA}),
        ("mpim:write", "conversations.open", {"users": f"{ADA},{BEN}"}),
        ("reactions:write", "reactions.add", {"channel": KUDOS, "timestamp": "1.1", "name": "tada"}),
        ("channels:join", "conversations.join", {"channel": "C0SUPPORT1"}),
        ("team:read", "team.info", {}),
    ],
)
async def test_a_scope_that_is_not_there_is_named(
    make_slack: MakeSlack, web: aiohttp.ClientSession, scope: str, method: str, given: dict[str, str]
) -> None:
    slack = await make_slack(manifest=manifest(without=scope))

    await refusal(client_of(slack, web).api_call(method, json=given))

    (call,) = slack.calls
    assert call.response["error"] == "missing_scope"
    assert call.response["needed"] == scope
    assert scope not in call.response["provided"].split(",")


async def test_addresses_are_hidden_without_the_scope(
    make_slack: MakeSlack, web: aiohttp.ClientSession
) -> None:
    slack = await make_slack(manifest=manifest(without="users:read.email"))

    ben = (await client_of(slack, web).users_info(user=BEN))["user"]

    assert "email" not in ben["profile"]


async def test_tokens_and_methods_are_checked(slack: PretendSlack, web: aiohttp.ClientSession) -> None:
    async with web.get(f"{slack.api_url}auth.test") as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": False, "error": "not_authed"})
    wrong = client_of(slack, web, token="xoxb-wrong")
    assert await refusal(wrong.auth_test()) == "invalid_auth"
    assert await refusal(client_of(slack, web).api_call("chat.shout")) == "unknown_method"


async def test_what_was_asked_is_kept_without_the_token(slack: PretendSlack, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=KUDOS, text="x", blocks=[{"type": "divider"}])

    (call,) = slack.calls
    assert (call.method, call.args["text"], call.args["blocks"]) == (
        "chat.postMessage",
        "x",
        [{"type": "divider"}],
    )
    assert call.response["ok"]
    assert "token" not in call.args
