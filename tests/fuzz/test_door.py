"""Whatever comes in at the door signed, Goodword answers it properly, and tells nobody what is not theirs."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import strategies as st

from handlers.playground import Attempt, Delivery, PretendSlack, serve
from tests.faults.record import LogKept
from tests.fuzz.corpus import Corpus, escalates, record
from tests.fuzz.mutations import Change, changes, spoilt
from tests.fuzz.search import search
from tests.town import Town, beside, pretend_slack

SECRET = "zebra-17 and the marmots"
EXAMPLES = {"sqlite": 150, "postgresql": 60}
TROUBLE = re.compile(r"went wrong|\breference\b")
UNOPENED = {"invalid_trigger_id", "push_limit_reached"}
KEPT = 40  # requests and calls that the pretend Slack keeps, so that a long search stays quick


class Oracle:
    """Watches one town in which one escalation was planted: who may read its words, and who did."""

    def __init__(self, here: Town, log: LogKept) -> None:
        self._here = here
        self._log = log
        self._calls = len(here.slack.calls)

    async def look(self, acting: str) -> None:
        """See that nothing said since, whether Slack took it or not, was said to anybody else."""
        may = await self._holders()
        for call in self._here.slack.calls[self._calls :]:
            if SECRET in json.dumps(call.args, ensure_ascii=False):
                seen = self._viewers(call.method, call.args, acting)
                assert seen <= may, f"{call.method} shows it to {seen - may}"
        self._calls = len(self._here.slack.calls)
        ephemerals = self._here.slack.world.ephemerals
        for post in ephemerals:
            if SECRET in json.dumps([post.text, post.blocks], ensure_ascii=False):
                assert post.ephemeral_to in may, f"an answer tells {post.ephemeral_to}"
        ephemerals.clear()
        for line in self._log.lines:
            assert SECRET not in line, line
        self._log.lines.clear()

    async def answered(self, answer: Any, acting: str) -> None:
        if SECRET in json.dumps(answer, ensure_ascii=False):
            assert acting in await self._holders(), f"the answer tells {acting}"

    async def _holders(self) -> set[str]:
        def read(work: Any) -> set[str]:
            told = work.escalations.read(1)
            return {told.reporter, *(holder for holder, _ in work.escalations.held(1))}

        found = await self._here.bot.store.transact(self._here.bot.me.workspace, read)
        rooms = [self._members(one) for one in found]
        return {one for room in rooms for one in room} - {self._here.id("ben")}

    def _viewers(self, method: str, args: dict[str, Any], acting: str) -> set[str]:
        if method.startswith("views.") and method != "views.publish":
            return {acting}
        where = args.get("user") or args.get("user_id") or args.get("channel") or args.get("channel_id")
        return self._members(str(where))

    def _members(self, where: str) -> set[str]:
        room = self._here.slack.world.conversations.get(where)
        return set(room.members) - {self._here.slack.company.bot_user} if room else {where}


class Fuzzed:
    """A running town, and one request after another that is no longer as it was."""

    def __init__(self, database_url: str, corpus: Corpus) -> None:
        self._url = database_url
        self._corpus = corpus
        self._closing = AsyncExitStack()
        self.slack: PretendSlack = pretend_slack(ack_seconds=20.0, trigger_seconds=60.0)
        self.log = LogKept()
        self.town: Town
        self.oracle: Oracle

    async def start(self) -> None:
        self._closing.enter_context(self.log.listening())
        await self._closing.enter_async_context(serve(self.slack))
        self.town = await self._closing.enter_async_context(beside(self.slack, self._url))
        await escalates(self.town, SECRET)
        await self.town.settled()
        self.oracle = Oracle(self.town, self.log)
        assert SECRET in self.town.dms("mo")[-1].plain

    async def stop(self) -> None:
        await self._closing.aclose()

    async def sends(self, which: int, who: int, changed: list[Change]) -> None:
        model = self._corpus.requests[which % len(self._corpus.requests)]
        body = self._afresh(spoilt(self._by(who, model.body), changed, self._corpus.pool))
        delivery = self._delivery(model, body)
        attempt = await self.slack.caller.send(delivery)
        self._is_proper(attempt)
        await self.oracle.answered(attempt.answer, acting := _acting(body))
        await self.oracle.look(acting)
        del self.slack.caller.deliveries[:-KEPT]

    def _by(self, who: int, body: dict[str, Any]) -> dict[str, Any]:
        """Half of the time as if somebody else had done it, which only Slack could say."""
        people = [one.id for one in self.slack.company.people]
        somebody = people[who // 2 % len(people)]
        if who % 2 and isinstance(body.get("user"), dict):
            return body | {"user": body["user"] | {"id": somebody}}
        return body | {"user_id": somebody} if who % 2 and "user_id" in body else body

    def _is_proper(self, attempt: Attempt) -> None:
        """Taken or refused, at once; never an error of ours, and never a sentence that hides one.

        Where Slack itself refuses to open a form, whoever clicked is shown a sign of it, which takes a 500.
        Where it does not say in time what an event is about, it has to send that once more.
        """
        why = "\n".join(line for line in self.log.lines if "unexpected" in line)
        late = "ServerDisconnected" in why or ("TimeoutError" in why and "reactions.py" in why)
        if late or ("SlackApiError" in why and self._refused_to_open()):
            return
        assert attempt.status in {200, 400}, f"{attempt}\n{why}"
        said = attempt.answer if isinstance(attempt.answer, str) else json.dumps(attempt.answer)
        assert not TROUBLE.search(said), f"{said}\n{why}"

    def _refused_to_open(self) -> bool:
        last = [call for call in self.slack.calls if call.method in {"views.open", "views.push"}][-1]
        return str(last.response.get("error")) in UNOPENED

    def _afresh(self, body: Any) -> Any:
        """As it would be at this moment: a trigger that opens forms, a number that no event had before."""
        if not isinstance(body, dict):
            return body
        if "trigger_id" in body and isinstance(body["trigger_id"], str):
            body["trigger_id"] = self.slack.tickets.trigger(_acting(body))
        if isinstance(body.get("response_url"), str):
            token = self.slack.tickets.response_url(_acting(body), "C0GENERAL1")
            body["response_url"] = f"{self.slack.public_url.rstrip('/')}/response/{token}"
        if "event_id" in body and isinstance(body["event_id"], str):
            body["event_id"] = self.slack.world.new_id("Ev")
        return body

    def _delivery(self, model: Delivery, body: Any) -> Delivery:
        if model.content_type == "application/json":
            return self.slack.caller.event("spoilt", body)
        if b"payload=" in model.raw[:10]:
            return self.slack.caller.payload("spoilt", "spoilt", body)
        raw = urlencode({key: _as_text(value) for key, value in body.items()}, errors="replace").encode()
        return Delivery("spoilt", "spoilt", "spoilt", body, raw, model.content_type)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _acting(body: Any) -> str:
    user = body.get("user") if isinstance(body, dict) else None
    return str(user.get("id") if isinstance(user, dict) else user or body.get("user_id", ""))


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


def test_requests_spoilt_and_forged_are_taken_or_refused_and_tell_nobody_anything(
    database_url: str, engine_name: str, runner: asyncio.Runner, request: pytest.FixtureRequest
) -> None:
    corpus = runner.run(record(request.getfixturevalue("corpus_url")))
    fuzzed = Fuzzed(database_url, corpus)
    runner.run(fuzzed.start())

    def is_answered(example: tuple[int, int, list[Change]]) -> None:
        runner.run(fuzzed.sends(*example))

    try:
        search(
            is_answered,
            st.tuples(st.integers(0, 1000), st.integers(0, 100), changes()),
            examples=EXAMPLES[engine_name],
            share=0.25,
        )
        told = runner.run(_metrics(fuzzed))
        assert SECRET not in told
    finally:
        runner.run(fuzzed.stop())


async def _metrics(fuzzed: Fuzzed) -> str:
    assert fuzzed.slack.request_url
    async with httpx.AsyncClient() as http:
        answer = await http.get(fuzzed.slack.request_url.replace("/slack/events", "/metrics"))
    assert answer.status_code == 200
    return answer.text
