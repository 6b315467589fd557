import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from handlers.playground import PretendSlack, Switch, serve
from tests.handlers.playground.kit import FILLED, form, trigger
from tests.handlers.playground.peers import SECRET, TOKEN, Door, manifest

TOKENED = {"Authorization": f"Bearer {TOKEN}"}
ADA, BEN, KUDOS = "U0ADALOVEL", "U0BENOKAFR", "C0KUDOS001"


class Page:
    """What the page's JavaScript does, without a browser."""

    def __init__(self, slack: PretendSlack, web: aiohttp.ClientSession) -> None:
        self.url = slack.public_url
        self.web = web

    async def state(self, who: str = ADA) -> dict[str, Any]:
        async with self.web.get(f"{self.url}/playground/state", params={"as": who}) as answer:
            return dict(await answer.json())

    async def messages(self, channel: str = KUDOS, who: str = ADA) -> list[dict[str, Any]]:
        params = {"as": who, "channel": channel}
        async with self.web.get(f"{self.url}/playground/messages", params=params) as answer:
            assert answer.status == 200
            return list(await answer.json())

    async def act(self, do: str, who: str = ADA, **given: Any) -> dict[str, Any]:
        async with self.web.post(f"{self.url}/playground/act", json={"as": who, "do": do, **given}) as answer:
            return dict(await answer.json())


@pytest.fixture
def page(slack: PretendSlack, web: aiohttp.ClientSession) -> Page:
    return Page(slack, web)


async def test_the_page_and_its_files_are_served_under_a_strict_policy(
    slack: PretendSlack, web: aiohttp.ClientSession
) -> None:
    async with web.get(f"{slack.public_url}/") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        html = await answer.text()
    assert "<script>" not in html
    async with web.get(f"{slack.public_url}/playground/static/main.js") as answer:
        assert (answer.status, answer.content_type) == (200, "text/javascript")
    async with web.get(f"{slack.public_url}/playground/static/../page.py") as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:80"}, 200),
        ({"Host": "[::1]:80"}, 200),
        ({"Host": "goodword.evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "[broken"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Content-Type": "text/plain"}, 403),
    ],
)
async def test_other_web_sites_cannot_act(
    slack: PretendSlack, web: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    body = json.dumps({"as": ADA, "do": "says", "channel": KUDOS, "text": "x"})
    headers = {"Content-Type": "application/json"} | headers

    async with web.post(f"{slack.public_url}/playground/act", data=body, headers=headers) as answer:
        assert answer.status == status
    assert len(slack.shown("ada").channels["kudos"]) == (1 if status == 200 else 0)


async def test_its_own_origin_may_act_and_read(slack: PretendSlack, web: aiohttp.ClientSession) -> None:
    own = {"Origin": slack.public_url}
    body = {"as": ADA, "do": "says", "channel": KUDOS, "text": "x"}
    async with web.post(f"{slack.public_url}/playground/act", json=body, headers=own) as answer:
        assert answer.status == 200
    for name, status in (("evil.example", 403), (slack.public_url.removeprefix("http://"), 200)):
        async with web.get(f"{slack.public_url}/playground/state", headers={"Host": name}) as answer:
            assert answer.status == status
            assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_state_is_what_one_person_sees(slack: PretendSlack, page: Page) -> None:
    slack.tell("transaction", "Kudos kept", "1 row")
    state = await page.state()

    assert state["me"] == ADA
    people = {person["handle"]: person for person in state["people"]}
    assert (people["ben"]["name"], people["ben"]["department"], people["ben"]["manager"]) == (
        "Ben Okafor",
        "Support",
        "W0RUTHWEIS",
    )
    assert {people[who]["status"] for who in ("ben", "lea", "gus", "xenia")} == {
        "active",
        "deactivated",
        "guest",
        "another_organisation",
    }
    assert state["team"]["name"] == "Kestrel Instruments"
    assert (state["app"]["name"], state["app"]["bot_user"]) == ("Goodword", "U0GOODWRD1")
    assert [channel["name"] for channel in state["channels"]] == [
        "general",
        "kudos",
        "sales",
        "support",
        "acme-shared",
    ]
    assert [dm["with"]["kind"] for dm in state["dms"]] == ["app"]
    assert state["groups"][0]["members"][0] == BEN
    assert state["commands"][0] == {
        "command": "/kudos",
        "usage_hint": "@ben",
        "description": "Thank somebody",
    }
    assert {shortcut["type"] for shortcut in state["shortcuts"]} == {"global", "message"}
    assert (state["views"], state["home"], state["toasts"], state["faults"]) == ([], None, [], [])
    assert state["activity"][-1]["summary"] == "Kudos kept"
    assert [channel["name"] for channel in (await page.state("W0RUTHWEIS"))["channels"]][-1] == "acme-shared"
    assert "people-ops" in {channel["name"] for channel in (await page.state("U0EVECARTR"))["channels"]}


async def test_strangers_and_the_curious_get_nothing(page: Page) -> None:
    assert (await page.state("U0NOBODY"))["error"] == "Nobody here is called 'U0NOBODY'."
    params = {"as": BEN, "channel": "C0PEOPLEOP"}
    async with page.web.get(f"{page.url}/playground/messages", params=params) as answer:
        assert answer.status == 404


async def test_a_conversation_as_the_page_shows_it(
    slack: PretendSlack, page: Page, client: AsyncWebClient
) -> None:
    blocks = [{"type": "section", "block_id": "b", "text": {"type": "mrkdwn", "text": f"<@{ADA}>!"}}]
    posted = await client.chat_postMessage(channel=KUDOS, text="t", blocks=blocks)
    await client.chat_postEphemeral(channel=KUDOS, user=ADA, text="psst")
    await slack.says("ben", "#kudos", "hear, hear", thread=posted["ts"])
    await slack.reacts("ada", "#kudos", posted["ts"], "tada")

    first, whisper, reply = await page.messages()
    assert first["author"] == {"id": "U0GOODWRD1", "name": "Goodword", "kind": "app"}
    assert (first["blocks"], first["pings_me"], first["reply_count"]) == (blocks, True, 1)
    assert first["reactions"] == [{"name": "tada", "users": [ADA], "mine": True}]
    assert first["shortcuts"] == [{"type": "message", "name": "Kudos for this", "callback_id": "for_this"}]
    assert (whisper["ephemeral"], whisper["shortcuts"]) == (True, [])
    assert (reply["thread_ts"], reply["author"]["kind"]) == (posted["ts"], "person")
    assert len(await page.messages(who=BEN)) == 2


async def test_everything_can_be_done_on_the_page(
    slack: PretendSlack, page: Page, door: Door, client: AsyncWebClient
) -> None:
    said = await page.act("says", channel=KUDOS, text="thanks @ben")
    ts = said["ts"]
    assert said["ok"]
    assert (await page.act("edits", channel=KUDOS, ts=ts, text="thank you @ben"))["ok"]
    assert (await page.act("reacts", who=BEN, channel=KUDOS, ts=ts, name="tada"))["ok"]
    assert (await page.act("unreacts", who=BEN, channel=KUDOS, ts=ts, name="tada"))["ok"]
    assert (await page.act("types", channel=KUDOS, text="/kudos @ben thanks"))["ok"]
    assert (await page.act("shortcut", callback_id="for_this", channel=KUDOS, ts=ts))["ok"]
    assert (await page.act("opens_home", tab="home"))["ok"]
    assert (await page.act("joins", channel="C0SUPPORT1"))["ok"]
    assert (await page.act("leaves", channel="C0SUPPORT1"))["ok"]
    assert (await page.act("deletes", channel=KUDOS, ts=ts))["ok"]
    assert len(door.heard) == 8

    opened = await slack.shortcut("ada", "give")
    await client.views_open(trigger_id=trigger(slack, opened), view=form())
    (view,) = (await page.state())["views"]
    assert (view["title"]["text"], view["submit"]["text"]) == ("Thank somebody", "Send")
    pressed = await page.act("clicks", view_id=view["id"], action_id="more", block_id="more", values=FILLED)
    assert pressed == {"ok": True, "status": 200, "view_id": view["id"]}
    assert "for the <invoice>" in door.heard[-1].raw.decode().replace("%3C", "<").replace("+", " ").replace(
        "%3E", ">"
    )
    missing = await page.act("submits", view_id=view["id"], values={"why": {"text": None}})
    assert not missing["ok"]
    assert (await page.state())["views"][0]["errors"] == {"why": "Please complete this required field."}
    assert (await page.act("submits", view_id=view["id"], values=FILLED))["ok"]
    assert (await page.state())["views"] == []


async def test_reading_takes_the_count_away(slack: PretendSlack, page: Page) -> None:
    async def unread(who: str) -> int:
        channels = (await page.state(who))["channels"]
        return int(next(channel["unread"] for channel in channels if channel["id"] == KUDOS))

    await slack.says("ben", "#kudos", "one")
    await slack.says("ben", "#kudos", "two")
    assert (await unread(ADA), await unread(BEN)) == (2, 0)

    await page.act("reads", channel=KUDOS)
    assert await unread(ADA) == 0


async def test_the_clock_and_the_faults_are_in_ones_hands(slack: PretendSlack, page: Page) -> None:
    before = slack.clock.now()
    await page.act("forward_clock", seconds=3600)
    assert (slack.clock.now() - before).total_seconds() >= 3600
    assert (await page.state())["clock"]["offset_seconds"] == 3600

    await page.act("fault", method="chat.postMessage", kind="slow", seconds=3, times=3)
    assert (await page.state())["faults"][0]["times"] == 3
    await page.act("clear_faults")
    await page.act("pause")
    assert ((await page.state())["faults"], (await page.state())["paused"]) == ([], True)
    failed = await page.act("types", channel=KUDOS, text="/kudos x")
    assert failed["error"] == '/kudos failed with the error "dispatch_failed"'
    (toast,) = (await page.state())["toasts"]
    assert toast["text"] == failed["error"]
    await page.act("dismiss_toast", id=toast["id"])
    await page.act("resume")
    assert ((await page.state())["toasts"], (await page.state())["paused"]) == ([], False)


async def test_a_switch_lasts_until_it_is_off_and_an_app_may_hand_in_its_own(
    slack: PretendSlack, page: Page, web: aiohttp.ClientSession
) -> None:
    turned: list[bool] = []

    async def turn(on: bool) -> None:  # noqa: FBT001 - what it is turned to
        turned.append(on)

    slack.switches.add(Switch("own", "The app is tired", "It yawns", turn))
    assert [one["name"] for one in (await page.state())["switches"]] == ["slow", "down", "own"]
    assert not any(one["on"] for one in (await page.state())["switches"])

    for on in (True, True, False):
        await page.act("switch", name="own", on=on)
        await page.act("switch", name="down", on=on)
        for _ in range(3):
            async with web.post(f"{slack.api_url}auth.test", headers=TOKENED) as answer:
                assert answer.status == (500 if on else 200)
    assert turned == [True, False]
    assert "no switch 'other'" in (await page.act("switch", name="other", on=True))["error"]


async def test_what_is_still_to_be_said_and_delivered_is_told(slack: PretendSlack, page: Page) -> None:
    assert ((await page.state())["still_to_say"], (await page.state())["still_to_deliver"]) == (None, 0)
    slack.still_to_say = 3
    await page.act("pause")
    await slack.says("ben", "#kudos", "one")
    assert ((await page.state())["still_to_say"], (await page.state())["still_to_deliver"]) == (3, 1)


@pytest.mark.parametrize(
    "body",
    ["{", "[]", '{"do": "sings"}', '{"do": "says"}', '{"do": "fault", "method": "*", "kind": "gremlin"}'],
)
async def test_nonsense_is_refused(slack: PretendSlack, web: aiohttp.ClientSession, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    async with web.post(f"{slack.public_url}/playground/act", data=body, headers=headers) as answer:
        assert answer.status == 400
        assert not (await answer.json())["ok"]


async def test_what_cannot_be_done_is_said_in_a_sentence(page: Page) -> None:
    answer = await page.act("says", who=BEN, channel="C0SALES001", text="let me in")

    assert answer == {"ok": False, "error": "Ben Okafor is not in sales."}


@asynccontextmanager
async def streaming(page: Page, who: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    async with page.web.get(f"{page.url}/playground/stream", params={"as": who}) as answer:
        assert answer.content_type == "text/event-stream"

        async def events() -> AsyncIterator[dict[str, Any]]:
            async for line in answer.content:
                if line.startswith(b"data: "):
                    yield json.loads(line.removeprefix(b"data: "))

        yield events()


async def test_the_page_hears_of_what_its_person_can_see(slack: PretendSlack, page: Page) -> None:
    async with streaming(page, BEN) as events:
        first = await anext(events)
        assert first == {"version": slack.bell.version, "channels": []}
        await slack.says("ada", "#kudos", "hello")
        assert (await anext(events))["channels"] == [KUDOS]
        await slack.says("eve", "#people-ops", "hush")
        assert (await anext(events))["channels"] == []


async def test_ending_is_prompt_although_streams_stand_open(web: aiohttp.ClientSession) -> None:
    slack = PretendSlack(manifest=manifest(), signing_secret=SECRET, bot_token=TOKEN)
    async with serve(slack) as url:
        answer = await web.get(f"{url}/playground/stream", params={"as": ADA})
        await answer.content.readline()
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 1
    answer.close()
