"""/kudos, its form and its buttons: read → ask → answer."""

from datetime import datetime
from functools import partial

from bot import escalations, kudos, people, settings
from bot.errors import NotIntroduced, Refusal
from bot.escalations import Told
from bot.kudos import Receipt
from bot.messages import ClickRefused
from bot.ports import Work
from bot.rules.people import Group
from bot.rules.recognition import Draft, Piece, Place
from handlers import markup
from handlers.office import Answer, Office
from handlers.payloads import Click, Command, Shortcut, Submission, number_in
from handlers.views import escalations as escalation_view
from handlers.views import kudos as view
from handlers.views import kudos_form as form

LONGEST_NUMBER = 18  # digits; what fits into a database key


async def command(office: Office, asked: Command) -> Answer | None:
    match asked.text.strip().casefold():
        case "":
            await _open_form(office, asked.team_id, asked.trigger_id)
            return None
        case "help":
            return view.help_text()
        case "mine":
            return view.mine(await office.transact(asked.team_id, partial(kudos.mine, person=asked.user_id)))
        case "undo":
            return await _undo(office, asked)
        case _:
            return await _give_typed(office, asked)


async def form_wanted(office: Office, asked: Click | Shortcut) -> None:
    await _open_form(office, asked.team.id, asked.trigger_id)


async def thanks_for_fixing(office: Office, click: Click) -> None:
    """After an escalation was resolved: the form, with whom it was about already chosen.

    What was done is shown to the reporter, and no reason is filled in: a kudos is public, and no word in it
    should hint at an escalation that they did not choose themselves.
    """
    number = number_in(click.actions[0].value)
    (values, teams), told = await office.transact(
        click.team.id, partial(_resolved, number=number, reporter=click.user.id)
    )
    subject = [told.escalation.subject] if told else []
    team = told is not None and told.escalation.is_team
    blank = form.blank(
        values,
        teams,
        people=[] if team else subject,
        teams=subject if team else [],
        before=escalation_view.outcome(told) if told else [],
    )
    await office.client.views_open(trigger_id=click.trigger_id, view=blank)


async def from_message(office: Office, asked: Shortcut) -> None:
    """The message shortcut: the form with the message's author chosen, for a kudos that links to it."""
    values, teams = await office.transact(asked.team.id, _choices)
    author = asked.message.author
    about = Place(asked.channel.id, asked.message_ts or asked.message.ts)
    blank = form.blank(values, teams, people=[author] if author else [], about=about)
    await office.client.views_open(trigger_id=asked.trigger_id, view=blank)


def _choices(work: Work) -> tuple[tuple[str, ...], list[Group]]:
    """The values and the teams that the form offers."""
    return settings.chosen(work).values, people.teams(work)


def _resolved(
    work: Work, number: int, reporter: str
) -> tuple[tuple[tuple[str, ...], list[Group]], Told | None]:
    told = escalations.read(work, number)
    return _choices(work), told if told and told.escalation.reporter == reporter else None


async def form_sent(office: Office, sent: Submission) -> Answer:
    source = f"view:{sent.view.id}:{sent.view.hash}"
    try:
        receipt = await _give(office, sent.team.id, sent.user.id, form.read(sent), source)
    except Refusal as no:
        return {"response_action": "errors", "errors": {no.field or form.RECIPIENTS: no.sentence}}
    return {"response_action": "update", "view": form.done(receipt)}


async def undo_clicked(office: Office, click: Click) -> None:
    source = f"click:{click.trigger_id}"
    await office.transact(click.team.id, partial(_undo_this, click=click, source=source, now=office.now()))


def _undo_this(work: Work, click: Click, source: str, now: datetime) -> None:
    """A click can carry no answer, so even a refusal travels through the outbox."""
    number = number_in(click.actions[0].value)
    try:
        kudos.undo_this(work, click.user.id, number, source, click.response_url, now)
    except Refusal as no:
        if click.response_url:
            work.outbox.put(click.response_url, ClickRefused(no.sentence), now)


async def _open_form(office: Office, workspace: str, trigger: str) -> None:
    values, teams = await office.transact(workspace, _choices)
    await office.client.views_open(trigger_id=trigger, view=form.blank(values, teams))


async def _undo(office: Office, asked: Command) -> Answer:
    undo = partial(kudos.undo, giver=asked.user_id, source=f"command:{asked.trigger_id}", now=office.now())
    return view.taken_back(await office.transact(asked.team_id, undo))


async def _give_typed(office: Office, asked: Command) -> Answer:
    pieces = markup.pieces(asked.text)
    source = f"command:{asked.trigger_id}"
    try:
        return view.receipt(await _give(office, asked.team_id, asked.user_id, pieces, source))
    except Refusal as no:
        return view.refused(no.sentence, pieces)


async def _give(
    office: Office, workspace: str, giver: str, said: tuple[Piece, ...] | Draft, source: str
) -> Receipt:
    """Give; where somebody is still unknown to us, look them up in Slack and give once more."""
    give = partial(kudos.give, giver=giver, said=said, source=source, now=office.now())
    try:
        return await office.transact(workspace, give)
    except NotIntroduced as strangers:
        await office.introduce(workspace, strangers)
        return await office.transact(workspace, partial(give, met=True))
