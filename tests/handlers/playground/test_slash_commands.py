import json

import pytest
from slack_bolt.async_app import AsyncApp

from handlers.playground import CannotAct, PretendSlack
from tests.handlers.playground.conftest import MakeSlack
from tests.handlers.playground.peers import Door, a_door

ADA, BEN = "U0ADALOVEL", "U0BENOKAFR"


async def test_a_command_goes_to_a_bolt_app_and_its_answer_is_seen_by_the_giver_alone(
    slack: PretendSlack, bolt: AsyncApp
) -> None:
    @bolt.command("/kudos")
    async def kudos(ack, command, client) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        await client.chat_postMessage(channel="#kudos", text=f"Well done: {command['text']}")
        await ack("Thank you!")

    done = await slack.types("ada", "#sales", "/kudos @ben for the invoice")

    assert done.ok
    assert [message.plain for message in slack.shown("ada").ephemerals] == ["Thank you!"]
    assert slack.shown("ben").ephemerals == []
    for person in ("ada", "ben", "cy"):
        assert [m.plain for m in slack.shown(person).channels["kudos"]] == ["Well done: @Ben for the invoice"]


async def test_the_form_has_slacks_fields(slack: PretendSlack, door: Door) -> None:
    await slack.types("ada", "#kudos", "/kudos @ben thanks")

    form = door.heard[0].form
    assert form["text"] == f"<@{BEN}> thanks"
    assert (form["command"], form["user_id"], form["user_name"]) == ("/kudos", ADA, "ada")
    assert (form["channel_id"], form["channel_name"]) == ("C0KUDOS001", "kudos")
    assert (form["team_id"], form["team_domain"], form["api_app_id"]) == (
        "T0GOODWRD1",
        "kestrel",
        "A0GOODWRD1",
    )
    assert form["response_url"].startswith(slack.public_url + "/response/")
    assert form["trigger_id"].count(".") == 2
    assert form["is_enterprise_install"] == "false"
    assert "enterprise_id" not in form


@pytest.mark.parametrize(
    ("command", "typed", "sent"),
    [
        ("/kudos", "@ben thanks", f"<@{BEN}> thanks"),
        ("/kudos", "a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("/kudos", "<!channel> &lt;", "&lt;!channel&gt; &amp;lt;"),
        ("/kudos", "@nobody thanks", "@nobody thanks"),
        ("/plain", "@ben < & >", "@ben < & >"),
    ],
)
async def test_text_is_escaped_where_the_manifest_says_so(
    slack: PretendSlack, door: Door, command: str, typed: str, sent: str
) -> None:
    await slack.types("ada", "#kudos", f"{command} {typed}")

    assert door.heard[0].form["text"] == sent


async def test_raw_text_is_passed_on_as_it_is(slack: PretendSlack, door: Door) -> None:
    await slack.types("ada", "#kudos", "/kudos <@U1|ben> & <!here>", raw=True)

    assert door.heard[0].form["text"] == "<@U1|ben> & <!here>"


@pytest.mark.parametrize(
    ("channel", "name"),
    [("goodword", "directmessage"), ("#people-ops", "privategroup"), ("omar", "directmessage")],
)
async def test_hidden_places_do_not_tell_their_name(
    slack: PretendSlack, door: Door, channel: str, name: str
) -> None:
    await slack.types("eve", channel, "/kudos help")

    assert door.heard[0].form["channel_name"] == name


async def test_an_answer_in_the_channel_is_seen_by_everybody_there(slack: PretendSlack, door: Door) -> None:
    door.then({"response_type": "in_channel", "text": "Hear, hear"})

    await slack.types("ada", "#sales", "/kudos x")

    assert [m.plain for m in slack.shown("mo").channels["sales"]] == ["Hear, hear"]
    assert slack.shown("ada").ephemerals == []


async def test_an_app_that_is_too_slow_gives_operation_timeout(make_slack: MakeSlack) -> None:
    slack = await make_slack(ack_seconds=0.05)
    async with a_door(slack) as door:
        door.then_hang()

        done = await slack.types("ada", "#kudos", "/kudos @ben hurry")

        assert done.error == '/kudos failed with the error "operation_timeout"'
        assert slack.shown("ada").toasts == [done.error]
        assert len(door.heard) == 1, "a command is delivered once"


async def test_an_app_that_fails_gives_dispatch_failed(slack: PretendSlack, door: Door) -> None:
    door.then(status=500)

    done = await slack.types("ada", "#kudos", "/kudos @ben oops")

    assert (done.status, done.error) == (500, '/kudos failed with the error "dispatch_failed"')
    assert slack.shown("ben").toasts == []


async def test_an_app_out_of_reach_gives_dispatch_failed(slack: PretendSlack, door: Door) -> None:
    slack.outgoing.pause()
    away = await slack.types("ada", "#kudos", "/kudos x")
    slack.outgoing.resume()
    back = await slack.types("ada", "#kudos", "/kudos x")

    assert away.error == '/kudos failed with the error "dispatch_failed"'
    assert back.ok
    assert len(door.heard) == 1


async def test_an_answer_slack_cannot_show_is_told_to_the_person(slack: PretendSlack, door: Door) -> None:
    door.then({"blocks": [{"type": "sermon"}]})

    done = await slack.types("ada", "#kudos", "/kudos x")

    assert done.error == '/kudos failed with the error "invalid_blocks"'


async def test_unknown_commands_threads_and_strangers_never_reach_the_app(
    slack: PretendSlack, door: Door
) -> None:
    said = await slack.says("ada", "#acme-shared", "hello")
    unknown = await slack.types("ada", "#kudos", "/praise @ben")
    threaded = await slack.types("ada", "#acme-shared", "/kudos @ben", thread=said.ts)
    stranger = await slack.types("xenia", "#acme-shared", "/kudos @ben")

    assert unknown.error is not None
    assert unknown.error.startswith("/praise is not a valid command.")
    assert threaded.error == "/kudos is not supported in threads. Sorry!"
    assert stranger.error == "/kudos can only be used by members of Kestrel Instruments."
    assert door.heard == []


async def test_a_person_cannot_do_what_slacks_window_does_not_offer(slack: PretendSlack) -> None:
    with pytest.raises(CannotAct, match="Ben Okafor is not in sales"):
        await slack.types("ben", "#sales", "/kudos @ada")
    with pytest.raises(CannotAct, match="deactivated"):
        await slack.types("lea", "#kudos", "/kudos @ada")
    with pytest.raises(CannotAct, match="no slash command"):
        await slack.types("ada", "#kudos", "kudos @ben")
    with pytest.raises(CannotAct, match="Nobody here is called 'nemo'"):
        await slack.types("nemo", "#kudos", "/kudos")


async def test_the_same_command_can_be_delivered_again_and_again(slack: PretendSlack, door: Door) -> None:
    done = await slack.types("ada", "#kudos", "/kudos @ben thanks")
    await slack.redeliver(done, times=2)
    await slack.redeliver(done, times=2, at_once=True)

    assert len({heard.raw for heard in door.heard}) == 1
    assert len(door.heard) == 5
    assert slack.requests[0].attempts == 5
    assert all("x-slack-retry-num" not in heard.headers for heard in door.heard)


async def test_what_was_sent_and_answered_is_kept(slack: PretendSlack, door: Door) -> None:
    door.then({"text": "ok"})
    done = await slack.types("ada", "#kudos", "/kudos @ben thanks")

    (delivery,) = slack.requests
    assert done.deliveries == (delivery.id,)
    assert (delivery.kind, delivery.status, delivery.attempts) == ("slash_command", 200, 1)
    assert delivery.body["text"] == f"<@{BEN}> thanks"
    assert delivery.duration is not None
    assert json.loads(json.dumps(done.answer)) == {"text": "ok"}
