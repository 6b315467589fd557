"""As much of Slack as a benchmark needs: `python -m benchmarks.speed.slack PORT MILLISECONDS`.

It answers every call after that time, knows everybody, and counts what was posted: GET /posted says how
many messages, and how many were posted to the busiest channel.
"""

import asyncio
import json
import sys
from collections import Counter
from typing import Any
from urllib.parse import parse_qs

import uvicorn

from benchmarks.speed.load import GIVERS, RECIPIENTS, TEAM, person
from handlers.manifest import SCOPES

Send = Any
posted: Counter[str] = Counter()
PAGE = 1000
ALWAYS: dict[str, dict[str, Any]] = {
    "auth.test": {
        "team_id": TEAM,
        "team": "Bench",
        "user_id": "U0BOT",
        "bot_id": "B0BOT",
        "url": "https://bench.slack.com/",
    },
    "usergroups.list": {"usergroups": []},
    "team.profile.get": {"profile": {"fields": []}},
    "conversations.list": {"channels": [{"id": "C0KUDOS", "name": "kudos"}]},
}


def answer_to(method: str, asked: dict[str, Any]) -> dict[str, Any]:
    if method == "chat.postMessage":
        posted[str(asked["channel"])] += 1
        return {"channel": asked["channel"], "ts": f"{1_700_000_000 + posted.total()}.000100"}
    if method == "users.list":
        start, everybody = int(asked.get("cursor") or 0), GIVERS + RECIPIENTS
        end = min(start + PAGE, everybody)
        more = str(end) if end < everybody else ""
        people = [member(person(at)) for at in range(start, end)]
        return {"members": people, "response_metadata": {"next_cursor": more}}
    if method == "users.info":
        return {"user": member(str(asked["user"]))}
    return ALWAYS.get(method, {})


def member(id: str) -> dict[str, Any]:
    name = f"p{int(id[1:])}"
    return {
        "id": id,
        "team_id": TEAM,
        "name": name,
        "real_name": f"Person {name}",
        "tz": "Europe/Berlin",
        "profile": {"display_name": f"Person {name}", "email": f"{name}@bench.example"},
    }


def stand_in(delay: float) -> Any:
    scopes = ",".join(SCOPES).encode()

    async def app(scope: Any, receive: Any, send: Send) -> None:
        if scope["path"] == "/posted":
            told = {"messages": posted.total(), "busiest": max(posted.values(), default=0)}
            await _answer(send, told, scopes)
            return
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        asked = _read(body, scope)
        if delay:
            await asyncio.sleep(delay)
        await _answer(send, {"ok": True, **answer_to(scope["path"].rpartition("/")[2], asked)}, scopes)

    return app


def _read(body: bytes, scope: Any) -> dict[str, Any]:
    kind = dict(scope["headers"]).get(b"content-type", b"")
    if kind.startswith(b"application/json"):
        return dict(json.loads(body))
    form = f"{scope['query_string'].decode()}&{body.decode()}"
    return {name: values[-1] for name, values in parse_qs(form).items()}


async def _answer(send: Send, told: dict[str, Any], scopes: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"x-oauth-scopes", scopes)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


def main() -> None:
    port, milliseconds = map(int, sys.argv[1:])
    uvicorn.run(
        stand_in(milliseconds / 1000),
        port=port,
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
