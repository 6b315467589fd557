"""A form handed in: what the window checks first, and what the app's answer does to it."""

from typing import Any

from handlers.playground.errors import SlackError
from handlers.playground.inputs import complaint
from handlers.playground.modals import change, checked, close, push_modal
from handlers.playground.workspace import Workspace
from handlers.playground.world import Json, View

TROUBLE = "We had some trouble connecting. Try again?"


def complaints(view: View) -> dict[str, str]:
    """What Slack's window finds by itself, block by block, before it sends anything."""
    found: dict[str, str] = {}
    for block in input_blocks(view):
        element = block["element"]
        held = view.state.get(block["block_id"], {}).get(element["action_id"])
        if words := complaint(element, held, optional=bool(block.get("optional"))):
            found[block["block_id"]] = words
    return found


def input_blocks(view: View) -> list[Json]:
    return [block for block in view.given["blocks"] if block["type"] == "input"]


def apply_answer(slack: Workspace, view: View, answer: Any) -> str | None:
    """Do what the acknowledgement says; a sentence for the person if it says nothing sensible."""
    body = answer or {}
    action = body.get("response_action") if isinstance(body, dict) else ""
    try:
        _apply(slack, view, action, body)
    except SlackError as no:
        slack.tell("request", f"The answer to a form was refused: {no.code}", str(no.more))
        return TROUBLE
    return None


def _apply(slack: Workspace, view: View, action: Any, body: Json) -> None:
    if action == "errors":
        _show_errors(slack, view, body.get("errors"))
    elif action == "update":
        change(slack, view, checked(slack, body.get("view"), "modal", replaces=view))
    elif action == "push":
        push_modal(slack, view.user, checked(slack, body.get("view"), "modal"))
    elif action == "clear":
        close(slack, view, everything=True)
    elif action is None:
        close(slack, view)
    else:
        raise SlackError("invalid_response_action")


def _show_errors(slack: Workspace, view: View, errors: Any) -> None:
    known = {block["block_id"] for block in input_blocks(view)}
    sound = isinstance(errors, dict) and errors and all(isinstance(text, str) for text in errors.values())
    if not sound or not known.issuperset(errors):
        raise SlackError("invalid_errors", errors=errors)
    view.errors = dict(errors)
    slack.bell.ring()
