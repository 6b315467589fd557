"""What can be done on the web page: each act's name, and how its JSON becomes a call."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from handlers.playground.faults import Fault
from handlers.playground.workspace import Interaction
from handlers.playground.world import Json

if TYPE_CHECKING:  # the page acts on what the server hands it
    from handlers.playground.people_use import PeopleUse

Act = Callable[["PeopleUse", str, Json], Awaitable[Json]]
_FAULT_FIELDS = frozenset(Fault.__annotations__)


def _told(done: Interaction) -> Json:
    answer: Json = {"ok": done.ok, "status": done.status}
    extras = {"error": done.error, "view_id": done.view_id, "ts": done.ts, "channel": done.channel}
    return answer | {key: value for key, value in extras.items() if value is not None}


def _given(body: Json, *names: str) -> dict[str, Any]:
    return {name: body[name] for name in names if body.get(name) is not None}


def _place(body: Json) -> str:
    """The message or view an act is about, under whichever name the page gives it."""
    names = ("message_or_view", "view_id", "view", "ts", "message")
    return str(next((body[name] for name in names if body.get(name)), ""))


async def _says(slack: "PeopleUse", me: str, body: Json) -> Json:
    given = _given(body, "thread", "files", "raw")
    return _told(await slack.says(me, body["channel"], str(body["text"]), **given))


async def _types(slack: "PeopleUse", me: str, body: Json) -> Json:
    return _told(await slack.types(me, body["channel"], str(body["text"]), **_given(body, "thread", "raw")))


async def _clicks(slack: "PeopleUse", me: str, body: Json) -> Json:
    if body.get("values") and body.get("view_id"):
        slack.fills(me, body["view_id"], body["values"])
    given = _given(body, "value", "block_id")
    return _told(await slack.clicks(me, _place(body), body["action_id"], **given))


async def _submits(slack: "PeopleUse", me: str, body: Json) -> Json:
    return _told(await slack.submits(me, _place(body), body.get("values") or {}))


async def _closes(slack: "PeopleUse", me: str, body: Json) -> Json:
    return _told(await slack.closes(me, _place(body), everything=bool(body.get("everything"))))


async def _shortcut(slack: "PeopleUse", me: str, body: Json) -> Json:
    return _told(await slack.shortcut(me, body["callback_id"], _place(body) or None))


async def _reacts(slack: "PeopleUse", me: str, body: Json) -> Json:
    return _told(await slack.reacts(me, body["channel"], body["ts"], body["name"]))


async def _unreacts(slack: "PeopleUse", me: str, body: Json) -> Json:
    return _told(await slack.unreacts(me, body["channel"], body["ts"], body["name"]))


async def _edits(slack: "PeopleUse", me: str, body: Json) -> Json:
    return _told(await slack.edits(me, body["channel"], body["ts"], str(body["text"])))


async def _deletes(slack: "PeopleUse", me: str, body: Json) -> Json:
    return _told(await slack.deletes(me, body["channel"], body["ts"]))


async def _opens_home(slack: "PeopleUse", me: str, body: Json) -> Json:
    return _told(await slack.opens_home(me, body.get("tab") or "home"))


async def _reads(slack: "PeopleUse", me: str, body: Json) -> Json:
    await slack.reads(me, body["channel"])
    return {"ok": True}


async def _joins(slack: "PeopleUse", me: str, body: Json) -> Json:
    return _told(await slack.joins(body.get("user") or me, body["channel"]))


async def _leaves(slack: "PeopleUse", me: str, body: Json) -> Json:
    return _told(await slack.leaves(body.get("user") or me, body["channel"]))


async def _forward(slack: "PeopleUse", _me: str, body: Json) -> Json:
    slack.clock.forward(timedelta(seconds=float(body["seconds"])))
    return {"ok": True}


async def _fault(slack: "PeopleUse", _me: str, body: Json) -> Json:
    slack.faults.add(**{name: body[name] for name in _FAULT_FIELDS if body.get(name) is not None})
    slack.bell.ring()
    return {"ok": True}


async def _clear_faults(slack: "PeopleUse", _me: str, _body: Json) -> Json:
    slack.faults.clear()
    slack.bell.ring()
    return {"ok": True}


async def _switch(slack: "PeopleUse", _me: str, body: Json) -> Json:
    await slack.switches.turn(str(body["name"]), on=bool(body["on"]))
    slack.bell.ring()
    return {"ok": True}


async def _dismiss(slack: "PeopleUse", me: str, body: Json) -> Json:
    slack.dismiss_toast(me, int(body["id"]))
    return {"ok": True}


async def _pause(slack: "PeopleUse", _me: str, _body: Json) -> Json:
    slack.outgoing.pause()
    slack.bell.ring()
    return {"ok": True}


async def _resume(slack: "PeopleUse", _me: str, _body: Json) -> Json:
    slack.outgoing.resume()
    slack.bell.ring()
    return {"ok": True}


ACTS: Mapping[str, Act] = {
    "says": _says,
    "types": _types,
    "clicks": _clicks,
    "submits": _submits,
    "closes": _closes,
    "shortcut": _shortcut,
    "reacts": _reacts,
    "unreacts": _unreacts,
    "edits": _edits,
    "deletes": _deletes,
    "opens_home": _opens_home,
    "reads": _reads,
    "joins": _joins,
    "leaves": _leaves,
    "forward_clock": _forward,
    "fault": _fault,
    "clear_faults": _clear_faults,
    "switch": _switch,
    "dismiss_toast": _dismiss,
    "pause": _pause,
    "resume": _resume,
}
