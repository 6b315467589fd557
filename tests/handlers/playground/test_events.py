from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from handlers.playground import PretendSlack
from tests.handlers.playground.conftest import MakeSlack
from tests.handlers.playground.peers import Door, a_door, manifest

ADA, BEN, APP = "U0ADALOVEL", "U0BENOKAFR", "U0GOODWRD1"
MINUTE = timedelta(minutes=1)


def numbers(door: Door) -> list[tuple[str | None, str | None]]:
    return [
        (each.headers.get("x-slack-retry-num"), each.headers.get("x-slack-retry-reason"))
        for each in door.heard
    ]


async def test_a_message_arrives_in_slacks_envelope(slack: PretendSlack, door: Door) -> None:
    said = await slack.says("ada", "#general", "thanks @ben")

    body = door.heard[0].body
    assert body["type"] == "event_callback"
    assert (body["team_id"], body["api_app_id"]) == ("T0GOODWRD1", "A0GOODWRD1")
    assert body["event_id"].startswith("Ev")
    assert body["authorizations"][0]["user_id"] == APP
    assert body["is_ext_shared_channel"] is False
    event = body["event"]
    assert (event["type"], event["user"], event["text"]) == ("message", ADA, f"thanks <@{BEN}>")
    assert (event["channel"], event["channel_type"], event["ts"]) == ("C0GENERAL1", "channel", said.ts)
    assert event["blocks"][0]["elements"][0]["elements"][1] == {"type": "user", "user_id": BEN}


async def test_an_event_that_fails_comes_again_at_once_after_one_minute_and_after_five(
    slack: PretendSlack, door: Door
) -> None:
    for _ in range(4):
        door.then(status=500)

    await slack.says("ada", "#general", "hello")
    await slack.quiet()
    assert len(door.heard) == 2

    slack.clock.forward(MINUTE)
    await slack.quiet()
    assert len(door.heard) == 3

    slack.clock.forward(4 * MINUTE)
    await slack.quiet()
    assert len(door.heard) == 3

    slack.clock.forward(MINUTE)
    await slack.quiet()
    slack.clock.forward(timedelta(hours=3))
    await slack.quiet()
    assert numbers(door) == [(None, None), *[(str(n), "http_error") for n in (1, 2, 3)]]
    assert len({each.body["event_id"] for each in door.heard}) == 1


async def test_an_event_that_succeeds_at_last_is_not_repeated(slack: PretendSlack, door: Door) -> None:
    door.then(status=404)

    await slack.says("ada", "#general", "hello")
    await slack.quiet()
    slack.clock.forward(timedelta(hours=1))
    await slack.quiet()

    assert numbers(door) == [(None, None), ("1", "http_error")]
    assert slack.requests[0].status == 200


async def test_slack_says_why_it_tries_again(make_slack: MakeSlack) -> None:
    slack = await make_slack()
    async with a_door(slack) as door:
        patience, slack.caller.limit = slack.caller.limit, 0.05
        door.then_hang()
        await slack.says("ada", "#general", "slow")
        slack.caller.limit = patience
        await slack.quiet()
        slack.outgoing.pause()
        await slack.says("ada", "#general", "nobody there")
        await slack.quiet()
        slack.outgoing.resume()
        slack.clock.forward(MINUTE)
        await slack.quiet()

    assert numbers(door) == [(None, None), ("1", "http_timeout"), ("2", "connection_failed")]


async def test_an_app_may_wave_retries_off(slack: PretendSlack, door: Door) -> None:
    door.then(status=500, headers={"x-slack-no-retry": "1"})

    await slack.says("ada", "#general", "hello")
    await slack.quiet()
    slack.clock.forward(timedelta(hours=1))
    await slack.quiet()

    assert len(door.heard) == 1


async def test_a_repeated_event_says_so(slack: PretendSlack, door: Door) -> None:
    said = await slack.says("ada", "#general", "hello")

    await slack.redeliver(said, times=2)

    assert [num for num, _ in numbers(door)] == [None, "1", "2"]
    assert len({each.raw for each in door.heard}) == 1


async def test_only_what_the_app_may_see_is_told(slack: PretendSlack, door: Door) -> None:
    await slack.says("ben", "#support", "the app is not in here")
    await slack.says("eve", "#people-ops", "nor in here")
    await slack.says("ada", "ben", "nor between the two of us")
    assert door.heard == []

    await slack.says("ada", "goodword", "but it hears me here")
    await slack.joins("goodword", "#support")
    await slack.says("ben", "#support", "and here now")
    assert [(e["type"], e.get("channel_type")) for e in door.events()] == [
        ("message", "im"),
        ("member_joined_channel", "C"),
        ("message", "channel"),
    ]


async def test_only_what_the_manifest_asks_for_is_told(make_slack: MakeSlack) -> None:
    slack = await make_slack(manifest=manifest(events=["message.im"]))
    deaf = await make_slack(manifest=manifest(without="im:history"))
    async with a_door(slack) as door, a_door(deaf) as other:
        await slack.says("ada", "#general", "not subscribed")
        await slack.says("ada", "goodword", "subscribed")
        await deaf.says("ada", "goodword", "subscribed, without the scope")

        assert [event["text"] for event in door.events()] == ["subscribed"]
        assert other.heard == []


async def test_the_app_hears_its_own_messages(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    metadata = {"event_type": "kudos", "event_payload": {"id": 7}}
    posted = await client.chat_postMessage(channel="#kudos", text="Well done", metadata=metadata)
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="Well done indeed")
    await client.chat_delete(channel=posted["channel"], ts=posted["ts"])
    await slack.quiet()

    made, changed, deleted = sorted(door.events(), key=lambda event: str(event["event_ts"]))
    assert (made["user"], made["bot_id"], made["app_id"]) == (APP, "B0GOODWRD1", "A0GOODWRD1")
    assert (changed["subtype"], changed["message"]["text"], changed["previous_message"]["text"]) == (
        "message_changed",
        "Well done indeed",
        "Well done",
    )
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", posted["ts"])


async def test_edits_and_deletions_are_told(slack: PretendSlack, door: Door) -> None:
    said = await slack.says("ada", "#general", "thnaks")
    assert said.ts is not None
    await slack.edits("ada", "#general", said.ts, "thanks @ben")
    assert [(m.plain, m.edited) for m in slack.shown("mo").channels["general"]] == [("thanks @Ben", True)]
    await slack.deletes("ada", "#general", said.ts)

    assert [event.get("subtype") for event in door.events()] == [None, "message_changed", "message_deleted"]
    assert slack.shown("mo").channels["general"] == []


async def test_reactions_are_told(slack: PretendSlack, door: Door) -> None:
    said = await slack.says("ada", "#general", "hello")
    assert said.ts is not None
    await slack.reacts("ben", "#general", said.ts, ":raised_hands:")
    await slack.reacts("ben", "#general", said.ts, "raised_hands")
    assert slack.shown("cy").channels["general"][0].reactions == {"raised_hands": (BEN,)}
    await slack.unreacts("ben", "#general", said.ts, "raised_hands")

    added, removed = door.events()[1:]
    assert (added["type"], added["user"], added["reaction"], added["item_user"]) == (
        "reaction_added",
        BEN,
        "raised_hands",
        ADA,
    )
    assert added["item"] == {"type": "message", "channel": "C0GENERAL1", "ts": said.ts}
    assert removed["type"] == "reaction_removed"
    assert slack.shown("cy").channels["general"][0].reactions == {}


async def test_a_mention_of_the_app_is_told_as_such(slack: PretendSlack, door: Door) -> None:
    await slack.says("ada", "#general", "hello @goodword")

    assert sorted(event["type"] for event in door.events()) == ["app_mention", "message"]


async def test_changes_of_people_are_told(slack: PretendSlack, door: Door) -> None:
    slack.change_user("ben", display_name="Benny")
    await slack.deactivate("cy")
    await slack.change_group("@support-team", ["ben", "dina"])
    await slack.quiet()

    names = {event["type"]: event for event in door.events()}
    users = [event["user"] for event in door.events() if event["type"] == "user_change"]
    assert sorted((user["name"], user["deleted"]) for user in users) == [("ben", False), ("cy", True)]
    assert names["subteam_members_changed"]["added_users"] == []
    assert names["subteam_members_changed"]["removed_users"] == ["U0CYMARTIN"]
    assert slack.shown("cy").channels == {}


@pytest.mark.usefixtures("door")
async def test_a_new_name_stands_in_old_messages_too(slack: PretendSlack, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel="#kudos", user=ADA, text=f"<@{BEN}>")
    await client.chat_postMessage(channel="#kudos", text=f"<@{BEN}>")
    before = slack.shown("ada")

    await slack.change_user("ben", display_name="Benny")

    after = slack.shown("ada")
    assert (before.ephemerals[0].plain, after.ephemerals[0].plain) == ("@Ben", "@Benny")
    assert after.channels["kudos"][0].plain == "@Benny"
    assert after.channels["kudos"][0].pings == {BEN}


async def test_leaving_is_told(slack: PretendSlack, door: Door) -> None:
    await slack.leaves("abe", "#sales")

    assert [event["type"] for event in door.events()] == ["member_left_channel"]


async def test_looking_at_either_tab_of_the_app_is_told(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    await slack.opens_home("ada")
    await client.views_publish(user_id=ADA, view={"type": "home", "blocks": [{"type": "divider"}]})
    await slack.opens_home("ada")
    await slack.opens_home("ada", tab="messages")

    first, second, third = door.events()
    assert (first["tab"], "view" in first) == ("home", False)
    assert (second["tab"], second["view"]["type"]) == ("home", "home")
    assert (third["tab"], "view" in third) == ("messages", False)
    assert first["channel"].startswith("D")


async def test_a_thread_and_a_file_are_told(slack: PretendSlack, door: Door) -> None:
    said = await slack.says("ada", "#general", "look", files=["invoice.pdf"])
    await slack.says("ben", "#general", "seen", thread=said.ts)

    parent, reply = door.events()
    assert (parent["subtype"], parent["files"][0]["name"]) == ("file_share", "invoice.pdf")
    assert (reply["thread_ts"], reply["parent_user_id"]) == (said.ts, ADA)


@pytest.mark.usefixtures("door")
async def test_quiet_waits_for_what_is_on_its_way(slack: PretendSlack) -> None:
    slack.change_user("ben", title="Lead")
    assert slack.caller.busy or slack.requests[0].attempts == 0

    await slack.quiet()

    assert slack.requests[0].attempts == 1


async def test_any_other_event_can_happen(make_slack: MakeSlack) -> None:
    slack = await make_slack(manifest=manifest(events=["tokens_revoked"]))
    async with a_door(slack) as door:
        await slack.happens({"type": "tokens_revoked", "tokens": {"bot": [APP]}})
        await slack.happens({"type": "team_rename", "name": "Other"})

        assert [event["type"] for event in door.events()] == ["tokens_revoked"]
