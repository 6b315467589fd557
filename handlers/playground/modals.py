"""Views: checked, opened, stacked three deep, and what is filled in them."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

from handlers.playground.blocks import view_problems
from handlers.playground.errors import SlackError
from handlers.playground.inputs import initial
from handlers.playground.posting import elements_of, with_ids
from handlers.playground.workspace import Workspace
from handlers.playground.world import Json, View

STACK_MOST = 3
VIEW_BYTES_MOST = 250_000


def checked(slack: Workspace, view: Any, kind: str, *, replaces: View | None = None) -> Json:
    """The view with its blocks named; raises what views.* would answer."""
    if not isinstance(view, dict):
        raise _invalid(["must provide an object [json-pointer:/view]"])
    if len(json.dumps(view)) > VIEW_BYTES_MOST:
        raise SlackError("view_too_large")
    if view.get("type") != kind:
        raise _invalid([f"must be of type {kind} [json-pointer:/view/type]"])
    if found := view_problems(view):
        raise _invalid(found)
    external = view.get("external_id")
    others = (each for each in views(slack) if each is not replaces)
    if external and any(each.given.get("external_id") == external for each in others):
        raise SlackError("duplicate_external_id")
    return view | {"blocks": with_ids(view["blocks"])}


def _invalid(found: list[str]) -> SlackError:
    messages = [f"[ERROR] {problem}" for problem in found]
    return SlackError("invalid_arguments", response_metadata={"messages": messages})


def views(slack: Workspace) -> Iterator[View]:
    for stack in slack.world.stacks.values():
        yield from stack
    yield from slack.world.homes.values()


def fresh_hash(slack: Workspace) -> str:
    return f"{int(slack.clock.now().timestamp())}.{secrets.token_hex(4)}"


def initial_state(blocks: list[Json]) -> Json:
    """What Slack holds for each field before anybody touched it."""
    state: Json = {}
    for block in blocks:
        for element in elements_of(block):
            value = initial(element)
            if value is not None:
                state.setdefault(block["block_id"], {})[element["action_id"]] = value
    return state


def _made(slack: Workspace, user: str, given: Json) -> View:
    view = View(slack.world.new_id("V"), user, given, fresh_hash(slack))
    view.state, view.root_id = initial_state(given["blocks"]), view.id
    return view


def open_modal(slack: Workspace, user: str, given: Json) -> View:
    view = _made(slack, user, given)
    slack.world.stacks[user] = [view]
    slack.bell.ring()
    return view


def push_modal(slack: Workspace, user: str, given: Json) -> View:
    stack = slack.world.stacks.setdefault(user, [])
    if len(stack) >= STACK_MOST:
        raise SlackError("push_limit_reached")
    view = _made(slack, user, given)
    if stack:
        view.previous_id, view.root_id = stack[-1].id, stack[-1].root_id
    stack.append(view)
    slack.bell.ring()
    return view


def publish_home(slack: Workspace, user: str, given: Json) -> View:
    standing = slack.world.homes.get(user)
    if standing is None:
        standing = slack.world.homes[user] = _made(slack, user, given)
    else:
        change(slack, standing, given)
    slack.bell.ring()
    return standing


def change(slack: Workspace, view: View, given: Json) -> None:
    """Replace what a view shows; fields that are still there keep what was filled in."""
    view.state = keeping(initial_state(given["blocks"]), view.state)
    view.given, view.errors, view.hash = given, {}, fresh_hash(slack)
    slack.bell.ring()


def keeping(state: Json, before: Json) -> Json:
    """The state with what was filled in before, where a field of that kind is still there."""

    def kept(block: str, action: str, value: Json) -> Json:
        held: Json = before.get(block, {}).get(action, value)
        return held if held["type"] == value["type"] else value

    return {
        block: {action: kept(block, action, value) for action, value in values.items()}
        for block, values in state.items()
    }


def check_hash(view: View, given: str) -> None:
    if given and given != view.hash:
        raise SlackError("hash_conflict")


def close(slack: Workspace, view: View, *, everything: bool = False) -> list[View]:
    """Take a modal (or its whole stack) off the screen and say which went."""
    stack = slack.world.stacks.get(view.user, [])
    if view not in stack:
        return []  # closed meanwhile, by the person or the app
    gone = stack[:] if everything or view.given.get("clear_on_close") else stack[stack.index(view) :]
    slack.world.stacks[view.user] = [each for each in stack if each not in gone]
    slack.bell.ring()
    return gone


def view_json(slack: Workspace, view: View) -> Json:
    given = view.given
    defaults = {
        "callback_id": "",
        "external_id": "",
        "private_metadata": "",
        "title": {"type": "plain_text", "text": slack.manifest.name, "emoji": True},
        "submit": None,
        "close": None,
        "notify_on_close": False,
        "clear_on_close": False,
    }
    return (
        defaults
        | given
        | {
            "id": view.id,
            "team_id": slack.company.id,
            "app_id": slack.company.app_id,
            "bot_id": slack.company.bot_id,
            "app_installed_team_id": slack.enterprise or slack.company.id,
            "hash": view.hash,
            "state": {"values": view.state},
            "previous_view_id": view.previous_id,
            "root_view_id": view.root_id,
        }
    )
