"""Whoever watches over Goodword asks /metrics, and learns how it is without learning about anybody."""

import json
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.town import Town

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations"
ESCALATES = "/escalate the contract of marmot-23 is missing"


async def _asked(town: Town) -> str:
    assert town.slack.request_url
    async with httpx.AsyncClient() as client:
        answer = await client.get(town.slack.request_url.replace("/slack/events", "/metrics"))
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text


def figure(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


async def test_a_kudos_is_counted_from_its_acknowledgement_to_its_delivery(town: Town) -> None:
    before = await _asked(town)  # of every workspace that this process serves
    await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.settled()
    told = await _asked(town)

    for once in (
        'goodword_requests_total{kind="/kudos",status="200"}',
        'goodword_request_seconds_count{kind="/kudos"}',
        'goodword_deliveries_total{message="KudosPosted",outcome="sent",reason=""}',
    ):
        assert figure(told, once) - figure(before, once) == 1
    assert figure(told, "goodword_outbox_messages") == 0
    assert figure(told, "goodword_database_up") == 1
    assert figure(told, "goodword_ready") == 1
    assert figure(told, "goodword_database_connections_limit") >= 1


async def test_what_slack_refuses_for_good_is_counted_with_its_reason(town: Town) -> None:
    await town.set("recognition_channel", "#nowhere")
    await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.settled()
    told = await _asked(town)

    parked = 'goodword_deliveries_total{message="KudosPosted",outcome="parked",reason="channel_not_found"}'
    assert figure(told, parked) == 1
    assert figure(told, "goodword_outbox_parked") == 1


async def test_what_waits_is_counted_with_its_age(town: Town) -> None:
    town.slack.faults.add("chat.postMessage", "ratelimited", times=9, retry_after=60)
    await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.hears("delivery", "KudosPosted later")
    assert figure(await _asked(town), "goodword_outbox_parked") == 0
    town.slack.faults.clear()
    town.slack.clock.forward(timedelta(minutes=2))
    await town.settled()
    assert figure(await _asked(town), "goodword_outbox_messages") == 0


async def test_no_label_carries_a_word_a_name_or_an_id(town: Town) -> None:
    await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.types("ada", ESCALATES)
    await town.settled()
    told = await _asked(town)

    assert not re.search(r"marmot|invoice|midnight|U0[A-Z]|T0[A-Z]|ada|ben", told)


@pytest.mark.parametrize("page", ["grafana.json", "alerts.yaml"])
async def test_the_dashboard_and_the_alerts_ask_for_figures_that_there_are(town: Town, page: str) -> None:
    await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.settled()
    told = await _asked(town)
    written = (OPERATIONS / page).read_text()
    if page.endswith(".json"):
        assert json.loads(written)["panels"]

    wanted = set(re.findall(r"\bgoodword_[a-z_]+", written))
    assert wanted
    by_socket = {"goodword_socket_up"}  # told in Socket Mode only, see test_socket.py
    assert {name for name in wanted if name not in told} <= by_socket
