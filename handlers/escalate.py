"""/escalate, its forms and its buttons: read → ask → answer."""

from datetime import datetime
from functools import partial
from typing import Any

from slack_sdk.errors import SlackClientError

from bot import escalations, people
from bot.errors import NotIntroduced, Refusal
from bot.escalations import Filing, Planned, Told
from bot.holidays import is_holiday
from bot.messages import ClickRefused
from bot.ports import Work
from bot.rules import coach
from bot.rules.escalation import Report
from bot.rules.lifecycle import TABLE, Move
from bot.rules.people import Group
from handlers import markup
from handlers.office import Answer, Office
from handlers.payloads import Click, Command, Shortcut, Submission, number_in
from handlers.views import coaching
from handlers.views import escalation_form as form
from handlers.views import escalations as view
from handlers.views.blocks import capital

NEEDED = {move for (_, move), found in TABLE.items() if found.note}
NO_SUCH_FORM = "I do not know this form any more: please close it and press the button again."
NOTES = NEEDED | {Move.SETTLE}  # a note is welcome there, and not asked for
ASKED = {
    Move.TAKE_FURTHER: ("Take it further", "In your own words: what should {second} know?", "Send"),
    Move.SEND_BACK: ("Send it back", "What should the reporter know?", "Send back"),
    Move.RESOLVE: ("Resolve", "How was it resolved?", "Resolve"),
    Move.SETTLE: ("Settled", "How did you settle it?", "Settled"),
}


async def command(office: Office, asked: Command) -> Answer | None:
    if asked.text.strip().casefold() == "status":
        mine, held = await office.transact(asked.team_id, partial(escalations.of, person=asked.user_id))
        return view.status(mine, held)
    words = "".join(getattr(piece, "text", "") or f"@{piece.label}" for piece in markup.pieces(asked.text))  # type: ignore[union-attr]
    await open_form(office, asked.team_id, asked.trigger_id, happened=words.strip())
    return None


async def from_message(office: Office, asked: Shortcut) -> None:
    """The message shortcut: the form with a link to the message, whose words are not copied."""
    await open_form(office, asked.team.id, asked.trigger_id, link=await _link(office, asked))


async def _link(office: Office, asked: Shortcut) -> str:
    """The link to a message; Slack gives it only where Goodword is, and elsewhere it is made by hand."""
    channel, ts = asked.channel.id, asked.message_ts
    try:
        found = await office.client.chat_getPermalink(channel=channel, message_ts=ts)
        return str(found["permalink"])
    except SlackClientError:
        place = f"https://{asked.team.domain}.slack.com/archives" if asked.team.domain else ""
        return f"{place or f'https://app.slack.com/client/{asked.team.id}'}/{channel}/p{ts.replace('.', '')}"


async def subject_chosen(office: Office, click: Click) -> None:
    """Show the route as soon as it is known whom it is about."""
    sent = Submission(user=click.user, team=click.team, view=click.view)
    teams = await office.transact(click.team.id, people.teams)
    link = form.link_of(sent)
    planned, lost = await _planned(office, sent)
    drawn = form.drawn(teams, planned, link=link, lost=lost, turn=coaching.turn_of(click.view))
    await office.redraw(click.view, drawn, since=click.view.hash)


async def sent(office: Office, submission: Submission) -> Answer:
    subject = form.subject(submission)
    if not subject:
        return _errors(form.PERSON, "Whom or which team is it about?")
    planned, lost = await _planned(office, submission)
    if planned is None:
        return _errors(form.PERSON, lost)
    if form.metadata(submission).get("route") != form.shown(planned):
        teams = await office.transact(submission.team.id, people.teams)
        link, turn = form.link_of(submission), coaching.turn_of(submission.view)
        drawn = form.drawn(teams, planned, link=link, turn=turn)
        return {"response_action": "update", "view": drawn}
    if advice := _advice(submission, form.HAPPENED, (planned.subject.name,)):
        return advice
    file = partial(
        escalations.file,
        filing=_filing(submission, subject),
        source=f"view:{submission.view.id}",
        now=office.now(),
        is_holiday=is_holiday,
    )
    try:
        route = await office.transact(submission.team.id, file)
    except Refusal as no:
        field = coaching.block_of(submission.view, no.field) if no.field == form.HAPPENED else no.field
        return _errors(field or form.PERSON, no.sentence)
    return {"response_action": "update", "view": form.done(route.first, planned.subject.name)}


async def clicked(office: Office, click: Click) -> None:
    """A holder's or the reporter's button: make the move, or open the form for its words."""
    move = Move(click.actions[0].action_id.removeprefix(view.ACT))
    number = number_in(click.actions[0].value)
    if move in NOTES:
        await _ask_for_words(office, click, move, number)
        return
    make = partial(_make, click=click, move=move, number=number, now=office.now())
    await office.transact(click.team.id, make)


async def words_sent(office: Office, submission: Submission) -> Answer | None:
    """The form of a move came back. What it says of itself is not trusted: the move is judged anew."""
    meta = form.metadata(submission)
    made = str(meta.get("move", ""))
    if made not in NOTES:
        return _errors(coaching.block_of(submission.view, form.WORDS), NO_SUCH_FORM)
    further = made == Move.TAKE_FURTHER
    if further and (advice := _advice(submission, form.WORDS)):
        return advice
    await office.read_stand_in(submission.team.id)
    make = partial(
        escalations.move,
        number=number_in(str(meta.get("number", ""))),
        made=Move(made),
        by=submission.user.id,
        source=f"view:{submission.view.id}",
        now=office.now(),
        is_holiday=is_holiday,
        words=coaching.answer(submission, form.WORDS),
    )
    try:
        await office.transact(submission.team.id, make)
    except Refusal as no:
        return _errors(coaching.block_of(submission.view, form.WORDS), no.sentence)
    return None


async def wording_used(office: Office, click: Click) -> None:
    """Put the coach's wording into the field it is about; whoever wrote there may change it or send it."""
    sent = Submission(user=click.user, team=click.team, view=click.view)
    name = click.actions[0].value
    if name not in {form.HAPPENED, form.WORDS}:
        return
    names = await office.transact(click.team.id, partial(people.called, id=form.subject(sent)))
    if wording := _worded(coaching.answer(sent, name), names):
        drawn = coaching.used(click.view, name, wording)
        await office.redraw(click.view, drawn, since=click.view.hash)


def _advice(submission: Submission, name: str, names: tuple[str, ...] = ()) -> Answer | None:
    """The coach's two suggestions at most, once for the same words; it never stands in the way twice."""
    words = coaching.answer(submission, name)
    found = coach.suggestions(words, names)
    if not found or coaching.was_advised(submission.view, words):
        return None
    drawn = coaching.advised(submission.view, name, words, found, _worded(words, names))
    return {"response_action": "update", "view": drawn}


def _worded(words: str, names: tuple[str, ...] = ()) -> str:
    """The same facts in other words; empty where there is nothing to offer."""
    wording = coach.neutral(Report(words), names)
    return "" if wording == words.strip() else wording


def _make(work: Work, click: Click, move: Move, number: int, now: datetime) -> None:
    try:
        escalations.move(
            work,
            number,
            move,
            click.user.id,
            f"click:{click.trigger_id}",
            now,
            is_holiday,
            in_channel=click.channel.id,
        )
    except Refusal as no:
        _refuse(work, click, no.sentence, now)
    else:
        _draw_home(work, click, now)


async def _ask_for_words(office: Office, click: Click, move: Move, number: int) -> None:
    await office.read_stand_in(click.team.id)
    look = partial(_look, click=click, move=move, number=number, now=office.now())
    told = await office.transact(click.team.id, look)
    if told is None:
        return
    title, question, submit = ASKED[move]
    further = move is Move.TAKE_FURTHER
    above = view.words_of(told.escalation) if further else []
    prefill = coach.neutral(told.escalation.report, (told.subject,)) if further else ""
    second = told.name(told.escalation.second)
    hint = f"{capital(second)} reads this, and not what stands above." if further else ""
    asked = question.format(second=second)
    modal = form.note(title, asked, submit, number, move, above, prefill, needed=move in NEEDED, hint=hint)
    await office.client.views_open(trigger_id=click.trigger_id, view=modal)


def _look(work: Work, click: Click, move: Move, number: int, now: datetime) -> Told | None:
    """Show it for this move; even where that is refused, a change of who is next is kept."""
    source = f"click:{click.trigger_id}"
    try:
        return escalations.look(work, number, move, click.user.id, source, now, in_channel=click.channel.id)
    except Refusal as no:
        _refuse(work, click, no.sentence, now)
        return None


def _refuse(work: Work, click: Click, sentence: str, now: datetime) -> None:
    if click.response_url:
        work.outbox.put(click.response_url, ClickRefused(sentence, in_place=False), now)
    _draw_home(work, click, now)


def _draw_home(work: Work, click: Click, now: datetime) -> None:
    """A click in the Home tab has no address for an answer: the tab is drawn as things stand now."""
    if not click.response_url:
        people.home_opened(work, click.user.id, now)


async def _planned(office: Office, sent: Submission) -> tuple[Planned | None, str]:
    """The route for what is chosen, or the sentence why there is none."""
    subject = form.subject(sent)
    if not subject:
        return None, ""
    await office.read_stand_in(sent.team.id)
    own = form.OWN in form.ticked(sent)
    plan = partial(
        escalations.plan, reporter=sent.user.id, subject=subject, now=office.now(), own_first_hop=own
    )
    try:
        try:
            return await office.transact(sent.team.id, plan), ""
        except NotIntroduced as strangers:
            await office.introduce(sent.team.id, strangers)
            return await office.transact(sent.team.id, plan), ""
    except Refusal as no:
        return None, no.sentence


async def open_form(
    office: Office, workspace: str, trigger: str, *, happened: str = "", link: str = ""
) -> None:
    teams: list[Group] = await office.transact(workspace, people.teams)
    await office.client.views_open(trigger_id=trigger, view=form.blank(teams, happened=happened, link=link))


def _filing(submission: Submission, subject: str) -> Filing:
    ticked = form.ticked(submission)
    return Filing(
        reporter=submission.user.id,
        subject=subject,
        report=form.report(submission),
        named=form.NAMED in ticked,
        own_first_hop=form.OWN in ticked,
    )


def _errors(block: str, sentence: str) -> dict[str, Any]:
    return {"response_action": "errors", "errors": {block: sentence}}
