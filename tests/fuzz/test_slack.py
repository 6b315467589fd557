"""Whatever Slack answers, a message ends in one of the known ways, and the directory is read or refused."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import strategies as st
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import NotIntroduced, Refusal
from bot.messages import HomeOpened
from bot.ports import Letter, Sent
from bot.rules.recognition import Place
from handlers import slack, verdicts, web
from handlers.directory.slack import Directory
from handlers.letters.acts import Act, Post, Publish, React, Redraw, Remove, Unsay, Whisper
from storage.work import Store
from tests.fuzz.mutations import Change, changes, pool_of, spoilt
from tests.fuzz.search import search
from tests.town import MORNING

ENDLESS = 100  # calls for one matter
TEAM, BEN, KUDOS = "T0HOME", "U0BEN", "C0KUDOS"
USER = {"id": BEN, "team_id": TEAM, "name": "ben", "tz": "UTC", "profile": {"email": "ben@k.example"}}
ROOM = {"id": KUDOS, "name": "kudos", "is_private": True, "is_member": True, "is_ext_shared": False}
KEYED = {"event_type": "goodword_message", "event_payload": {"key": "k1"}}
MORE = {"response_metadata": {"next_cursor": ""}}
ANSWERS: dict[str, Any] = {
    "auth.test": {
        "team_id": TEAM,
        "team": "Kestrel",
        "user_id": "U0BOT",
        "bot_id": "B1",
        "url": "https://k/",
    },
    "users.list": {"members": [USER], **MORE},
    "users.info": {"user": USER},
    "users.profile.get": {"profile": {"title": "AM", "fields": {"Xf1": {"value": "U0RUTH"}}}},
    "team.profile.get": {"profile": {"fields": [{"id": "Xf1", "label": "Manager", "type": "user"}]}},
    "usergroups.list": {"usergroups": [{"id": "S1", "handle": "support", "name": "S", "users": [BEN]}]},
    "conversations.list": {"channels": [ROOM], **MORE},
    "conversations.info": {"channel": ROOM},
    "conversations.members": {"members": [BEN], **MORE},
    "conversations.open": {"channel": {"id": "D1"}},
    "conversations.join": {"channel": ROOM},
    "conversations.history": {
        "messages": [{"ts": "1.2", "metadata": KEYED, "files": [{"name": "x"}]}],
        **MORE,
    },
    "conversations.replies": {"messages": [{"ts": "1.2", "metadata": KEYED}], **MORE},
    "chat.postMessage": {"channel": KUDOS, "ts": "1.2", "message": {}},
    "chat.postEphemeral": {"message_ts": "1.2"},
    "chat.update": {"channel": KUDOS, "ts": "1.2"},
    "chat.delete": {"channel": KUDOS, "ts": "1.2"},
    "chat.getPermalink": {"permalink": "https://k/p1"},
    "reactions.add": {},
    "views.publish": {"view": {"id": "V1"}},
}
SAID = {"text": "Hello", "blocks": []}
HERE = Sent(KUDOS, "1.2")
ACTS: tuple[Act, ...] = (
    Post("#kudos", SAID, (KUDOS, BEN), Place(KUDOS, "1.1")),
    Post(BEN, SAID, (BEN,), thread=HERE),
    Post(f"{BEN},U0CY", SAID, (f"{BEN},U0CY",)),
    Redraw(HERE, SAID, Place(KUDOS, "1.1")),
    Whisper(KUDOS, BEN, SAID),
    Remove(HERE),
    React(Place(KUDOS, "1.1"), "tada"),
    Publish(BEN, {"type": "home", "blocks": []}),
    Unsay((KUDOS, BEN)),
)
LETTER = Letter(1, "k1", TEAM, "#kudos", HomeOpened(BEN), 1, unsure=True, first_tried_at=MORNING, lease="l")


class Garbled(AsyncWebClient):
    """A Slack whose answers are spoilt, each with the same changes."""

    changed: tuple[Change, ...] = ()
    asked = 0

    async def api_call(self, api_method: str, **_: Any) -> AsyncSlackResponse:
        answer = spoilt({"ok": True} | ANSWERS[api_method], self.changed, POOL)
        if not isinstance(answer, dict):
            raise SlackClientError(type(answer).__name__)
        Garbled.asked += 1
        assert Garbled.asked < ENDLESS
        made = AsyncSlackResponse(
            client=self,
            http_verb="POST",
            api_url=api_method,
            req_args={},
            data=answer,
            headers={"Retry-After": str(answer.get("error", ""))},
            status_code=200,
        )
        valid: AsyncSlackResponse = made.validate()  # type: ignore[no-untyped-call]
        return valid


POOL = pool_of(list(ANSWERS.values())) | {"ok": [False, None, "x"], "error": sorted(verdicts.FOR_GOOD)}


def test_whatever_slack_answers_a_message_ends_in_a_known_way() -> None:
    with asyncio.Runner() as runner:
        clients = runner.run(_clients())

        def ends(example: tuple[Act, list[Change]]) -> None:
            act, changed = example
            Garbled.changed, Garbled.asked = tuple(changed), 0
            clients.channels.clear()
            if not isinstance(act, Unsay):
                ended = runner.run(slack.perform(clients, LETTER, act))
                assert isinstance(ended, verdicts.Done | verdicts.Failed)
                if isinstance(ended, verdicts.Failed):
                    assert isinstance(ended.reason, str)
                elif ended.where:
                    assert isinstance(ended.where.channel, str)
                    assert isinstance(ended.where.ts, str)
            found = runner.run(slack.find(clients, LETTER, act))
            assert found is None or isinstance(found, Sent | verdicts.Failed)

        try:
            search(ends, st.tuples(st.sampled_from(ACTS), changes()), examples=150, share=0.1)
        finally:
            runner.run(clients.session.close())


async def _clients() -> web.Clients:
    return web.Clients(web.session(), "xoxb-1", "http://127.0.0.1:9/api/", Garbled)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_whatever_slack_answers_about_people_is_kept_or_refused(database_url: str) -> None:
    with asyncio.Runner() as runner:
        store = Store(database_url)
        clients = runner.run(_clients())
        directory = Directory(clients.reader, store.transact, lambda: MORNING)

        ways: tuple[Callable[[], Awaitable[object]], ...] = (
            lambda: web.identify(clients),
            lambda: web.finds_channel(clients, "#kudos", TEAM),
            lambda: web.stand_in_channel(clients, KUDOS),
            lambda: directory.introduce(TEAM, NotIntroduced(frozenset({BEN}), frozenset({"S1"}))),
            lambda: directory.read_stand_in(TEAM),
        )

        async def one(way: Callable[[], Awaitable[object]]) -> None:
            with suppress(Refusal):
                await way()

        def holds(example: tuple[int, list[Change]]) -> None:
            which, changed = example
            Garbled.changed, Garbled.asked = tuple(changed), 0
            clients.channels.clear()
            runner.run(one(ways[which % len(ways)]))

        try:
            search(holds, st.tuples(st.integers(0, 50), changes()), examples=100, share=0.1)
        finally:
            runner.run(clients.session.close())
            runner.run(store.close())
