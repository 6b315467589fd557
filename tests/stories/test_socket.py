"""Over Socket Mode lines end, fall silent, say things twice; nothing is lost by it, and nothing doubled."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from slack_bolt.response import BoltResponse

from bot import kudos
from bot.app import Plan
from bot.errors import Refusal
from handlers import front
from handlers import socket as sockets
from handlers.line import Patience, acknowledgement
from handlers.playground import ApiCall, PretendSlack, serve
from handlers.playground import links as slack_links
from handlers.playground.links import Link
from tests.stories.test_metrics import figure
from tests.town import PATIENT, Town, beside, pretend_slack
from tests.town import town as build

GIVES = "/kudos @ben for the invoice at midnight"
QUICK = Patience(longest=0.2, steady=0.0, leave=0.5, red=0.0)

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def with_line(
    database_url: str, patience: Patience = QUICK, **options: Any
) -> AbstractAsyncContextManager[Town]:
    def plan(given: Plan) -> Plan:
        return replace(given, patience=patience)

    return build(database_url, plan=plan, socket=True, slack_options=options)


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    async with with_line(database_url) as made:
        yield made


async def asked(town: Town, path: str) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.get(str(town.slack.request_url).replace("/slack/events", path))


async def another(town: Town) -> Link:
    """The line that follows the first, once it is the only one."""
    lines = town.slack.links.open
    await town.slack.until(lambda: len(lines) == 1 and lines[0].number > 1)
    return lines[0]


async def later(town: Town) -> None:
    """Slack sends an event again at once, after a minute and after five."""
    for minutes in (0, 1, 5):
        town.slack.clock.forward(timedelta(minutes=minutes))
        await town.slack.quiet(timeout=20)


async def received(town: Town, who: str) -> int:
    find = partial(kudos.mine, person=town.id(who))
    return (await town.bot.store.transact(town.bot.me.workspace, find)).counts.received


async def test_slack_asks_for_a_new_line_and_has_it_before_the_old_one_ends(database_url: str) -> None:
    # The old line is to be there until both have been used, however busy the machine is.
    async with with_line(database_url, replace(QUICK, leave=3.0)) as town:
        await _a_new_line(town)


async def _a_new_line(town: Town) -> None:
    # A form is being opened, which Slack takes its time for, when it asks.
    town.slack.faults.add("views.open", "slow", seconds=0.3)
    town.slack.links.linger = True
    in_hand = asyncio.create_task(town.types("ada", "/kudos"))
    await town.slack.until(lambda: not town.slack.faults.listed())
    await town.slack.links.disconnect("refresh_requested")
    await town.slack.until(lambda: len(town.slack.links.open) == 2)
    assert (await in_hand).ok
    assert (await town.types("ada", GIVES)).ok
    assert (await town.types("abe", "/kudos @ben for the invoice at noon")).ok  # one went down each line

    assert (await another(town)).number == 2
    assert town.slack.links.fewest == 1
    assert await received(town, "ben") == 2
    told = (await asked(town, "/metrics")).text
    assert figure(told, 'goodword_socket_left_total{reason="refresh_requested"}') == 1
    assert figure(told, "goodword_socket_up") == 1
    assert figure(told, 'goodword_requests_total{kind="/kudos",status="200"}') == 3
    assert (await asked(town, "/slack/events")).status_code == 404


async def test_a_line_that_is_cut_is_replaced_and_what_was_on_it_comes_again(town: Town) -> None:
    said = await town.slack.says("ben", "general", "The pumps run again since last night.")
    town.slack.faults.add("conversations.history", "slow", seconds=0.3)
    reacts = asyncio.create_task(town.slack.reacts("ada", "general", str(said.ts), "kudos"))
    await town.slack.until(lambda: not town.slack.faults.listed())
    await town.slack.links.cut()
    assert (await reacts).error is None  # who puts an emoji sees nothing of it
    await another(town)
    await later(town)
    await town.settled()

    event = next(each for each in town.slack.requests if each.summary == "event reaction_added")
    assert event.attempts >= 2
    assert event.status == 200
    assert await received(town, "ben") == 1
    assert (await asked(town, "/readyz")).status_code == 200


async def test_a_deaf_line_is_noticed_and_nothing_is_lost_or_doubled(database_url: str) -> None:
    watchful = replace(QUICK, ping=0.1, deaf=1.0)
    async with with_line(database_url, watchful, ack_seconds=1.5) as town:
        said = await town.slack.says("ben", "general", "The pumps run again since last night.")
        town.slack.links.deafen()
        lost = await town.slack.reacts("ada", "general", str(said.ts), "kudos")
        assert lost.status is None
        town.slack.caller.limit = PATIENT["ack_seconds"]
        await town.slack.until(lambda: any(not line.deaf for line in town.slack.links.open))
        await later(town)
        await town.settled()

        assert await received(town, "ben") == 1
        assert (await town.types("ada", GIVES)).ok
        assert await received(town, "ben") == 2
        assert figure((await asked(town, "/metrics")).text, 'goodword_socket_left_total{reason="deaf"}') >= 1


async def test_what_fails_is_not_acknowledged_and_what_comes_twice_counts_once(database_url: str) -> None:
    async with with_line(database_url, ack_seconds=1.5) as town:
        said = await town.slack.says("ben", "general", "The pumps run again since last night.")
        town.slack.faults.add("conversations.history", "http500")
        failed = await town.slack.reacts("ada", "general", str(said.ts), "kudos")
        assert failed.status is None
        town.slack.caller.limit = PATIENT["ack_seconds"]
        await later(town)
        event = next(each for each in town.slack.requests if each.summary == "event reaction_added")
        assert (event.tries[0].status, event.tries[-1].status) == (None, 200)

        town.slack.links.doubled = 1
        assert (await town.types("ada", GIVES)).ok
        await town.settled()
        assert len(set(town.slack.links.acknowledged)) == len(town.slack.links.acknowledged)
        assert await received(town, "ben") == 2
        assert len(town.channel("kudos")) == 2


SPOILT: list[Mapping[str, Any]] = [
    {"payload": {"command": "/kudos", "text": "a zero \0 here", "team_id": "T1", "user_id": "U1"}},
    {"payload": {"type": "nothing_known"}},
    {"payload": {"command": "/kudos", "text": "x" * front.LARGEST, "team_id": "T1", "user_id": "U1"}},
    {"payload": {"type": "event_callback", "event": {"type": "message", "user": ["no", "id"]}}},
    {"payload": ["no object"]},
    {},
]


async def test_what_http_refuses_is_refused_here_and_not_acknowledged(town: Town) -> None:
    (line,) = town.slack.links.open
    for number, spoilt in enumerate(SPOILT):
        await line.says({"envelope_id": f"spoilt {number}", "type": "events_api", **spoilt})
    await line.socket.send_str("no JSON")
    assert (await town.types("ada", GIVES)).ok
    assert len(town.slack.links.acknowledged) == 1
    told = (await asked(town, "/metrics")).text
    refused = re.findall(r'goodword_requests_total{.*status="(4\d\d)"} (\d)', told)
    assert sum(int(count) for _, count in refused) == len(SPOILT) + 1
    assert ("413", "1") in refused


@pytest.mark.parametrize(
    ("accepts", "answer", "sent"),
    [
        (True, BoltResponse(status=200, body={"text": "Done."}), {"text": "Done."}),
        (True, BoltResponse(status=200, body="Done."), {"text": "Done."}),
        (True, BoltResponse(status=200, body=""), None),
        (False, BoltResponse(status=200, body={"text": "Done."}), None),
    ],
)
def test_an_answer_is_sent_along_where_slack_takes_one(
    engine_name: str,
    accepts: object,
    answer: BoltResponse,
    sent: dict[str, str] | None,
) -> None:
    said = {"envelope_id": "one", "payload": {}, "accepts_response_payload": accepts}
    wanted = {"envelope_id": "one"} | ({"payload": sent} if sent else {})
    assert acknowledgement(said, answer) == wanted, engine_name


async def test_so_many_at_once_and_no_more(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now: set[object] = set()
    most: list[int] = []
    take = front.Road.take

    async def counted(road: front.Road, read: Callable[[], Any]) -> BoltResponse:
        now.add(read)
        most.append(len(now))
        try:
            return await take(road, read)
        finally:
            now.discard(read)

    monkeypatch.setattr(sockets, "AT_ONCE", 2)
    monkeypatch.setattr(front.Road, "take", counted)
    async with with_line(database_url) as town:
        town.slack.faults.add("views.open", "slow", times=5, seconds=0.1)
        opened = await asyncio.gather(*(town.types("ada", "/kudos") for _ in range(5)))
    assert [each.error for each in opened] == [None] * 5
    assert max(most) == 2


async def test_a_token_that_slack_does_not_know_is_refused_with_a_sentence(database_url: str) -> None:
    def wrong(plan: Plan) -> Plan:
        return replace(plan, app_token="xapp-of-another")

    with pytest.raises(Refusal) as no:
        async with build(database_url, plan=wrong, socket=True):
            pass
    assert no.value.sentence == (
        "Slack does not accept SLACK_APP_TOKEN (invalid_auth): it is the app-level token (xapp-…) "
        "with the scope connections:write, and Socket Mode must be switched on."
    )


async def test_it_starts_while_slack_is_down_and_is_red_until_it_is_back(database_url: str) -> None:
    def down(plan: Plan) -> Plan:
        slack.faults.add("apps.connections.open", "http500", times=1000)
        return replace(plan, patience=QUICK)

    slack = pretend_slack(socket=True)
    async with serve(slack), beside(slack, database_url, plan=down) as town:
        for kind, status in (("http500", 500), ("garbage", 200), ("ratelimited", 429), ("drop_before", None)):
            slack.faults.clear()
            slack.faults.add("apps.connections.open", kind, times=1000, retry_after=0)  # type: ignore[arg-type]
            seen = len(_calls(slack, status))
            await slack.until(lambda seen=seen, status=status: len(_calls(slack, status)) > seen + 1)  # type: ignore[misc]
        answer = await asked(town, "/readyz")
        assert (answer.status_code, answer.text[:38]) == (503, "Slack cannot be reached by Socket Mode")
        slack.faults.clear()
        await slack.until(lambda: len(slack.links.open) == 1)
        assert (await town.types("ada", GIVES)).ok
        assert (await asked(town, "/readyz")).text == "ready\n"


def _calls(slack: PretendSlack, status: int | None) -> list[ApiCall]:
    return [one for one in slack.calls if one.method == "apps.connections.open" and one.status == status]


async def test_switched_off_it_says_so_and_switched_on_it_is_there_again(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    await town.slack.links.disable()
    seen = len(_calls(town.slack, 200))
    await town.slack.until(lambda: len(_calls(town.slack, 200)) > seen + 2)
    answer = await asked(town, "/readyz")
    assert answer.status_code == 503
    assert "Slack cannot be reached by Socket Mode" in answer.text
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "a line to Slack is left: link_disabled",
        "Slack gives no line for Socket Mode (access_denied); trying again",
    ]
    town.slack.links.wanted = True
    await another(town)
    assert (await town.types("ada", GIVES)).ok
    assert (await asked(town, "/readyz")).text == "ready\n"


async def test_where_others_hold_all_ten_lines_it_waits_for_one(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_links, "MOST", 0)  # it says so in place of a hello
    await town.slack.links.cut()
    told = "the app has ten lines already, which is all that Slack allows"
    red: Callable[[], bool] = lambda: bool(town.bot.socket and told in town.bot.socket.missing())  # noqa: E731
    await town.slack.until(red)
    monkeypatch.setattr(slack_links, "MOST", 10)
    await another(town)
    assert (await town.types("ada", GIVES)).ok
