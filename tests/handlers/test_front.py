"""The HTTP door: only what Slack has signed comes in, nothing makes it fall over, and there is no other."""

import ast
import copy
import json
import os
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as run
from hypothesis import strategies as st
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette

from bot.messages import KudosPosted, KudosReceived
from handlers import front, strangers
from handlers.metrics import Metrics
from handlers.routes import Bolt
from tests.handlers.door import (
    ADA,
    BEN,
    FORM,
    JSON,
    NOW,
    SECRET,
    TEAM,
    Door,
    a_door,
    click,
    command,
    event,
    nothing_waits,
    shortcut,
    signed,
    submission,
)
from tests.town import MORNING

ROOT = Path(__file__).parents[2]
HOME_OPENED = event({"type": "app_home_opened", "user": ADA, "tab": "home"})
USER_CHANGE = event(
    {
        "type": "user_change",
        "user": {"id": BEN, "name": "ben", "team_id": TEAM, "profile": {"display_name": "B"}},
    }
)
GROUP = event({"type": "subteam_updated", "subteam": {"id": "S1", "handle": "team", "users": [ADA, BEN]}})
MEMBERS = event({"type": "subteam_members_changed", "subteam_id": "S1", "added_users": [ADA]})
both_engines = pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


# Who may come in


@on_sqlite
async def test_only_what_slack_has_signed_just_now_is_let_in(door: Door) -> None:
    raw = json.dumps(HOME_OPENED).encode()
    moment = int(NOW)
    spoilt: dict[str, dict[str, str]] = {
        "no signature": {"x-slack-signature": ""},
        "a wrong secret": signed(raw, secret="another"),
        "another body": signed(raw + b" "),
        "another version": {"x-slack-signature": signed(raw)["x-slack-signature"].replace("v0=", "v1=")},
        "no prefix": {"x-slack-signature": signed(raw)["x-slack-signature"].removeprefix("v0=")},
        "cut short": {"x-slack-signature": signed(raw)["x-slack-signature"][:-1]},
        "no timestamp": {"x-slack-request-timestamp": ""},
        "another timestamp": {"x-slack-request-timestamp": str(moment - 1)},
        "stale": signed(raw, str(moment - 301)),
        "future": signed(raw, str(moment + 301)),
        "no number": signed(raw, "now"),
        "hexadecimal": signed(raw, hex(moment)),
        "float": signed(raw, f"{NOW:.1f}"),
        "exponent": signed(raw, "1e9"),
        "negative": signed(raw, f"-{moment}"),
        "plus": signed(raw, f"+{moment}"),
        "underscores": signed(raw, f"{moment:_}"),
        "enormous": signed(raw, "9" * 400),
        "endless": signed(raw, "9" * 5000),
        "infinite": signed(raw, "inf"),
        "not a number": signed(raw, "nan"),
        "two of them": signed(raw, f"{moment}, {moment}"),
    }
    answered = {how: (await door.post(raw, headers=headers)).status_code for how, headers in spoilt.items()}
    assert answered == dict.fromkeys(spoilt, 401)
    assert await door.rows() == {"people": 2}


@on_sqlite
async def test_headers_of_other_letters_are_refused_like_any_wrong_ones(door: Door) -> None:
    raw = json.dumps(HOME_OPENED).encode()
    right = signed(raw)
    arabic = str(int(NOW)).translate({ord("0") + digit: 0x660 + digit for digit in range(10)})
    spoilt: dict[str, list[tuple[str, bytes]]] = {
        "signature": [
            ("x-slack-request-timestamp", right["x-slack-request-timestamp"].encode()),
            ("x-slack-signature", "v0=ä".encode("latin-1")),
        ],
        "timestamp": [
            ("x-slack-request-timestamp", "²".encode("latin-1")),
            ("x-slack-signature", right["x-slack-signature"].encode()),
        ],
        "digits of another script": [
            ("x-slack-request-timestamp", arabic.encode()),
            ("x-slack-signature", signed(raw, arabic)["x-slack-signature"].encode()),
        ],
        "neither": [],
    }
    for how, headers in spoilt.items():
        given = [("content-type", JSON.encode()), *headers]
        answer = await door.http.post("/slack/events", content=raw, headers=given)  # type: ignore[arg-type]
        assert answer.status_code == 401, how


@on_sqlite
async def test_five_minutes_either_way_are_near_enough(door: Door) -> None:
    raw = json.dumps(event({"type": "something_new"})).encode()
    for shift in (-300, -1, 0, 1, 300):
        answer = await door.post(raw, headers=signed(raw, str(int(NOW) + shift)))
        assert answer.status_code == 200, shift


@on_sqlite
async def test_the_refusal_is_one_sentence_that_says_what_may_be_wrong(door: Door) -> None:
    answer = await door.post(b"{}", headers={"x-slack-signature": "v0=0"})
    assert answer.text == "The signature does not match. Is SLACK_SIGNING_SECRET that of this app?"
    assert answer.headers["content-type"].startswith("text/plain")
    assert SECRET not in answer.text


# What can be read


def _without(name: str) -> dict[str, str]:
    return {key: value for key, value in command().items() if key != name}


def _form(payload: dict[str, Any]) -> bytes:
    return f"payload={quote(json.dumps(payload))}".encode()


def _renamed(name: str) -> dict[str, Any]:
    return event(
        {"type": "user_change", "user": {"id": BEN, "name": "ben", "profile": {"display_name": name}}}
    )


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "no content type": (b"{}", ""),
    "text": (b"{}", "text/plain"),
    "xml": (b"<x/>", "application/xml"),
    "multipart": (b"--x--", "multipart/form-data; boundary=x"),
    "nothing": (b"", JSON),
    "an empty form": (b"", FORM),
    "half an object": (b'{"type": "event_callback"', JSON),
    "a list": (b"[]", JSON),
    "a string": (b'"hello"', JSON),
    "a number": (b"7", JSON),
    "null": (b"null", JSON),
    "not a number": (b"NaN", JSON),
    "a number of 5000 digits": (b'{"type": ' + b"7" * 5000 + b"}", JSON),
    "no UTF-8": (b'{"type": "\xff\xfe"}', JSON),
    "a form that is no UTF-8": (b"command=%ff%fe", FORM),
    "bytes that are no UTF-8": (b"command=\xff", FORM),
    "half of a surrogate pair": (json.dumps(_renamed("Ben\ud800")).encode(), JSON),
    "a zero": (json.dumps(_renamed("Ben\0")).encode(), JSON),
    "half of a surrogate pair as a name": (json.dumps({**HOME_OPENED, "a": {"\udfff": 1}}).encode(), JSON),
    "a zero in a form": (b"command=/kudos&text=a%00b&team_id=T0HOME&user_id=U0ADA&trigger_id=1", FORM),
    "nested 500 deep": (b'{"a":' * 500 + b"1" + b"}" * 500, JSON),
    "nested 100,000 deep": (b"[" * 100_000, JSON),
    "events within events": (
        b'{"type":"event_callback","event":{"type":"x","message":'
        + b'{"message":' * 400
        + b"{}"
        + b"}" * 402,
        JSON,
    ),
    "no type": (b"{}", JSON),
    "an unknown type": (b'{"type": "dialog_submission"}', JSON),
    "a type that is no word": (b'{"type": ["event_callback"]}', JSON),
    "an event that is no object": (b'{"type": "event_callback", "event": "message"}', JSON),
    "an event that is nothing": (b'{"type": "event_callback", "event": null}', JSON),
    "an event without a type": (b'{"type": "event_callback", "event": {}, "team_id": "T0HOME"}', JSON),
    "a form without payload": (b"text=hello&team_id=T0HOME", FORM),
    "a payload that is nothing": (b"payload=", FORM),
    "a payload that is no JSON": (b"payload=hello", FORM),
    "a payload that is a list": (b"payload=%5B%5D", FORM),
    "a thousand fields": (b"&".join(b"a%d=1" % number for number in range(1000)), FORM),
    "a command of no team": (httpx.QueryParams(_without("team_id")).__str__().encode(), FORM),
    "a command of nobody": (httpx.QueryParams(_without("user_id")).__str__().encode(), FORM),
    "a command without trigger": (httpx.QueryParams(_without("trigger_id")).__str__().encode(), FORM),
    "a command of a strange user": (str(httpx.QueryParams(command(user_id="<@U0ADA>"))).encode(), FORM),
    "a click on nothing": (_form({**click(), "actions": []}), FORM),
    "a form that was sent without being shown": (_form({**submission(), "view": None}), FORM),
    "a shortcut without a name": (_form({"type": "shortcut", "team": {"id": TEAM}}), FORM),
    "a shortcut whose name is nothing": (_form({**shortcut(), "callback_id": None}), FORM),
    "options for nothing": (_form({"type": "block_suggestion", "team": {"id": TEAM}}), FORM),
    "a view without a name": (_form({**submission(), "view": {"type": "modal", "id": "V1"}}), FORM),
}


@on_sqlite
async def test_what_cannot_be_read_is_answered_with_400(door: Door) -> None:
    answered = {how: (await door.post(raw, kind)).status_code for how, (raw, kind) in UNREADABLE.items()}
    assert answered == dict.fromkeys(UNREADABLE, 400)
    assert await door.rows() == {"people": 2}


@on_sqlite
async def test_content_types_are_read_as_the_standard_has_them(door: Door) -> None:
    raw = json.dumps(event({"type": "something_new"})).encode()
    for kind in ("application/json; charset=utf-8", "Application/JSON", "application/json ;charset=UTF-8"):
        assert (await door.post(raw, kind)).status_code == 200, kind


@on_sqlite
@pytest.mark.parametrize("with_length", [True, False])
async def test_five_megabytes_are_more_than_slack_sends(door: Door, with_length: bool) -> None:  # noqa: FBT001
    chunk = b" " * (1024 * 1024)
    raw = chunk * 5

    async def in_parts() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield chunk

    headers = {"content-type": JSON, **signed(raw)}
    answer = await door.http.post(
        "/slack/events", content=raw if with_length else in_parts(), headers=headers
    )
    assert answer.status_code == 413
    assert answer.text == "This request is larger than anything Slack sends."
    # The door stays open.
    assert (await door.event(event({"type": "something_new"}))).status_code == 200


@on_sqlite
async def test_the_largest_view_that_slack_allows_comes_in(door: Door) -> None:
    padding = {"private_metadata": '"' * 124_000}  # 250 kB as JSON, 750 kB as a form
    assert (await door.payload(submission(view=padding))).status_code == 200


# What Slack sends


@on_sqlite
async def test_slack_s_handshakes_are_answered(door: Door) -> None:
    challenge = await door.event({"type": "url_verification", "token": "x", "challenge": "3eZbr…"})
    assert challenge.json() == {"challenge": "3eZbr…"}
    assert (await door.form({"ssl_check": "1", "token": "x"})).status_code == 200
    assert (await door.event({"type": "app_rate_limited", "team_id": TEAM})).status_code == 200
    assert door.seen == [("url_verification", 200), ("ssl_check", 200), ("app_rate_limited", 200)]


@on_sqlite
async def test_what_nobody_listens_to_is_acknowledged_so_that_it_is_not_sent_again(door: Door) -> None:
    unknown = {
        "event": await door.event(event({"type": "something_new", "user": ADA})),
        "message": await door.event(event({"type": "message", "text": "hi", "user": ADA, "channel": "C1"})),
        "changed message": await door.event(
            event({"type": "message", "subtype": "message_changed", "message": {"user": ADA, "text": "hi"}})
        ),
        "own message": await door.event(event({"type": "message", "bot_id": "B0BOT", "user": "U0BOT"})),
        "function": await door.event(
            event(
                {"type": "function_executed", "function": {"callback_id": "x"}, "function_execution_id": "Fx"}
            )
        ),
        "command": await door.form(command(command="/thanks")),
        "action": await door.payload({**click(), "actions": [{"type": "button", "action_id": "other"}]}),
        "view": await door.payload(submission(view={"callback_id": "other"})),
        "closed view": await door.payload({**submission(), "type": "view_closed"}),
        "shortcut": await door.payload(shortcut(callback_id="other")),
        "message shortcut": await door.payload(
            shortcut(type="message_action", callback_id="other", message={"text": "hi"}, channel={"id": "C1"})
        ),
        "options": await door.payload(
            {**shortcut(), "type": "block_suggestion", "action_id": "a", "value": ""}
        ),
    }
    assert {what: answer.status_code for what, answer in unknown.items()} == dict.fromkeys(unknown, 200)
    assert unknown["command"].json()["text"] == "I do not know /thanks yet. /kudos help says what I can do."
    assert unknown["view"].text == ""
    assert await door.rows() == {"people": 2}


@on_sqlite
async def test_a_command_is_answered_past_bolt_as_by_bolt(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a command says: an answer with blocks, a refusal, nothing but a form, emoji in the words."""

    async def not_past_it(_bolt: Bolt, _body: Mapping[str, Any]) -> None:
        return None

    texts = ("help", "mine", "undo", "nobody at all", "<@U0BEN> for fixing \U0001f680 the lift, \xe4\xf6\xfc")
    asked = [command(text) for text in texts] + [
        command(text, command="/escalate") for text in ("help", "status")
    ]
    for one in asked:
        ours = await door.form(one)
        with monkeypatch.context() as patched:
            patched.setattr(Bolt, "commanded", not_past_it)
            theirs = await door.form(one)  # the same request again, which counts once
        assert (ours.status_code, ours.headers["content-type"]) == (200, theirs.headers["content-type"])
        assert bool(ours.text) == bool(theirs.text), one
        assert not ours.text or ours.json() == theirs.json()


@on_sqlite
async def test_the_words_payload_and_command_in_a_reason_are_only_words(door: Door) -> None:
    for number, words in enumerate(("payload=1", "the payload parser", "command=2&text=x", '{"type": 1}')):
        fields = command(f"<@U0BEN> for all of {words}", trigger_id=f"t{number}")
        answer = await door.form(fields)
        assert "Your thanks to Ben" in answer.json()["text"], words
    assert (await door.rows())["kudos"] == 4


@on_sqlite
async def test_the_answer_to_a_command_is_json_for_the_one_who_typed(door: Door) -> None:
    answer = await door.form(command())
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["text"].startswith("Your thanks to Ben")
    assert answer.json().get("response_type", "ephemeral") == "ephemeral"


@on_sqlite
async def test_other_methods_and_other_paths_are_no_doors(door: Door) -> None:
    assert (await door.http.get("/slack/events")).status_code == 405
    assert (await door.http.put("/slack/events", content=b"{}")).status_code == 405
    for path in ("/", "/slack/install", "/slack/oauth_redirect", "/slack"):
        assert (await door.http.get(path)).status_code == 404, path
    assert (await door.http.get("/healthz")).text == "alive\n"
    assert (await door.http.get("/readyz")).text == "ready\n"


# Other people's workspaces


@on_sqlite
async def test_what_comes_from_a_workspace_that_is_not_ours_is_acknowledged_and_leaves_no_trace(
    door: Door,
) -> None:
    theirs: dict[str, Any] = {"team": {"id": "T0THEIRS"}}
    answers = {
        "command": await door.form(command(team_id="T0THEIRS")),
        "click": await door.payload(click(**theirs)),
        "shortcut": await door.payload(shortcut(**theirs)),
        "submission": await door.payload(submission(**theirs)),
        "event": await door.event({**HOME_OPENED, "team_id": "T0THEIRS"}),
        "person": await door.event({**USER_CHANGE, "team_id": "T0THEIRS"}),
        "authorised there": await door.event({**HOME_OPENED, "authorizations": [{"team_id": "T0THEIRS"}]}),
    }
    assert {what: answer.status_code for what, answer in answers.items()} == dict.fromkeys(answers, 200)
    said = {what: answer.text for what, answer in answers.items()}
    assert json.loads(said.pop("command"))["text"] == strangers.NOT_HERE
    assert said == dict.fromkeys(said, "")
    assert await door.rows() == {"people": 2}
    assert door.client.asked == []


@on_sqlite
async def test_what_names_another_workspace_but_is_ours_is_kept_under_ours(door: Door) -> None:
    """In a channel shared with another organisation, the payload may carry their team."""
    await door.event({**HOME_OPENED, "team_id": "T0THEIRS", "authorizations": [{"team_id": TEAM}]})
    await door.payload(submission(team={"id": "T0THEIRS"}, view={"app_installed_team_id": TEAM}))

    def workspaces(connection: Any) -> set[str]:
        tables = ("people", "kudos", "outbox", "totals", "ledger")
        query = " UNION ".join(f"SELECT workspace_id FROM {table}" for table in tables)  # noqa: S608
        return {row.workspace_id for row in connection.exec_driver_sql(query)}

    assert await door.store.across(workspaces) == {TEAM}
    assert (await door.rows())["kudos"] == 1


# Whatever comes, signed


@on_sqlite
@pytest.mark.parametrize("part", ["item", "assistant_thread", "message"])
async def test_what_is_no_channel_is_refused_wherever_bolt_looks_for_one(door: Door, part: str) -> None:
    event = {"type": "reaction_added", part: {"channel": 7}}
    answer = await door.event({**HOME_OPENED, "event": event})
    assert (answer.status_code, answer.text) == (400, "This is not what Slack sends.")


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        yield from paths(part, (*here, key))


SAMPLES = [HOME_OPENED, USER_CHANGE, GROUP, MEMBERS, click(), shortcut(), submission(), command()]
NAMES = st.sampled_from(
    [
        *(
            "type",
            "event",
            "team_id",
            "team",
            "user",
            "view",
            "actions",
            "authorizations",
            "command",
            "payload",
        ),
        *("text", "id", "enterprise", "channel", "message", "callback_id", "action_id", "state", "values"),
        *("response_urls", "event_id", "subteam", "users", "profile", "name", "user_id", "trigger_id"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """Something Slack may send, with a few of its parts replaced or missing."""
    body = copy.deepcopy(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from([path for path in paths(body) if path]))
        holder = body
        for key in way:
            holder = holder[key]
        if draw(st.booleans()):
            del holder[last]
        else:
            holder[last] = draw(VALUES)
        if not any(paths(body)):
            break
    return body


BODIES = spoilt() | st.dictionaries(NAMES, VALUES, max_size=5) | VALUES
RAW = BODIES.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=60)


@both_engines
@given(raw=RAW, kind=st.sampled_from([JSON, "payload", FORM]))
@run(
    derandomize=True,
    deadline=None,
    max_examples=150,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_whatever_was_signed_makes_us_fall_over_never(door: Door, raw: bytes, kind: str) -> None:
    if kind == "payload":
        raw, kind = f"payload={quote(raw)}".encode(), FORM
    answer = await door.post(raw, kind)
    assert answer.status_code in {200, 400}, raw


@both_engines
@given(fields=st.dictionaries(NAMES | st.text(max_size=5), st.text(max_size=30), max_size=6))
@run(
    derandomize=True,
    deadline=None,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_whatever_is_typed_is_answered(door: Door, fields: dict[str, str]) -> None:
    answer = await door.form({**command(), **{name: words for name, words in fields.items() if name}})
    assert answer.status_code in {200, 400}, fields


@both_engines
@pytest.mark.parametrize(
    "text",
    [
        "<@U0BEN> for \ud83d\ude00 and \u202e\u0007\x1b[31m",
        "<@U0BEN> " + "a b c " * 500,
        "<@>" * 50,
        "<" * 3000,
    ],
)
async def test_odd_text_is_taken_or_refused_with_a_sentence(door: Door, text: str) -> None:
    answer = await door.form(command(text.encode("utf-16", "surrogatepass").decode("utf-16")))
    assert answer.status_code == 200
    assert "reference" not in answer.json()["text"]


# No other way in


def test_nothing_but_the_front_hands_requests_to_bolt() -> None:
    """Bolt checks no signature (see handlers/routes.py), so whoever calls it must have."""
    doors = re.compile(
        r"\b(?:Async)?BoltRequest\b|\b(?:async_)?dispatch\(|slack_bolt\.adapter|\b(?:bolt|app)\.(?:server|start|web_app)\b"
    )
    ours = [path for room in ("bot", "handlers", "storage") for path in (ROOT / room).rglob("*.py")]
    used = {
        (str(path.relative_to(ROOT)), found)
        for path in ours
        if "playground" not in path.parts
        for found in doors.findall(_code(path))
    }
    assert used == {("handlers/front.py", "AsyncBoltRequest"), ("handlers/front.py", "async_dispatch(")}


def _code(path: Path) -> str:
    """What a file does, without its comments and in one way of writing."""
    return ast.unparse(ast.parse(path.read_text()))


@on_sqlite
async def test_the_front_is_the_only_route_that_takes_anything(door: Door) -> None:
    async def missing() -> str:
        return ""

    site = front.site(
        front.Front(front.Road(door.bolt, lambda *_: None), SECRET, lambda: NOW),
        missing,
        Metrics().door(nothing_waits),
    )
    assert isinstance(site, Starlette)
    ways = {(route.path, method) for route in site.routes for method in route.methods}  # type: ignore[attr-defined]
    takes = {path for path, method in ways if method not in {"GET", "HEAD"}}
    assert takes == {"/slack/events"}
    assert {path for path, _ in ways} == {"/slack/events", "/healthz", "/readyz", "/metrics"}


@on_sqlite
async def test_bolt_sees_nothing_before_it_is_signed_and_sound(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatched: list[object] = []

    async def dispatch(_app: AsyncApp, request: object) -> None:
        dispatched.append(request)
        raise AssertionError

    monkeypatch.setattr(AsyncApp, "async_dispatch", dispatch)
    raw = json.dumps(HOME_OPENED).encode()
    await door.post(raw, headers=signed(raw, secret="another"))
    await door.post(raw, "text/plain")
    await door.post(b" " * 2_000_000)
    await door.event({"type": "event_callback", "event": {"type": 5}})
    assert dispatched == []


# Settings of Bolt's own


@on_sqlite
@pytest.mark.parametrize("token", ["xoxb-of-the-environment", ""])
async def test_no_variable_makes_bolt_keep_tokens_in_files(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, token: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    given_to_bolt = {
        "SLACK_CLIENT_ID": "111.222",
        "SLACK_CLIENT_SECRET": "s3cret",
        "SLACK_BOT_TOKEN": token,
        "SLACK_VERIFICATION_TOKEN": "old",
        "HOME": str(home),
    }
    for name, value in given_to_bolt.items():
        monkeypatch.setenv(name, value)

    async with a_door(database_url) as door:
        answer = await door.form(command())
        assert answer.json()["text"].startswith("Your thanks to Ben")
        elsewhere = await door.form(command(team_id="T0THEIRS", trigger_id="2"))
        assert elsewhere.json()["text"] == strangers.NOT_HERE
        assert door.bolt.oauth_flow is None
        assert door.bolt.installation_store is None
    assert list(home.iterdir()) == []
    # They are still there for whoever else reads them.
    assert {name: os.environ[name] for name in given_to_bolt} == given_to_bolt


@on_sqlite
async def test_a_click_that_cannot_be_answered_leaves_nothing_to_say(door: Door) -> None:
    await door.form(command())
    bare = {key: value for key, value in click().items() if key != "response_url"}
    answer = await door.payload(bare | {"user": {"id": BEN}})
    assert answer.status_code == 200
    letters = await door.store.claim(MORNING, 100)
    assert {type(one.message) for one in letters} == {KudosPosted, KudosReceived}


@on_sqlite
async def test_a_fault_at_the_door_is_told_by_a_reference_and_never_by_words(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_body: object) -> bool:
        raise ValueError("what Ada wrote about Ben")

    monkeypatch.setattr("handlers.capture.is_idle", fails)
    said = await door.post(json.dumps(event({"type": "message", "text": "hello"})).encode())
    assert said.status_code == 500
    assert "reference" in said.text
    assert said.text.split()[-1] in caplog.text
    assert "what Ada wrote" not in caplog.text
