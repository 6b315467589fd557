"""Web API: views.*."""

from handlers.playground.args import Args
from handlers.playground.errors import SlackError
from handlers.playground.modals import (
    change,
    check_hash,
    checked,
    open_modal,
    publish_home,
    push_modal,
    view_json,
    views,
)
from handlers.playground.tickets import Trigger
from handlers.playground.workspace import Workspace
from handlers.playground.world import Json, View


def _trigger(slack: Workspace, args: Args) -> Trigger:
    if not args.text("trigger_id"):
        message = "[ERROR] missing required field: trigger_id [json-pointer:/trigger_id]"
        raise SlackError("invalid_arguments", response_metadata={"messages": [message]})
    return slack.tickets.exchange(args.text("trigger_id"))


def open_view(slack: Workspace, args: Args) -> Json:
    given = checked(slack, args.data("view"), "modal")
    trigger = _trigger(slack, args)
    trigger.used = True
    return {"view": view_json(slack, open_modal(slack, trigger.user, given))}


def push(slack: Workspace, args: Args) -> Json:
    given = checked(slack, args.data("view"), "modal")
    trigger = _trigger(slack, args)
    stack = slack.world.stacks.get(trigger.user, [])
    if trigger.view is None or trigger.view not in {view.id for view in stack}:
        raise SlackError("invalid_trigger_id")
    view = push_modal(slack, trigger.user, given)
    trigger.used = True
    return {"view": view_json(slack, view)}


def _standing(slack: Workspace, args: Args) -> View:
    wanted, external = args.text("view_id"), args.text("external_id")
    for view in views(slack):
        if view.id == wanted or (external and view.given.get("external_id") == external):
            return view
    raise SlackError("not_found")


def update(slack: Workspace, args: Args) -> Json:
    view = _standing(slack, args)
    check_hash(view, args.text("hash"))
    change(slack, view, checked(slack, args.data("view"), view.given["type"], replaces=view))
    return {"view": view_json(slack, view)}


def publish(slack: Workspace, args: Args) -> Json:
    if not slack.manifest.home_tab:
        raise SlackError("not_enabled")
    person = slack.world.people.get(args.text("user_id"))
    if person is None or person.is_bot:
        raise SlackError("invalid_user_id")
    standing = slack.world.homes.get(person.id)
    if standing is not None:
        check_hash(standing, args.text("hash"))
    given = checked(slack, args.data("view"), "home", replaces=standing)
    return {"view": view_json(slack, publish_home(slack, person.id, given))}


METHODS = {
    "views.open": open_view,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
