"""What came of a kudos: its giver tells it in a form. read → ask → answer."""

from datetime import datetime
from functools import partial

from bot import outcomes
from bot.errors import Refusal
from bot.messages import ClickRefused
from bot.ports import Work
from bot.rules.recognition import Kudos
from handlers.office import Answer, Office
from handlers.payloads import Click, Submission, number_in
from handlers.views import outcomes as view


async def wanted(office: Office, click: Click) -> None:
    given = await office.transact(click.team.id, partial(_look, click=click, now=office.now()))
    if given:
        await office.client.views_open(trigger_id=click.trigger_id, view=view.form(given))


async def told(office: Office, sent: Submission) -> Answer | None:
    number = number_in(str(sent.metadata.get("number", "")))
    words = sent.field(view.WORDS).value
    tell = partial(outcomes.tell, number=number, giver=sent.user.id, words=words, now=office.now())
    try:
        await office.transact(sent.team.id, tell)
    except Refusal as no:
        return {"response_action": "errors", "errors": {view.WORDS: no.sentence}}
    return None


def _look(work: Work, click: Click, now: datetime) -> Kudos | None:
    try:
        return outcomes.look(work, number_in(click.actions[0].value), click.user.id)
    except Refusal as no:
        if click.response_url:
            work.outbox.put(click.response_url, ClickRefused(no.sentence, in_place=False), now)
        return None
