"""The settings, as administrators change them from the Home tab: read → ask → answer."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from slack_sdk.errors import SlackClientError

from bot import capture, hops, people, settings
from bot.errors import Refusal
from bot.ports import Work
from handlers.office import Answer, Office
from handlers.payloads import Click, Submission
from handlers.rooms import refused_as_stand_in
from handlers.verdicts import BROKEN
from handlers.views import settings as view

View = dict[str, Any]
NOT_YOURS = "Only an owner or an administrator of this Slack can change the settings."


async def opened(office: Office, click: Click) -> None:
    if drawn := await _asked(office, click, _listing):
        await office.client.views_open(trigger_id=click.trigger_id, view=drawn)


async def change_wanted(office: Office, click: Click) -> None:
    if drawn := await _asked(office, click, partial(_form, name=click.actions[0].value)):
        await office.client.views_push(trigger_id=click.trigger_id, view=drawn)


async def history_wanted(office: Office, click: Click) -> None:
    if drawn := await _asked(office, click, _history):
        await office.client.views_push(trigger_id=click.trigger_id, view=drawn)


async def sent(office: Office, submission: Submission) -> Answer | None:
    """Keep it, and draw the list anew that lies below the form."""
    name = submission.view.private_metadata
    if why := await _unfit(office, name, view.typed(submission)):
        return {"response_action": "errors", "errors": {view.field_of(name): f"This cannot stand in: {why}."}}
    change = partial(_change, name=name, typed=view.typed(submission), who=submission.user.id, office=office)
    try:
        drawn = await office.transact(submission.team.id, change)
    except Refusal as no:
        return {"response_action": "errors", "errors": {view.field_of(name): no.sentence}}
    if submission.view.root_view_id:
        with suppress(*BROKEN):  # the change is kept, whether or not its list is still open
            await office.client.views_update(view_id=submission.view.root_view_id, view=drawn)
    return None


async def _unfit(office: Office, name: str, typed: str) -> str:
    """Why a channel cannot stand in for managers; empty where it can, or where it is about something else."""
    if name != "fallback" or not hops.is_channel(typed):
        return ""
    try:
        found = await office.client.conversations_info(channel=typed)
    except SlackClientError:
        return refused_as_stand_in(None)
    return refused_as_stand_in(found["channel"])


async def _asked(office: Office, click: Click, draw: Callable[..., View]) -> View | None:
    """Draw what was asked for; whoever may not see it gets a Home tab without that button."""
    try:
        return await office.transact(click.team.id, partial(draw, who=click.user.id))
    except Refusal:
        home = partial(people.home_opened, person=click.user.id, now=office.now())
        await office.transact(click.team.id, home)
        return None


async def channels_opened(office: Office, click: Click) -> None:
    if drawn := await _asked(office, click, _channels):
        await office.client.views_open(trigger_id=click.trigger_id, view=drawn)


async def channel_sent(office: Office, submission: Submission) -> Answer:
    """Keep a channel's mode; the form stays open and shows it, for there may be more."""
    channel, mode = view.mode_chosen(submission)
    choose = partial(_choose, channel=channel, mode=mode, who=submission.user.id, office=office)
    try:
        return {"response_action": "update", "view": await office.transact(submission.team.id, choose)}
    except Refusal as no:
        return {"response_action": "errors", "errors": {view.CHANNEL: no.sentence}}


def _channels(work: Work, who: str) -> View:
    _only_administrators(work, who)
    return view.channels(work.capture.modes(), settings.chosen(work).capture_default)


def _choose(work: Work, channel: str, mode: str, who: str, office: Office) -> View:
    _only_administrators(work, who)
    capture.choose_mode(work, channel, mode, who, office.now())
    return _channels(work, who)


def _change(work: Work, name: str, typed: str, who: str, office: Office) -> View:
    _only_administrators(work, who)
    if typed:
        settings.change(work, name, typed, who, office.now())
    else:
        settings.restore(work, name, who, office.now())
    return _listing(work, who)


def _form(work: Work, name: str, who: str) -> View:
    _only_administrators(work, who)
    setting = settings.known(name)
    return view.form(setting, settings.current(work)[name], people.teams(work))


def _listing(work: Work, who: str) -> View:
    _only_administrators(work, who)
    values = settings.current(work)
    return view.listing(values, _names(work, values.values()))


def _history(work: Work, who: str) -> View:
    _only_administrators(work, who)
    changes = settings.history(work)
    names = _names(work, [text for one in changes for text in (one.value or "", one.by)])
    return view.history(changes, names, settings.chosen(work).timezone)


def _names(work: Work, values: Iterable[str]) -> Mapping[str, str]:
    """What to call the people and user groups whose ids stand among the values."""
    ids = {part for value in values for part in value.split(", ")}
    roll = work.people.look_up(ids, ids, ())
    groups = {group.id: f"@{group.handle}" for group in roll.groups.values()}
    return {person.id: person.name for person in roll.people.values()} | groups


def _only_administrators(work: Work, who: str) -> None:
    """Ask anew each time: whoever opened the list may be no administrator by now."""
    person = work.people.find(who)
    if person is None or not person.admin or not person.active:
        raise Refusal(NOT_YOURS)
