"""Escalations where something is odd: a channel that is public, a wrong key, a chart with a hole, a fault."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update

from bot import escalations
from bot.rules.lifecycle import Move
from handlers.playground.api_people import group_json
from handlers.views.directory import UNFIT
from storage.tables import escalation_moves
from storage.tables import escalations as rows
from tests.stories.test_capture import _moves
from tests.stories.test_escalations import (
    HAPPENED,
    PASSED_ON,
    _choose,
    _click,
    _desk,
    _escalate,
    _fill,
    _home,
    _invite_goodword,
    _let_it_wait,
    _reminded,
    _resolved,
    _tell_of_group,
    _who_saw,
    _words,
)
from tests.town import Town

NOT_OURS = "gAAAAABthis-was-written-with-another-key=="


@pytest.mark.parametrize("channel", ["C0GENERAL1", "C0NOWHERE1", "C0PEOPLEOP", "C0ACMESHRD"])
async def test_a_channel_that_is_public_shared_unknown_or_closed_to_goodword_gets_nothing(
    town: Town, channel: str
) -> None:
    await town.set("fallback", channel)
    await town.types("eve", "/escalate")
    await _choose(town, "eve", person="ben")
    assert "set a fallback" in town.slack.shown("eve").views[-1].plain
    await _fill(town, "eve")

    assert "Nothing was kept." in str(town.slack.shown("eve").views[-1].errors)
    assert set(town.everybody_saw()) == {"eve"}
    assert await _count(town) == 0


async def test_nothing_is_handed_up_to_a_channel_that_was_made_public(town: Town) -> None:
    await town.set("fallback", "C0PEOPLEOP")
    await _invite_goodword(town)
    await town.slack.change_user("mo", manager=None)
    await _escalate(town, "ada", "ben")
    town.slack.world.conversations["C0PEOPLEOP"].kind = "public"
    for times in (1, 2):
        town.slack.clock.forward(timedelta(days=1, minutes=5))
        await town.slack.until(partial(_reminded, town, "mo", times))

    assert set(town.everybody_saw()) == {"ada", "mo", "eve"}
    (told,) = town.dms("eve")  # once, and of the channel only
    assert told.plain == f"The channel that stands in where there is no manager is public. {UNFIT}"


async def test_a_channel_that_stands_in_is_spoken_of_and_to_as_what_it_is(town: Town) -> None:
    await town.set("fallback", "C0PEOPLEOP")
    await town.slack.joins("eve", "people-ops")
    await _invite_goodword(town)
    await town.types("eve", "/escalate")
    await _choose(town, "eve", person="ben")
    assert "The team that stands in will read this" in town.slack.shown("eve").views[-1].plain
    await _fill(town, "eve")
    assert "The team that stands in has it now." in town.slack.shown("eve").views[-1].plain
    await town.slack.closes("eve", town.slack.shown("eve").views[-1].id)

    in_channel = town.slack.shown("omar").channels["people-ops"][-1]
    assert "Only the people in this channel and Eve know of this." in in_channel.plain
    await town.types("eve", "/escalate status")
    assert "About Ben: the team that stands in has it and decides what to do." in town.last_words_to("eve")

    town.slack.clock.forward(timedelta(days=1, minutes=5))
    await town.slack.until(lambda: len(town.slack.shown("omar").channels["people-ops"]) > 1)
    reminder = town.slack.shown("omar").channels["people-ops"][-1].plain
    assert reminder == "A reminder: the escalation about Ben is still waiting here, further up."


async def test_whoever_gets_it_later_reads_who_else_knows_of_it(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    assert "Only you and Ada know of this." in _desk(town, "mo").plain
    await _let_it_wait(town, "mo", "omar")
    assert "Only you, Mo and Ada know of this." in _desk(town, "omar").plain

    await _words(town, "omar", Move.TAKE_FURTHER, PASSED_ON)

    assert "Only you, Mo, Omar and whoever asked know of this." in _desk(town, "ruth").plain


async def test_whoever_it_is_handed_up_to_is_not_said_to_be_on_it_before_they_say_so(town: Town) -> None:
    await town.slack.change_user("mo", manager=town.id("hugo"))  # so that Omar has not had it before
    await _escalate(town, "ada", "ben")
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)
    await _click(town, "ruth", Move.ACKNOWLEDGE)
    for times in (1, 1):
        town.slack.clock.forward(timedelta(days=1, minutes=5))
        await town.slack.until(partial(_reminded, town, "ruth", times))
        await town.settled()
    await town.slack.until(lambda: bool(town.dms("omar")))
    await town.settled()

    assert "[Acknowledge]" in _desk(town, "omar").plain
    assert "Omar has it and has not answered yet." in _desk(town, "ruth").plain
    await _click(town, "omar", Move.ACKNOWLEDGE)
    assert "Omar has read it and is on it." in town.dms("ada")[-1].plain


async def test_what_the_clock_did_is_not_written_down_as_the_holder_s_doing(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    await _let_it_wait(town, "mo", "omar")

    def read(connection: Connection) -> list[tuple[str, str]]:
        query = select(escalation_moves.c.move, escalation_moves.c.by_id).order_by(escalation_moves.c.id)
        return [(row.move, row.by_id) for row in connection.execute(query)]

    assert await town.bot.store.across(read) == [
        ("file", town.id("ada")),
        ("remind", "clock"),
        ("hand_up", "clock"),
    ]


async def test_to_settle_it_needs_no_note_and_takes_one(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    await _words(town, "mo", Move.SETTLE, "")
    assert town.dms("ada")[-1].plain.startswith("Your escalation about Ben: Mo says it is resolved.")

    await _escalate(town, "abe", "ben")
    await town.slack.clicks("mo", _desk(town, "mo"), f"escalation_{Move.SEND_BACK}")
    await town.slack.submits("mo", town.slack.shown("mo").views[-1].id, {"words": {"words": ""}})
    assert town.slack.shown("mo").views[-1].errors


async def test_the_form_for_thanks_says_nothing_of_what_went_wrong(town: Town) -> None:
    await _resolved(town)
    await town.slack.clicks("ada", town.dms("ada")[-1], "escalation_thank")

    (modal,) = town.slack.shown("ada").views
    assert modal.state.get("reason", {}).get("reason", {}).get("value") in {None, ""}
    assert "put things right" not in modal.plain


async def test_one_in_a_team_whom_the_chart_does_not_know_does_not_send_it_past_the_lead(town: Town) -> None:
    await town.slack.change_user("dina", manager=None)
    town.slack.change_group("support-team", ("ben", "cy", "dina"))
    told = group_json(town.slack, town.slack.world.groups["S0SUPPORTT"], members=True)
    await town.slack.happens({"type": "subteam_updated", "subteam": told})

    await _escalate(town, "ada", team="S0SUPPORTT")

    assert "[Take it to Ruth]" in _desk(town, "mo").plain


async def test_one_that_no_key_reads_holds_nobody_else_up(town: Town) -> None:
    await _escalate(town, "ada", "cy")
    await _escalate(town, "ada", "ben")
    spoil = update(rows).where(rows.c.number == 1).values(report=NOT_OURS)
    await town.bot.store.across(lambda connection: connection.execute(spoil))

    await town.slack.opens_home("ada")
    await town.slack.opens_home("mo")
    town.slack.clock.forward(timedelta(days=1, minutes=5))
    await town.slack.until(partial(_reminded, town, "mo", 2))
    await town.settled()
    assert "About Cy: Mo has it and decides what to do." in _home(town, "ada")
    assert "About Ben" in _home(town, "mo")

    await town.slack.clicks("ada", "home", f"escalation_{Move.WITHDRAW}", value="1")
    await town.settled()
    about_cy = [word.plain for word in town.dms("mo") if word.plain.startswith("About Cy")]
    assert "It was withdrawn." in about_cy[0]
    assert "The words cannot be read at the moment." in about_cy[0]
    read = select(rows.c.report).where(rows.c.number == 1)
    assert await town.bot.store.across(lambda connection: connection.execute(read).scalar_one()) == NOT_OURS

    town.slack.clock.forward(timedelta(days=181))
    forget = partial(escalations.forget, now=town.slack.clock.now())
    await town.bot.store.transact(town.bot.me.workspace, forget)
    assert await town.bot.store.across(lambda connection: connection.execute(read).scalar_one()) is None


async def test_from_a_conversation_without_goodword_the_form_opens_with_the_link_all_the_same(
    town: Town,
) -> None:
    await town.slack.says("omar", "people-ops", "The contract is late again.")
    said = town.slack.shown("ruth").channels["people-ops"][-1]
    await town.slack.shortcut("ruth", "escalate_message", said)

    (form,) = town.slack.shown("ruth").views
    link = f"https://kestrel.slack.com/archives/C0PEOPLEOP/p{said.ts.replace('.', '')}"
    assert link in form.private_metadata


async def test_a_fault_is_told_in_the_form_that_was_sent_and_names_the_right_command(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("something else")

    await _escalate(town, "ada", "ben")
    await town.slack.clicks("mo", _desk(town, "mo"), f"escalation_{Move.SEND_BACK}")
    await town.types("abe", "/escalate")
    await _choose(town, "abe", person="ben")
    for name in ("file", "move", "of"):
        monkeypatch.setattr(escalations, name, broken)

    await _fill(town, "abe")
    await town.slack.submits("mo", town.slack.shown("mo").views[-1].id, {"words": {"words": PASSED_ON}})
    await town.types("ada", "/escalate status")

    assert [*town.slack.shown("abe").views[-1].errors] == ["happened"]
    assert [*town.slack.shown("mo").views[-1].errors] == ["words"]
    assert "Please look at /escalate status before you try again." in town.last_words_to("ada")
    assert _who_saw(town, HAPPENED) == {"mo"}


async def _count(town: Town) -> int:
    query = select(func.count()).select_from(rows)
    return await town.bot.store.across(lambda connection: connection.execute(query).scalar_one())


async def test_the_two_managers_get_one_message_together_and_what_they_write_there_stays_there(
    town: Town,
) -> None:
    await _escalate(town, "ada", "ben")
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)

    (name,) = _together(town, "mo")
    (said,) = town.slack.shown("ruth").channels[name]
    assert said.plain == (
        f"About Ben: Mo took this to Ruth.\n{PASSED_ON}\n"
        "Talk it over in a thread under this message. Goodword does not read what you write here, and "
        "copies nothing out of it. The buttons are in your own messages with Goodword."
    )
    assert not [who for who in ("ada", "ben", "omar", "eve", "cy") if _together(town, who)]
    before = len(town.slack.requests)
    await town.slack.says("ruth", said.channel, "Can we send it tomorrow? heron-51", thread=said.ts)
    assert len(town.slack.requests) == before

    await _click(town, "ruth", Move.ACKNOWLEDGE)
    await _words(town, "ruth", Move.RESOLVE, "It went out this morning.")
    assert [word.plain for word in town.slack.shown("mo").channels[name] if word.bot] == [said.plain]
    assert "Ada" not in said.plain
    assert not [who for who, saw in town.everybody_saw().items() if "heron-51" in "".join(saw)]

    town.slack.clock.forward(timedelta(days=181))
    forget = partial(escalations.forget, now=town.slack.clock.now())
    await town.bot.store.transact(town.bot.me.workspace, forget)
    await town.settled()
    assert _who_saw(town, "marmot-23") == set()


async def test_the_two_managers_read_the_name_only_if_it_may_be_told(town: Town) -> None:
    await _escalate(town, "ada", "ben", choices=["named"])
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)

    (name,) = _together(town, "ruth")
    assert "It comes from Ada." in town.slack.shown("mo").channels[name][0].plain


@pytest.mark.parametrize(("ticked", "opened"), [(["own"], 0), (["named", "own"], 1)])
async def test_who_took_the_first_step_unnamed_is_not_given_away_by_a_conversation(
    town: Town, ticked: list[str], opened: int
) -> None:
    await town.types("mo", "/escalate")
    await _choose(town, "mo", person="ben")
    for _ in range(2):
        await _fill(town, "mo", ticked)
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)

    assert len(_together(town, "ruth")) == opened


async def test_with_a_channel_that_stands_in_nobody_is_brought_together(town: Town) -> None:
    await town.set("fallback", "C0PEOPLEOP")
    await town.slack.joins("eve", "people-ops")
    await _invite_goodword(town)
    await _escalate(town, "eve", "ben")
    in_channel = town.slack.shown("omar").channels["people-ops"][-1]
    await _words(town, "omar", Move.TAKE_FURTHER, PASSED_ON, on=in_channel)

    assert PASSED_ON in _desk(town, "ruth").plain
    assert not [who for who in ("eve", "omar", "ruth") if _together(town, who)]


async def test_withdrawn_before_they_were_told_nobody_is_brought_together(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    town.slack.faults.add("conversations.open", "http500", times=20)
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON, settled=False)
    await town.hears("delivery", "EscalationTalk later")
    await town.types("ada", "/escalate status")
    await town.slack.clicks("ada", town.slack.shown("ada").ephemerals[-1], f"escalation_{Move.WITHDRAW}")
    town.slack.faults.clear()
    town.slack.clock.forward(timedelta(minutes=10))
    await town.settled()

    assert _together(town, "ruth") == []


def _together(town: Town, who: str) -> list[str]:
    """The conversations of several in which somebody reads something."""
    rooms = town.slack.shown(who).channels
    return [name for name in rooms if name.startswith("mpdm-") and rooms[name]]


async def test_what_is_for_a_channel_waits_while_others_may_read_along_and_what_stands_there_is_hidden(
    town: Town,
) -> None:
    """Shared without a new id, then joined by whom it is about: nothing tells Goodword, so it asks."""
    await town.set("fallback", "C0PEOPLEOP")
    await town.slack.joins("eve", "people-ops")
    await _invite_goodword(town)
    await _escalate(town, "eve", "ben")
    await town.slack.closes("eve", town.slack.shown("eve").views[-1].id)
    town.slack.faults.add("chat.postMessage", "ratelimited", times=1, retry_after=60)
    await town.types("eve", "/escalate")
    await _choose(town, "eve", person="cy")
    written = {"happened": {"happened": HAPPENED}}
    await town.slack.submits("eve", town.slack.shown("eve").views[-1].id, written)
    await town.hears("delivery", "EscalationArrived later ratelimited")

    room = town.slack.world.conversations["C0PEOPLEOP"]
    room.shared = True
    room.members.add(town.id("xenia"))
    town.slack.clock.forward(timedelta(minutes=2))
    await town.hears("delivery", "EscalationArrived later others_read_along")
    await town.slack.until(lambda: any("may read along" in word.plain for word in town.dms("eve")))
    assert not [saw for saw in _in_stand_in(town, "omar") if "About Cy" in saw]
    await town.hears("delivery", "EscalationRedrawn later others_read_along")
    (shown,) = _in_stand_in(town, "xenia")
    assert shown.startswith("This is hidden at the moment")
    await town.slack.opens_home("eve")
    await town.slack.until(lambda: town.slack.shown("eve").home_view)
    await town.slack.clicks("eve", "home", f"escalation_{Move.WITHDRAW}", value="1")

    room.shared = False
    room.members = room.members - {town.id("xenia")} | {town.id("ben")}
    town.slack.clock.forward(timedelta(minutes=10))
    await town.slack.until(lambda: any("About Cy" in saw for saw in _in_stand_in(town, "omar")))
    assert not [saw for saw in _in_stand_in(town, "ben") if "About Ben" in saw]
    room.members.remove(town.id("ben"))
    town.slack.clock.forward(timedelta(minutes=10))
    await town.settled()
    assert "About Ben: it was withdrawn." in _in_stand_in(town, "omar")[0]
    assert len([word for word in town.dms("eve") if "may read along" in word.plain]) == 2  # each once


async def test_a_holder_who_joins_the_team_it_is_about_reads_nothing_and_it_is_handed_up(town: Town) -> None:
    await _escalate(town, "ada", team="S0SUPPORTT")
    stood = _desk(town, "mo")
    town.slack.faults.add("chat.postMessage", "ratelimited", times=1, retry_after=60)
    await town.types("abe", "/escalate")
    await _choose(town, "abe", team="S0SUPPORTT")
    written = {"happened": {"happened": HAPPENED}}
    await town.slack.submits("abe", town.slack.shown("abe").views[-1].id, written)
    await town.hears("delivery", "EscalationArrived later ratelimited")

    await _tell_of_group(town, "ben", "cy", "mo")
    town.slack.clock.forward(timedelta(minutes=2))
    await town.hears("delivery", "EscalationArrived later the_company_changed")
    assert len([word for word in town.dms("mo") if HAPPENED in word.plain]) == 1
    await town.slack.clicks("mo", stood, f"escalation_{Move.SETTLE}")
    await town.hears("delivery", "ClickRefused sent")
    assert not town.slack.shown("mo").views
    await town.types("mo", "/escalate status")
    assert "You have no escalations" in town.last_words_to("mo")

    town.slack.clock.forward(timedelta(days=1, minutes=5))
    await town.slack.until(lambda: len([word for word in town.dms("omar") if HAPPENED in word.plain]) == 2)
    await town.slack.until(lambda: not [word for word in town.dms("mo") if HAPPENED in word.plain])
    assert not [word for word in town.dms("mo") if "A reminder" in word.plain]


async def test_whom_it_is_about_can_do_nothing_in_the_channel_that_stands_in(town: Town) -> None:
    await town.set("fallback", "C0PEOPLEOP")
    await town.slack.joins("eve", "people-ops")
    await _invite_goodword(town)
    await _escalate(town, "eve", "ben")
    in_channel = town.slack.shown("omar").channels["people-ops"][-1]
    await town.slack.joins("ben", "people-ops")

    for times, move in enumerate((Move.TAKE_FURTHER, Move.SETTLE), start=1):
        await town.slack.clicks("ben", in_channel, f"escalation_{move}")
        await town.hears("delivery", "ClickRefused sent", times)
        assert "Only the person who has this on their desk can do that." in town.last_words_to("ben")
    assert not town.slack.shown("ben").views
    assert not [saw for saw in _in_stand_in(town, "ben") if "About" in saw]


async def test_a_channel_that_stands_in_keeps_what_it_had_under_a_new_id(town: Town) -> None:
    await town.set("fallback", "C0PEOPLEOP")
    await town.slack.joins("eve", "people-ops")
    await _invite_goodword(town)
    await _escalate(town, "eve", "ben")
    await _moves(town, "C0PEOPLEOP", "C0PEOPLE02")

    await town.slack.opens_home("eve")
    await town.settled()
    await town.slack.clicks("eve", "home", f"escalation_{Move.WITHDRAW}")
    await town.settled()
    (shown,) = _in_stand_in(town, "omar")
    assert "it was withdrawn" in shown
    assert HAPPENED in shown


def _in_stand_in(town: Town, who: str) -> list[str]:
    return [one.plain for one in town.slack.shown(who).channels["people-ops"] if one.bot]


async def test_what_waits_for_a_channel_is_held_back_once_that_is_shared_with_another_organisation(
    town: Town,
) -> None:
    await town.set("fallback", "C0PEOPLEOP")
    await town.slack.joins("eve", "people-ops")
    await _invite_goodword(town)
    town.slack.faults.add("chat.postMessage", "ratelimited", times=1, retry_after=60)
    await town.types("eve", "/escalate")
    await _choose(town, "eve", person="ben")
    written = {"happened": {"happened": HAPPENED}}
    await town.slack.submits("eve", town.slack.shown("eve").views[-1].id, written)
    await town.hears("delivery", "EscalationArrived later ratelimited")

    # Shared, it has another id: that is how Slack tells of it.
    await town.slack.joins(town.bot.me.bot_user, "acme-shared")
    event = {
        "type": "channel_id_changed",
        "old_channel_id": "C0PEOPLEOP",
        "new_channel_id": "C0ACMESHRD",
        "event_ts": town.slack.world.new_ts(),
    }
    await town.slack.send_events(town.slack.emit(event))
    town.slack.clock.forward(timedelta(minutes=2))
    await town.hears("delivery", "EscalationArrived", times=2)
    assert not [one for one in town.slack.shown("xenia").channels["acme-shared"] if one.bot]
