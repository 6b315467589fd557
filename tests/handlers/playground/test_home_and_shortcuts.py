from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from handlers.playground import CannotAct, PretendSlack
from tests.handlers.playground.conftest import MakeSlack, client_of, refusal
from tests.handlers.playground.kit import form, press
from tests.handlers.playground.peers import Door, manifest

ADA = "U0ADALOVEL"


async def test_the_home_tab_is_each_persons_own(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    blocks = [{"type": "actions", "block_id": "b", "elements": [press("pref", "Privately")]}]
    first = await client.views_publish(user_id=ADA, view={"type": "home", "blocks": blocks})

    assert slack.shown("ada").home == blocks
    assert slack.shown("ben").home is None
    await slack.clicks("ada", "home", "pref")
    assert door.heard[-1].body["view"]["type"] == "home"
    await client.views_publish(
        user_id=ADA, view={"type": "home", "blocks": blocks}, hash=first["view"]["hash"]
    )
    stale = client.views_publish(
        user_id=ADA, view={"type": "home", "blocks": blocks}, hash=first["view"]["hash"]
    )
    assert await refusal(stale) == "hash_conflict"
    assert await refusal(client.views_publish(user_id=ADA, view=form())) == "invalid_arguments"


async def test_without_a_home_tab_nothing_can_be_published(make_slack: MakeSlack, web: Any) -> None:
    slack = await make_slack(manifest=manifest(home={"home_tab_enabled": False}))

    publish = client_of(slack, web).views_publish(user_id=ADA, view={"type": "home", "blocks": []})
    assert await refusal(publish) == "not_enabled"


async def test_shortcuts_have_slacks_payloads(slack: PretendSlack, door: Door) -> None:
    said = await slack.says("ben", "#general", "the invoice is right now")
    await slack.shortcut("ada", "give")
    await slack.shortcut("ada", "for_this", message=said.ts)

    glob, message = (heard.body for heard in door.heard[1:])
    assert (glob["type"], glob["callback_id"]) == ("shortcut", "give")
    assert "channel" not in glob
    assert "response_url" not in glob
    assert (message["type"], message["message_ts"]) == ("message_action", said.ts)
    assert message["message"]["text"] == "the invoice is right now"
    assert message["channel"] == {"id": "C0GENERAL1", "name": "general"}
    assert message["response_url"].startswith(slack.public_url)
    with pytest.raises(CannotAct, match="no global shortcut"):
        await slack.shortcut("ada", "for_this")


async def test_a_shortcut_that_fails_is_told_to_the_person(slack: PretendSlack, door: Door) -> None:
    door.then(status=404)

    done = await slack.shortcut("ada", "give")

    assert done.error == 'Give kudos failed with the error "dispatch_failed"'
    assert slack.shown("ada").toasts == [done.error]
