"""SCIM: against a real server, and against everything that servers do wrong."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
import respx

from bot.errors import Refusal
from bot.rules.sources import Colleague
from handlers.directory.scim import COUNT, TRIES, Scim
from tests.scim import ENTERPRISE, create, scim_server, user

URL = "https://id.example.com/scim/v2"
USERS = f"{URL}/Users"
WHO = "The SCIM server at id.example.com (GOODWORD_SCIM_URL)"


@pytest.fixture
def peer() -> Iterator[str]:
    with scim_server() as address:
        yield address


async def test_everybody_of_a_real_server_is_read_page_by_page(peer: str) -> None:
    (boss,) = await create(peer, user("boss", title=" Chief ", department="Board"))
    (left,) = await create(peer, user("left", active=False, manager=boss))
    await create(peer, *(user(f"p{at}", manager=left if at else boss) for at in range(COUNT + 30)))

    found = await Scim(peer, "sesame").colleagues()

    assert len(found) == COUNT + 32
    by_email = {one.email: one for one in found}
    assert by_email["boss@kestrel.example"] == Colleague(
        boss, "boss@kestrel.example", department="Board", title="Chief"
    )
    assert by_email["left@kestrel.example"] == Colleague(
        left, "left@kestrel.example", active=False, manager=boss, department="Sales"
    )
    assert by_email["p0@kestrel.example"].manager == boss
    assert by_email["p229@kestrel.example"].manager == left


async def test_a_real_server_s_refusal_of_the_token_is_a_sentence_without_it(peer: str) -> None:
    assert await _refusal(Scim(peer, "wrong")) == (
        "The SCIM server at 127.0.0.1 (GOODWORD_SCIM_URL) does not accept GOODWORD_SCIM_TOKEN: "
        "give it a valid one."
    )


async def test_a_server_without_anybody_changes_nothing(peer: str) -> None:
    assert "gave no user with an e-mail: nothing was changed." in await _refusal(Scim(peer, "sesame"))


@respx.mock
@pytest.mark.parametrize("cap", [1, 7, 10_000], ids=["one at a time", "seven at a time", "all at once"])
async def test_servers_may_give_fewer_or_more_than_was_asked_for(cap: int) -> None:
    users = [{"id": f"i{at}", **user(f"p{at}")} for at in range(20)]
    respx.get(USERS).mock(side_effect=lambda request: _page_of(users, request, cap))
    found = await Scim(f"{URL}/", "sesame").colleagues()
    assert [one.id for one in found] == [one["id"] for one in users]
    first = respx.calls[0].request
    assert first.headers["Authorization"] == "Bearer sesame"
    assert dict(first.url.params) == {"startIndex": "1", "count": str(COUNT)}


@respx.mock
async def test_a_server_that_begins_anew_each_time_or_ends_early_is_not_believed() -> None:
    users = [{"id": f"i{at}", **user(f"p{at}")} for at in range(3)]
    respx.get(USERS).respond(json=_list(users, total=9))
    said = await _refusal(Scim(URL, "sesame"))
    assert said == f"{WHO} speaks of 9 users and gave 3: nothing was changed."
    assert len(respx.calls) == 2


@respx.mock
async def test_what_is_unknown_is_ignored_and_who_is_unreadable_hides_nobody(caplog: Any) -> None:
    users: list[dict[str, Any]] = [
        {"id": "1", **user("a"), "favouriteColour": "red", "phoneNumbers": [{"value": 3}], "urn:x": {"y": 1}},
        {"id": "2", "userName": "By.Name@x.local"},
        {
            "id": "3",
            "userName": "nameless",
            "emails": [{"value": "second@x.example"}, {"value": "First@x.example", "primary": True}],
        },
        {"id": "4", **user("d"), ENTERPRISE: {"manager": {"$ref": f"{USERS}/1", "zz": 1}, "zz": [1]}},
        {"id": "5", **user("e"), ENTERPRISE: {"manager": "1"}},
        {"id": "6", "userName": "no mail"},
        {"id": "7", **user("g"), "active": "False", "schemas": []},
    ]
    respx.get(USERS).respond(json=_list(users))
    found = await Scim(URL, "sesame").colleagues()
    assert found == [
        Colleague("1", "a@kestrel.example", department="Sales"),
        Colleague("2", "by.name@x.local"),
        Colleague("3", "first@x.example"),
        Colleague("4", "d@kestrel.example", manager="1"),
        Colleague("7", "g@kestrel.example", active=False, department="Sales"),
    ]
    assert "SCIM gave 2 users without an e-mail, or that cannot be read" in caplog.text
    assert "kestrel" not in caplog.text


@respx.mock
async def test_it_waits_as_long_as_it_is_asked_and_longer_each_time_otherwise() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    answers: list[httpx.Response | Exception] = [
        httpx.Response(429, headers={"Retry-After": "7"}),
        httpx.Response(503, headers={"Retry-After": later}),
        httpx.Response(500),
        httpx.ReadTimeout("slow"),
        httpx.Response(200, json=_list([{"id": "1", **user("a")}])),
    ]
    respx.get(USERS).mock(side_effect=answers)
    waits: list[float] = []
    assert len(await Scim(URL, "sesame", sleep=_noting(waits)).colleagues()) == 1
    assert waits[0] == 7
    assert 25 < waits[1] <= 30
    assert waits[2:] == [8, 16]


@respx.mock
@pytest.mark.parametrize(
    ("answer", "sentence", "calls"),
    [
        (httpx.Response(500), f"{WHO} answered 500: nothing was changed.", TRIES),
        (httpx.ConnectError("no"), f"{WHO} cannot be reached (ConnectError): nothing was changed.", TRIES),
        (httpx.ReadTimeout("slow"), f"{WHO} does not answer in time: nothing was changed.", TRIES),
        (
            httpx.Response(429, headers={"Retry-After": "86400"}),
            f"{WHO} answered 429: nothing was changed.",
            1,
        ),
        (httpx.Response(403), f"{WHO} does not accept GOODWORD_SCIM_TOKEN: give it a valid one.", 1),
        (httpx.Response(404), f"{WHO} answered 404: is the address right?", 1),
        (httpx.Response(302, headers={"Location": "/"}), f"{WHO} answered 302: is the address right?", 1),
        (
            httpx.Response(200, text="<html>"),
            f"{WHO} does not answer as SCIM 2.0 does: is the address right?",
            1,
        ),
        (httpx.Response(200, json=[]), f"{WHO} does not answer as SCIM 2.0 does: is the address right?", 1),
    ],
)
async def test_every_failure_is_a_sentence(answer: Any, sentence: str, calls: int) -> None:
    respx.get(USERS).mock(side_effect=lambda _request: _given(answer))
    assert await _refusal(Scim(URL, "sesame", sleep=_noting([]))) == sentence
    assert len(respx.calls) == calls


async def _refusal(scim: Scim) -> str:
    with pytest.raises(Refusal) as no:
        await scim.colleagues()
    return no.value.sentence


def _list(users: list[dict[str, Any]], total: int | None = None) -> dict[str, Any]:
    schemas = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]
    return {"schemas": schemas, "totalResults": len(users) if total is None else total, "Resources": users}


def _page_of(users: list[dict[str, Any]], request: httpx.Request, cap: int) -> httpx.Response:
    start = int(request.url.params["startIndex"]) - 1
    return httpx.Response(200, json=_list(users[start : start + cap], total=len(users)))


def _given(answer: Any) -> httpx.Response:
    if isinstance(answer, Exception):
        raise answer
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def _noting(waits: list[float]) -> Any:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)

    return sleep
