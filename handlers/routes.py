"""Every way in, on one screen.

Bolt tries its listeners one after another, so there is one per kind of payload, the busiest first,
with a table behind it. Each handler takes the office and what Slack sent, and gives back what the
acknowledgement is to carry; the one `ack` comes last, after the transaction.
"""

import os
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from pydantic import TypeAdapter, ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.rules.lifecycle import Move
from handlers import (
    capture,
    digests,
    directory,
    escalate,
    home,
    joining,
    kudos,
    managers,
    outcomes,
    privacy,
    reactions,
    reviews,
    settings,
    spaces,
    strangers,
)
from handlers.errors import error_on_form, reference, sentence_for_trouble, unless_trouble
from handlers.office import Answer, Office, OfficeOf
from handlers.payloads import Click, Command, Event, Shortcut, Submission, View
from handlers.verdicts import is_too_late
from handlers.views import capture as capture_view
from handlers.views import coaching, escalation_form, kudos_form
from handlers.views import escalations as escalation_view
from handlers.views import home as home_view
from handlers.views import joining as joining_view
from handlers.views import kudos as view
from handlers.views import managers as manager_view
from handlers.views import outcomes as outcome_view
from handlers.views import privacy as privacy_view
from handlers.views import reviews as review_view
from handlers.views import settings as settings_view

Handler = Callable[[Office, Any], Awaitable[Answer | None]]

COMMANDS: Mapping[str, Handler] = {
    "/kudos": kudos.command,
    "/escalate": escalate.command,
}
ACTIONS: Mapping[str, Handler] = {
    view.GIVE: kudos.form_wanted,
    view.UNDO: kudos.undo_clicked,
    capture_view.RECORD: capture.record_wanted,
    capture_view.NOT_NOW: capture.not_now,
    capture_view.NOT_HERE: capture.not_here,
    capture_view.OPEN: capture.form_wanted,
    capture_view.FINE: capture.not_now,
    capture_view.NEVER: capture.never,
    home_view.THANKED: home.thanks_wanted,
    view.JOIN: joining.clicked,
    joining_view.LEAVE: joining.clicked,
    manager_view.PASS_ON: managers.pass_on_wanted,
    outcome_view.TELL: outcomes.wanted,
    coaching.USE: escalate.wording_used,
    "escalation_subject": escalate.subject_chosen,
    escalation_view.THANK: kudos.thanks_for_fixing,
    review_view.OPEN: reviews.opened,
    review_view.PERIOD: reviews.period_chosen,
    review_view.PERSON: reviews.person_chosen,
    review_view.KEEP: digests.keep_clicked,
    review_view.LET_GO: reviews.let_go,
    **{f"{review_view.EXPORT}_{form}": reviews.export for form in review_view.FORMATS},
    settings_view.OPEN: settings.opened,
    settings_view.CHANGE: settings.change_wanted,
    settings_view.CHANNELS: settings.channels_opened,
    settings_view.HISTORY: settings.history_wanted,
    privacy_view.EXPORT: privacy.export_wanted,
    privacy_view.ERASE: privacy.erasing_wanted,
    **{f"{escalation_view.ACT}{move}": escalate.clicked for move in Move},
}
VIEWS: Mapping[str, Handler] = {
    view.FORM: kudos.form_sent,
    manager_view.FORM: managers.passed_on,
    outcome_view.FORM: outcomes.told,
    escalation_form.FORM: escalate.sent,
    escalation_form.NOTE: escalate.words_sent,
    settings_view.FORM: settings.sent,
    settings_view.CHANNELS_FORM: settings.channel_sent,
}
# Where a fault is told: a block that is in the form, and the command that shows what was recorded.
FAULTS_AT = {
    view.FORM: kudos_form.REASON,
    escalation_form.FORM: escalation_form.HAPPENED,
    escalation_form.NOTE: escalation_form.WORDS,
}
LOOK_AT = {"/kudos": "/kudos mine", "/escalate": "/escalate status"}
SHORTCUTS: Mapping[str, Handler] = {
    "give_kudos": kudos.form_wanted,
    "kudos_for_message": kudos.from_message,
    "escalate_message": escalate.from_message,
}
EVENTS: Mapping[str, Handler] = {
    "message": capture.message,
    "reaction_added": reactions.changed,
    "reaction_removed": reactions.changed,
    "app_home_opened": home.opened,
    "user_change": directory.person_changed,
    "team_join": directory.person_changed,
    "subteam_created": directory.group_changed,
    "subteam_updated": directory.group_changed,
    "subteam_members_changed": directory.members_changed,
    "channel_id_changed": spaces.channel_moved,
    **dict.fromkeys(
        ("channel_shared", "channel_unshared", "member_joined_channel", "member_left_channel"),
        spaces.readers_changed,
    ),
}
# Where the app is installed, and where no more; heard also of a workspace that is not served.
LIFECYCLE = frozenset({"app_uninstalled", "tokens_revoked", "team_access_granted", "team_access_revoked"})
ECHOES = frozenset({"message", "reaction_added", "reaction_removed"})
"""What Slack tells us of our own doing, and we know already."""
ANYTHING = re.compile(r"")
ORGANISATION = "E"  # how the id of one begins, which may stand where a workspace is meant
NOT_SLACK = "This is not what Slack sends."
_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)  # puts it into JSON in a quarter of the time


Lifecycle = Callable[[str, Mapping[str, Any]], Awaitable[None]]
"""Hears of installations that end or widen: the workspace, and the whole body of the event."""


class Bolt(AsyncApp):
    """Bolt, with a short way past it for slash commands.

    Longer than needed, for speed: of a command there is little to find out, and Bolt's way of finding it out
    takes a third of the time of a kudos.
    """

    office_of: OfficeOf

    async def commanded(self, body: Mapping[str, Any]) -> BoltResponse | None:
        """Answer as `register` has Bolt answer; None where anything is unusual, and Bolt is to see it."""
        workspace = body.get("team_id")
        whole = body.get("enterprise_id") or body.get("is_enterprise_install", "false") != "false"
        if not isinstance(workspace, str) or whole or workspace.startswith(ORGANISATION) or "user" in body:
            return None
        office = await unless_trouble(partial(self.office_of, workspace))
        if office is None:
            return None
        answer = await _command(office, body)
        return BoltResponse(status=200, body=_ANSWER.dump_json(answer).decode() if answer else "")


def bolt_for(office_of: OfficeOf, slack: AsyncWebClient, signing_secret: str, lifecycle: Lifecycle) -> Bolt:
    """Build Bolt: acknowledged only after the work is committed, everything passed explicitly.

    `slack` says over which connections and where Slack is called; its token is not used.
    """

    async def ours_only(
        body: dict[str, Any],
        context: AsyncBoltContext,
        next: Callable[[], Awaitable[None]],  # noqa: A002 - Bolt's name for it
    ) -> BoltResponse | None:
        kind = (body.get("event") or {}).get("type")
        workspace = workspace_of(body, context.team_id)
        if kind in LIFECYCLE:
            await lifecycle(workspace, body)
            return BoltResponse(status=200, body="")
        if not workspace:
            return BoltResponse(status=400, body=NOT_SLACK)
        office = await _whose_message(office_of, body) or await office_of(workspace)
        if office is None and "command" in body:
            return BoltResponse(status=200, body=view.refused(strangers.NOT_HERE))
        if office is None or (context.user_id == office.me.bot_user and kind in ECHOES):
            return BoltResponse(status=200, body="")
        if await strangers.turned_away(office, body):
            closing = '{"response_action": "clear"}' if body.get("type") == "view_submission" else ""
            return BoltResponse(status=200, body=closing)
        context["team_id"], context["office"] = office.me.workspace, office
        await next()
        return None

    async def authorize(context: AsyncBoltContext) -> AuthorizeResult:
        """Who we are, which was found above; no token, for the office's own client has it."""
        me = context["office"].me
        return AuthorizeResult(
            enterprise_id=None, team_id=me.workspace, bot_user_id=me.bot_user, bot_id=me.bot_id
        )

    with _unseen("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_VERIFICATION_TOKEN"):
        app = Bolt(
            name="goodword",
            client=AsyncWebClient(token=None, session=slack.session, base_url=slack.base_url),
            signing_secret=signing_secret,
            before_authorize=ours_only,
            authorize=authorize,
            process_before_response=True,
            raise_error_for_unhandled_request=True,
            # The front has done these before anything comes here.
            request_verification_enabled=False,
            ssl_check_enabled=False,
            url_verification_enabled=False,
            # Bolt would write our own messages into its log, whole, when it leaves them alone.
            ignoring_self_events_enabled=False,
            # These are for assistants and workflow steps, and we have none.
            attaching_conversation_kwargs_enabled=False,
            attaching_function_token_enabled=False,
        )
    app.office_of = office_of
    register(app)
    return app


async def _whose_message(office_of: OfficeOf, body: Mapping[str, Any]) -> Office | None:
    """Of somebody from another organisation who clicks, Slack may name the workspace, and not ours.

    The message that was clicked tells who wrote it, and where; we may be in that other workspace, too.
    """
    message = body.get("message") if body.get("type") == "block_actions" else None
    team = message.get("team") if isinstance(message, dict) else None
    office = await office_of(team) if isinstance(team, str) else None
    return office if office and message and message.get("user") == office.me.bot_user else None


def workspace_of(body: Mapping[str, Any], found: str | None) -> str:
    """Which workspace a request is about, given which Bolt `found`; empty where it does not say.

    Where the app is installed for a whole organisation, Slack leaves it out of `authorizations` and of
    `team`; it stands beside them. Bolt would take the workspace of who clicks before that of what is
    clicked, and in an organisation they may differ.
    """
    what = (("view", "app_installed_team_id"), ("team", "id"), ("view", "team_id"))
    clicked = [_inside(body, *one) for one in what] if "user" in body else []
    candidates = (
        *clicked,
        found,
        body.get("context_team_id"),
        body.get("team_id"),
        _inside(body, "user", "team_id"),
    )
    ids = (one for one in candidates if isinstance(one, str) and one and not one.startswith(ORGANISATION))
    return next(ids, "")


def _inside(body: Mapping[str, Any], where: str, name: str) -> Any:
    there = body.get(where)
    return there.get(name) if isinstance(there, dict) else None


@contextmanager
def _unseen(*names: str) -> Iterator[None]:
    """Bolt reads these by itself; a client id alone would switch it to files for tokens."""
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def register(app: AsyncApp) -> None:
    """Join Bolt and the tables above. What no table knows is acknowledged, so that Slack never retries it.

    The workspace is the one Bolt found installed: in a channel shared with another organisation, the
    payload itself may name theirs.
    """

    async def event(body: dict[str, Any], context: AsyncBoltContext) -> None:
        handler = EVENTS.get(body["event"]["type"])
        if handler:
            await handler(context["office"], Event.model_validate(body | {"team_id": context.team_id}))

    async def command(body: dict[str, Any], context: AsyncBoltContext, ack: AsyncAck) -> None:
        await _ack(ack, await _command(context["office"], body))

    async def action(body: dict[str, Any], context: AsyncBoltContext, ack: AsyncAck) -> None:
        click = Click.model_validate(body | _in_team(context))
        handler = ACTIONS.get(click.actions[0].action_id)
        await _ack(ack, await handler(context["office"], click) if handler else None)

    async def submission(body: dict[str, Any], context: AsyncBoltContext, ack: AsyncAck) -> None:
        sent = Submission.model_validate(body | _in_team(context))
        handler = VIEWS.get(sent.view.callback_id)
        ask = partial(handler, context["office"], sent) if handler else _nothing
        await _ack(ack, await error_on_form(ask, _field_for_faults(sent.view)))

    async def shortcut(body: dict[str, Any], context: AsyncBoltContext, ack: AsyncAck) -> None:
        asked = Shortcut.model_validate(body | _in_team(context, body.get("team")))
        handler = SHORTCUTS.get(asked.callback_id)
        await _ack(ack, await handler(context["office"], asked) if handler else None)

    async def closed(ack: AsyncAck) -> None:
        await ack()

    async def trouble(error: Exception) -> BoltResponse:
        """Where nobody waits for a sentence: a 500 makes Slack send an event again."""
        if isinstance(error, ValidationError | BoltUnhandledRequestError):
            return BoltResponse(status=400, body=NOT_SLACK)
        late = is_too_late(error)
        return BoltResponse(status=200 if late else 500, body="" if late else f"reference {reference(error)}")

    app.error(trouble)
    app.event(ANYTHING)(event)
    app.command(ANYTHING)(command)
    app.action(ANYTHING)(action)
    app.view_submission(ANYTHING)(submission)
    app.shortcut(ANYTHING)(shortcut)
    app.view_closed(ANYTHING)(closed)
    app.options(ANYTHING)(closed)


def _in_team(context: AsyncBoltContext, named: Any = None) -> dict[str, Any]:
    """The workspace Bolt found installed; its address on the web only where the payload means the same."""
    ours = isinstance(named, dict) and named.get("id") == context.team_id
    return {"team": {"id": context.team_id, "domain": str(named.get("domain") or "") if ours else ""}}


def _field_for_faults(view: View) -> str:
    """Slack shows an error beside a field only; where no table names one, it is the first of the form."""
    if named := FAULTS_AT.get(view.callback_id):
        return coaching.block_of(view, named)
    fields = (str(block.get("block_id", "")) for block in view.blocks if block.get("type") == "input")
    return next(fields, "")


async def _command(office: Office, body: Mapping[str, Any]) -> Answer | None:
    asked = Command.model_validate({**body, "team_id": office.me.workspace})
    ask = partial(COMMANDS.get(asked.command, _no_such_command), office, asked)
    return await sentence_for_trouble(ask, LOOK_AT.get(asked.command))


async def _ack(ack: AsyncAck, answer: Answer | None) -> None:
    await (ack(**answer) if answer else ack())


async def _nothing() -> None:
    return None


async def _no_such_command(_office: Office, asked: Command) -> Answer:
    return view.refused(f"I do not know {asked.command} yet. /kudos help says what I can do.")
