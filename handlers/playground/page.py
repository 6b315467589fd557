"""The doors for the web page: its files, its JSON, its stream of changes, and what one does on it."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from handlers.playground.company import Person
from handlers.playground.errors import CannotAct
from handlers.playground.page_acts import ACTS
from handlers.playground.page_state import messages, state

if TYPE_CHECKING:  # the server builds these routes
    from handlers.playground.people_use import PeopleUse

STATIC = Path(__file__).parent / "static"
HEARTBEAT = 15.0  # seconds; a stream that says nothing is cut by browsers and proxies


def page_routes(slack: "PeopleUse") -> list[BaseRoute]:
    files = StaticFiles(directory=STATIC, check_dir=False)
    return [
        Route("/", _index),
        Route("/playground/state", partial(_state, slack)),
        Route("/playground/messages", partial(_messages, slack)),
        Route("/playground/stream", partial(_stream, slack)),
        Route("/playground/act", partial(_act, slack), methods=["POST"]),
        Mount("/playground/static", files),
    ]


async def _index(_request: Request) -> Response:
    return FileResponse(STATIC / "index.html")


def _me(slack: "PeopleUse", wanted: Any) -> Person:
    return slack.person(str(wanted) if wanted else slack.company.people[0].id)


def _refused(error: CannotAct, status: int = 404) -> Response:
    return JSONResponse({"ok": False, "error": str(error)}, status)


async def _state(slack: "PeopleUse", request: Request) -> Response:
    try:
        return JSONResponse(state(slack, _me(slack, request.query_params.get("as"))))
    except CannotAct as error:
        return _refused(error)


async def _messages(slack: "PeopleUse", request: Request) -> Response:
    try:
        me = _me(slack, request.query_params.get("as"))
        room = slack.room(request.query_params.get("channel", ""), me.id)
        if not slack.world.can_see(me.id, room):
            raise CannotAct(f"{me.name} cannot look into that conversation.")  # noqa: TRY301 - one way out
        return JSONResponse(messages(slack, me, room))
    except CannotAct as error:
        return _refused(error)


async def _stream(slack: "PeopleUse", request: Request) -> Response:
    try:
        me = _me(slack, request.query_params.get("as"))
    except CannotAct as error:
        return _refused(error)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_changes(slack, me.id), media_type="text/event-stream", headers=headers)


async def _changes(slack: "PeopleUse", me: str) -> AsyncIterator[str]:
    """One event per burst of changes, until the page goes away or the server closes."""
    told = slack.bell.version
    yield f"retry: 1000\n\n{_changed(told, [])}"
    while not slack.closing.is_set():
        try:
            version = await asyncio.wait_for(slack.bell.after(told), HEARTBEAT)
        except TimeoutError:
            yield ": still here\n\n"
            continue
        rooms = [room.id for room in slack.world.visible(me) if slack.bell.rooms.get(room.id, 0) > told]
        told = version
        yield _changed(version, rooms)


def _changed(version: int, rooms: list[str]) -> str:
    return f"event: changed\ndata: {json.dumps({'version': version, 'channels': rooms})}\n\n"


async def _act(slack: "PeopleUse", request: Request) -> Response:
    try:
        body = await request.json()
    except ValueError:
        return JSONResponse({"ok": False, "error": "That was no JSON."}, 400)
    act = ACTS.get(str(body.get("do"))) if isinstance(body, dict) else None
    if act is None:
        return JSONResponse({"ok": False, "error": "Nothing of that name can be done here."}, 400)
    try:
        me = _me(slack, body.get("as"))
        return JSONResponse(await act(slack, me.id, body))
    except CannotAct as error:
        return JSONResponse({"ok": False, "error": str(error)})
    except (KeyError, TypeError, ValueError) as error:
        return JSONResponse({"ok": False, "error": f"{body['do']} was not told enough: {error}"}, 400)
