"""Answers to a response_url, and the answer in the acknowledgement of a slash command."""

from typing import Any

from handlers.playground.args import Args
from handlers.playground.content import Content, content
from handlers.playground.errors import SlackError
from handlers.playground.posting import announce, edit, post, remove, whisper
from handlers.playground.tickets import ResponseUrl
from handlers.playground.workspace import Workspace
from handlers.playground.world import Conversation, Post


def respond(slack: Workspace, token: str, body: Any) -> None:
    """What the app POSTs to a response_url; raises the error it gets."""
    ticket = slack.tickets.use(token)
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    args = Args(body)
    original = _original(slack, ticket)
    if args.flag("delete_original"):
        _forget(slack, original)
    elif args.flag("replace_original") and original is not None:
        _replace(slack, original, content(args))
    else:
        _say(slack, ticket, args)


def _original(slack: Workspace, ticket: ResponseUrl) -> Post | None:
    if ticket.ts is None:
        return None
    return slack.world.ephemeral(ticket.ts) or slack.world.post(ticket.ts, ticket.channel)


def _forget(slack: Workspace, original: Post | None) -> None:
    if original is None:
        return
    if original.ephemeral_to:
        slack.world.ephemerals.remove(original)
        slack.bell.ring(original.channel)
    elif original.author == slack.company.bot_user:
        slack.soon(slack.send_events(remove(slack, original)))


def _replace(slack: Workspace, original: Post, said: Content) -> None:
    """An ephemeral stays one, and a public message stays public."""
    if original.ephemeral_to:
        for name, value in said.fields().items():
            setattr(original, name, value)
        original.pings = None
        slack.changed(original)
    elif original.author == slack.company.bot_user:
        changes = {key: value for key, value in said.fields().items() if key != "metadata"}
        slack.soon(slack.send_events(edit(slack, original, edited=slack.world.new_ts(), **changes)))


def _say(slack: Workspace, ticket: ResponseUrl, args: Args) -> None:
    room, said = slack.world.conversations[ticket.channel], content(args)
    kind = args.text("response_type") or "ephemeral"
    if kind == "in_channel":
        made = post(
            slack,
            room,
            slack.company.bot_user,
            **said.fields(),
            thread_ts=args.text("thread_ts") or None,
        )
        slack.soon(slack.send_events(announce(slack, made)))
    elif kind == "ephemeral":
        whisper(slack, room, ticket.user, **said.fields(), thread_ts=ticket.thread_ts)
    else:
        raise SlackError("invalid_arguments")


def command_answer(slack: Workspace, room: Conversation, user: str, answer: Any) -> str | None:
    """Show what a slash command was acknowledged with; the error the person sees if it is no message."""
    body: Any = {"text": answer} if isinstance(answer, str) else answer
    if not body:
        return None
    if not isinstance(body, dict):
        return "invalid_response"
    if not any(body.get(key) for key in ("text", "blocks", "attachments")):
        return None
    ticket = ResponseUrl("", user, room.id, slack.clock.now())
    try:
        _say(slack, ticket, Args(body))
    except SlackError as no:
        return no.code
    return None
