from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import Response

from handlers.playground import CannotAct, PretendSlack
from tests.handlers.playground.conftest import MakeSlack, client_of, refusal
from tests.handlers.playground.kit import FILLED, form, opened, trigger
from tests.handlers.playground.peers import Door, Heard, a_door

ADA = "U0ADALOVEL"


async def test_a_bolt_app_opens_a_form_and_hears_what_was_filled_in(
    slack: PretendSlack, bolt: AsyncApp
) -> None:
    heard: list[dict[str, Any]] = []

    @bolt.shortcut("give")
    async def give(ack, shortcut, client) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        await client.views_open(trigger_id=shortcut["trigger_id"], view=form(private_metadata="m"))
        await ack()

    @bolt.view("give")
    async def send(ack, body) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        heard.append(body)
        await ack()

    assert (await slack.shortcut("ada", "give")).ok
    await slack.until(lambda: slack.shown("ada").views)
    (view,) = slack.shown("ada").views
    assert (view.title, view.submit, view.callback_id) == ("Thank somebody", "Send", "give")
    assert (await slack.submits("ada", view.id, FILLED)).ok

    assert slack.shown("ada").views == []
    assert slack.shown("ben").views == []
    (body,) = heard
    assert body["user"] == {"id": ADA, "username": "ada", "name": "ada", "team_id": "T0GOODWRD1"}
    assert body["view"]["private_metadata"] == "m"
    assert body["view"]["hash"] == view.hash
    assert body["view"]["state"]["values"] == {
        "who": {"people": {"type": "multi_users_select", "selected_users": ["U0BENOKAFR"]}},
        "why": {"text": {"type": "plain_text_input", "value": "for the <invoice> & more"}},
        "how": {"tone": {"type": "static_select", "selected_option": None}},
    }


@pytest.mark.usefixtures("door")
async def test_a_trigger_opens_one_view_only(slack: PretendSlack, client: AsyncWebClient) -> None:
    used = trigger(slack, await slack.shortcut("ada", "give"))
    await client.views_open(trigger_id=used, view=form())

    assert await refusal(client.views_open(trigger_id=used, view=form())) == "exchanged_trigger_id"
    assert await refusal(client.views_open(trigger_id="1.2.three", view=form())) == "invalid_trigger_id"


async def test_a_trigger_expires(make_slack: MakeSlack, web: Any) -> None:
    slack = await make_slack(trigger_seconds=0.0)
    async with a_door(slack):
        old = trigger(slack, await slack.shortcut("ada", "give"))
        assert await refusal(client_of(slack, web).views_open(trigger_id=old, view=form())) == (
            "expired_trigger_id"
        )


@pytest.mark.usefixtures("door")
async def test_a_view_refused_leaves_the_trigger_good(slack: PretendSlack, client: AsyncWebClient) -> None:
    token = trigger(slack, await slack.shortcut("ada", "give"))
    broken = form(title="A title that is much too long for a modal")

    assert await refusal(client.views_open(trigger_id=token, view=broken)) == "invalid_arguments"
    assert (await client.views_open(trigger_id=token, view=form()))["ok"]


async def test_the_window_itself_asks_for_what_is_missing(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)
    done = await slack.submits("ada", view_id, {"why": {"text": "ok"}})

    assert slack.shown("ada").views[0].errors == {
        "who": "Please complete this required field.",
        "why": "Please enter at least 3 characters.",
    }
    assert not done.ok
    assert len(door.heard) == 1, "the form itself was not sent"


async def test_the_apps_errors_stand_beside_their_fields(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)
    door.then({"response_action": "errors", "errors": {"why": "Say a little more."}})

    done = await slack.submits("ada", view_id, FILLED)

    assert done.ok
    (view,) = slack.shown("ada").views
    assert view.errors == {"why": "Say a little more."}
    assert view.state["why"]["text"]["value"] == "for the <invoice> & more"


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"more": "That is no input block."}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": form(title="A title that is much too long for a modal")},
        {"response_action": "dance"},
    ],
)
async def test_an_answer_that_makes_no_sense_is_trouble_connecting(
    slack: PretendSlack, door: Door, client: AsyncWebClient, answer: dict[str, Any]
) -> None:
    view_id = await opened(slack, client)
    door.then(answer)

    done = await slack.submits("ada", view_id, FILLED)

    assert done.error == "We had some trouble connecting. Try again?"
    assert [view.id for view in slack.shown("ada").views] == [view_id]


async def test_an_app_that_fails_leaves_the_form_open(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)
    door.then(status=500)

    done = await slack.submits("ada", view_id, FILLED)

    assert done.error == "We had some trouble connecting. Try again?"
    assert len(slack.shown("ada").views) == 1


async def test_an_answer_may_update_push_or_clear(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)
    door.then({"response_action": "update", "view": form(title="Second")})
    await slack.submits("ada", view_id, FILLED)
    assert [(view.id, view.title) for view in slack.shown("ada").views] == [(view_id, "Second")]

    door.then({"response_action": "push", "view": form(title="Third")})
    pushed = await slack.submits("ada", view_id, FILLED)
    assert [view.title for view in slack.shown("ada").views] == ["Second", "Third"]

    door.then({"response_action": "clear"})
    await slack.submits("ada", str(pushed.view_id), FILLED)
    assert slack.shown("ada").views == []


@pytest.mark.usefixtures("door")
async def test_views_stack_three_deep(slack: PretendSlack, client: AsyncWebClient) -> None:
    view_id = await opened(slack, client)
    for depth in (2, 3):
        pressed = await slack.clicks("ada", view_id, "more")
        answer = await client.views_push(
            trigger_id=trigger(slack, pressed), view=form(title=f"Depth {depth}")
        )
        assert answer["view"]["previous_view_id"] == view_id
        view_id = answer["view"]["id"]
    pressed = await slack.clicks("ada", view_id, "more")

    push = client.views_push(trigger_id=trigger(slack, pressed), view=form())
    assert await refusal(push) == "push_limit_reached"
    assert len(slack.shown("ada").views) == 3
    await slack.closes("ada", view_id)
    assert [view.title for view in slack.shown("ada").views] == ["Thank somebody", "Depth 2"]


async def test_a_press_in_a_form_carries_what_was_filled_in(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)
    slack.fills("ada", view_id, FILLED)

    await slack.clicks("ada", view_id, "more")

    body = door.heard[-1].body
    assert body["type"] == "block_actions"
    assert body["container"] == {"type": "view", "view_id": view_id}
    assert body["view"]["state"]["values"]["who"]["people"]["selected_users"] == ["U0BENOKAFR"]
    (action,) = body["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("more", "more", "v")
    assert "response_url" not in body


@pytest.mark.usefixtures("door")
async def test_an_update_keeps_what_was_filled_in_and_minds_the_hash(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)
    before = slack.shown("ada").views[0].hash
    slack.fills("ada", view_id, FILLED)

    await client.views_update(view_id=view_id, view=form(title="Changed"), hash=before)

    (view,) = slack.shown("ada").views
    assert (view.title, view.state["why"]["text"]["value"]) == ("Changed", "for the <invoice> & more")
    assert view.hash != before
    late = client.views_update(view_id=view_id, view=form(), hash=before)
    assert await refusal(late) == "hash_conflict"
    assert await refusal(client.views_update(view_id="V0", view=form())) == "not_found"


@pytest.mark.usefixtures("door")
async def test_an_external_id_finds_a_view_and_is_unique(slack: PretendSlack, client: AsyncWebClient) -> None:
    await opened(slack, client, form(external_id="mine"))
    await client.views_update(external_id="mine", view=form(title="Found", external_id="mine"))

    assert slack.shown("ada").views[0].title == "Found"
    done = await slack.shortcut("ben", "give")
    again = client.views_open(trigger_id=trigger(slack, done), view=form(external_id="mine"))
    assert await refusal(again) == "duplicate_external_id"


async def test_closing_is_told_if_asked_for(slack: PretendSlack, door: Door, client: AsyncWebClient) -> None:
    view_id = await opened(slack, client, form(notify_on_close=True))
    await slack.closes("ada", view_id, everything=True)

    body = door.heard[-1].body
    assert (body["type"], body["is_cleared"], body["view"]["id"]) == ("view_closed", True, view_id)
    silent = await opened(slack, client)
    heard = len(door.heard)
    await slack.closes("ada", silent)
    assert len(door.heard) == heard


@pytest.mark.usefixtures("door")
async def test_forms_belong_to_the_person_they_were_opened_for(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)

    with pytest.raises(CannotAct, match="no open form"):
        await slack.submits("ben", view_id, FILLED)
    with pytest.raises(CannotAct, match="sees nothing like"):
        await slack.clicks("ben", view_id, "more")
    with pytest.raises(CannotAct, match="has no option 'cold'; it offers: warm, brief"):
        await slack.submits("ada", view_id, FILLED | {"how": {"tone": "cold"}})
    with pytest.raises(CannotAct, match="At most 2"):
        await slack.submits("ada", view_id, {"who": {"people": ["U1", "U2", "U3"]}})


async def test_a_form_closed_before_the_answer_stays_closed(
    slack: PretendSlack, door: Door, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)

    async def too_late(_heard: Heard) -> Response:
        await slack.closes("ada", view_id)
        return Response()

    door.then_do(too_late)
    done = await slack.submits("ada", view_id, FILLED)

    assert done.ok
    assert slack.shown("ada").views == []
