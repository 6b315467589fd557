"""Every way in, on one screen.

Bolt tries its listeners one after another, so there is one per kind of payload, the busiest first,
with a table behind it. Each handler takes the office and what Slack sent, and gives back what the
acknowledgement is to carry; the one `ack` comes last, after the transaction.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from handlers import directory, home, kudos
from handlers.errors import error_on_form, reference, sentence_for_trouble
from handlers.office import Answer, Office
from handlers.payloads import Click, Command, Event, Shortcut, Submission
from handlers.slack import Identity
from handlers.views import kudos as view
from handlers.views import kudos_form

Handler = Callable[[Office, Any], Awaitable[Answer | None]]

COMMANDS: Mapping[str, Handler] = {
    "/kudos": kudos.command,
}
ACTIONS: Mapping[str, Handler] = {
    view.GIVE: kudos.form_wanted,
    view.UNDO: kudos.undo_clicked,
}
VIEWS: Mapping[str, Handler] = {
    view.FORM: kudos.form_sent,
}
SHORTCUTS: Mapping[str, Handler] = {
    "give_kudos": kudos.form_wanted,
}
EVENTS: Mapping[str, Handler] = {
    "app_home_opened": home.opened,
    "user_change": directory.person_changed,
    "team_join": directory.person_changed,
    "subteam_created": directory.group_changed,
    "subteam_updated": directory.group_changed,
    "subteam_members_changed": directory.members_changed,
}
ANYTHING = re.compile(r"")


def bolt_for(office: Office, me: Identity, token: str, signing_secret: str) -> AsyncApp:
    """Build Bolt: acknowledged only after the work is committed, everything passed explicitly."""

    async def authorize(
        team_id: str | None = None, enterprise_id: str | None = None
    ) -> AuthorizeResult | None:
        if team_id != me.workspace:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=me.bot_user,
            bot_id=me.bot_id,
            bot_token=token,
        )

    app = AsyncApp(
        name="goodword",
        client=AsyncWebClient(token=None, session=office.client.session, base_url=office.client.base_url),
        signing_secret=signing_secret,
        authorize=authorize,  # type: ignore[arg-type]  # None means: not installed there
        process_before_response=True,
        # The front has done these before anything comes here.
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
    )
    register(app, office)
    return app


def register(app: AsyncApp, office: Office) -> None:
    """Join Bolt and the tables above. What no table knows is acknowledged, so that Slack never retries it."""

    async def event(body: dict[str, Any]) -> None:
        handler = EVENTS.get(body.get("event", {}).get("type", ""))
        if handler:
            await handler(office, Event.model_validate(body))

    async def command(body: dict[str, Any], ack: AsyncAck) -> None:
        asked = Command.model_validate(body)
        handler = COMMANDS.get(asked.command, _no_such_command)
        await _ack(ack, await sentence_for_trouble(partial(handler, office, asked)))

    async def action(body: dict[str, Any], ack: AsyncAck) -> None:
        click = Click.model_validate(body)
        handler = ACTIONS.get(click.actions[0].action_id)
        await _ack(ack, await handler(office, click) if handler else None)

    async def submission(body: dict[str, Any], ack: AsyncAck) -> None:
        sent = Submission.model_validate(body)
        handler = VIEWS.get(sent.view.callback_id)
        ask = partial(handler, office, sent) if handler else _nothing
        await _ack(ack, await error_on_form(ask, kudos_form.REASON))

    async def shortcut(body: dict[str, Any], ack: AsyncAck) -> None:
        asked = Shortcut.model_validate(body)
        handler = SHORTCUTS.get(asked.callback_id)
        await _ack(ack, await handler(office, asked) if handler else None)

    async def closed(ack: AsyncAck) -> None:
        await ack()

    async def trouble(error: Exception) -> BoltResponse:
        """Where nobody waits for a sentence: a 500 makes Slack send an event again."""
        if isinstance(error, ValidationError):
            return BoltResponse(status=400, body="This is not what Slack sends.")
        return BoltResponse(status=500, body=f"reference {reference(error)}")

    app.error(trouble)
    app.event(ANYTHING)(event)
    app.command(ANYTHING)(command)
    app.action(ANYTHING)(action)
    app.view_submission(ANYTHING)(submission)
    app.shortcut(ANYTHING)(shortcut)
    app.view_closed(ANYTHING)(closed)
    app.options(ANYTHING)(closed)


async def _ack(ack: AsyncAck, answer: Answer | None) -> None:
    await (ack(**answer) if answer else ack())


async def _nothing() -> None:
    return None


async def _no_such_command(_office: Office, asked: Command) -> Answer:
    return view.refused(f"I do not know {asked.command} yet. /kudos help says what I can do.")
