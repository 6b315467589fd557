"""*Pass it on*: a manager's own thanks beside those of the giver. read → ask → answer."""

from datetime import datetime
from functools import partial

from bot import managers
from bot.errors import Refusal
from bot.messages import ClickRefused
from bot.ports import Work
from bot.rules.people import Person
from bot.rules.recognition import Kudos
from handlers.office import Answer, Office
from handlers.payloads import Click, Submission, number_in
from handlers.views import managers as view


async def pass_on_wanted(office: Office, click: Click) -> None:
    """Open the form for the manager's own words."""
    found = await office.transact(click.team.id, partial(_may, click=click, now=office.now()))
    if found:
        given, people = found
        form = view.form(given.number, people, given.giver.name)
        await office.client.views_open(trigger_id=click.trigger_id, view=form)


async def passed_on(office: Office, sent: Submission) -> Answer | None:
    """What the form says of itself is not trusted: who may pass it on is judged anew."""
    number = number_in(str(sent.metadata.get("number", "")))
    words = sent.field(view.WORDS).value
    pass_on = partial(managers.pass_on, number=number, manager=sent.user.id, words=words, now=office.now())
    try:
        await office.transact(sent.team.id, pass_on)
    except Refusal as no:
        return {"response_action": "errors", "errors": {view.WORDS: no.sentence}}
    return None


def _may(work: Work, click: Click, now: datetime) -> tuple[Kudos, tuple[Person, ...]] | None:
    try:
        return managers.may_pass_on(work, number_in(click.actions[0].value), click.user.id)
    except Refusal as no:
        if click.response_url:
            work.outbox.put(click.response_url, ClickRefused(no.sentence, in_place=False), now)
        return None
