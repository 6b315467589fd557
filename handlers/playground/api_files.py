"""Web API: files, in the three steps in which Slack takes them: ask for an address, send there, complete."""

import json
import re
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from handlers.playground.args import Args
from handlers.playground.errors import SlackError
from handlers.playground.posting import announce, post
from handlers.playground.rooms import need, writable
from handlers.playground.workspace import Workspace
from handlers.playground.world import Json, Upload

MOST = 1_000_000_000  # bytes in one file
LONGEST_NAME = 255


def upload_url(slack: Workspace, args: Args) -> Json:
    need(slack, "files:write")
    name, length = args.text("filename"), args.number("length", 0)
    if not name or len(name) > LONGEST_NAME or not 0 < length <= MOST:
        raise SlackError("invalid_arguments")
    made = Upload(slack.world.new_id("F"), name, length, secrets.token_urlsafe(16))
    slack.world.uploads[made.id] = made
    return {"upload_url": f"{slack.public_url}/upload/{made.id}/{made.secret}", "file_id": made.id}


def complete(slack: Workspace, args: Args) -> Json:
    need(slack, "files:write")
    given = _files(args)
    uploads = [slack.world.uploads.get(str(one.get("id"))) for one in given]
    if not uploads or any(one is None or one.content is None or one.shared for one in uploads):
        raise SlackError("file_not_found")
    files = [one.file(str(given[at].get("title") or one.name)) for at, one in enumerate(uploads) if one]
    if args.text("channel_id"):
        room = writable(slack, _conversation(slack, args.text("channel_id")))
        comment = args.text("initial_comment")
        made = post(slack, room, slack.company.bot_user, comment, files=files)
        slack.soon(slack.send_events(announce(slack, made)))
    for one in uploads:
        if one:
            one.shared = True
    return {"files": files}


def _conversation(slack: Workspace, channel: str) -> str:
    """Slack wants the id of a conversation here, not a person's."""
    if channel not in slack.world.conversations:
        raise SlackError("channel_not_found")
    return channel


def _files(args: Args) -> list[dict[str, Any]]:
    given = args.data("files")
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise SlackError("invalid_arguments")
    return given


async def received(slack: Workspace, request: Request) -> Response:
    """Where the app sends a file's content; the address itself is the permission."""
    made = slack.world.uploads.get(str(request.path_params["file"]))
    if made is None or made.secret != request.path_params["secret"] or made.content is not None:
        return PlainTextResponse("Not found", 404)
    body = await request.body()
    if "multipart/form-data" in request.headers.get("content-type", ""):
        body = _unpacked(body)
    if len(body) != made.length:
        return PlainTextResponse("The length is not the one that was announced.", 400)
    made.content = body
    return PlainTextResponse(f"OK - {made.length}")


async def shown(slack: Workspace, request: Request) -> Response:
    """A file as its reader opens it, always as plain text."""
    made = slack.world.uploads.get(str(request.path_params["file"]))
    if made is None or made.content is None or not made.shared:
        return PlainTextResponse("Not found", 404)
    return PlainTextResponse(made.content)


def _unpacked(body: bytes) -> bytes:
    """The one part of a multipart body (RFC 2046)."""
    boundary = body.split(b"\r\n", 1)[0]
    found = re.search(rb"\r\n\r\n(.*)\r\n" + re.escape(boundary), body, re.DOTALL)
    return found.group(1) if found else b""


METHODS = {
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete,
}
