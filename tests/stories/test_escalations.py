"""A complaint goes from manager to manager, and nowhere else: every story looks at what everybody saw."""

import json
import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot import escalations
from bot.rules.lifecycle import Move
from handlers.playground import Interaction, Message
from handlers.playground.api_people import group_json
from handlers.playground.payloads import press_in_message, submission
from handlers.playground.world import Post, View
from tests.town import Town, both_ways

HAPPENED = "The contract zebra-17 was due on Monday and is not there."
PASSED_ON = "A contract that was promised for Monday is missing: marmot-23."
NOTE = "It went out this morning, by courier: osprey-31."
SECRETS = ("zebra-17", "marmot-23", "osprey-31", "penguin-41")


@both_ways
async def test_from_ada_by_mo_to_ruth_and_back_and_nobody_else_hears_a_thing(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    assert "Mo has it now." in town.slack.shown("ada").views[-1].plain
    await town.slack.closes("ada", town.slack.shown("ada").views[-1].id)

    on_mo_s_desk = _desk(town, "mo")
    assert HAPPENED in on_mo_s_desk.plain
    assert "From Ada, who asks you to look first." in on_mo_s_desk.plain
    assert "[Take it to Ruth]" in on_mo_s_desk.plain
    assert _who_saw(town, "zebra-17") == {"mo"}

    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)
    on_ruth_s_desk = _desk(town, "ruth")
    assert PASSED_ON in on_ruth_s_desk.plain
    assert "From Mo." in on_ruth_s_desk.plain
    assert "Ada" not in on_ruth_s_desk.plain
    assert "[" not in _desk(town, "mo").plain
    assert _who_saw(town, "zebra-17") == {"mo"}
    assert "Mo took it to Ruth." in town.dms("ada")[-1].plain

    await _click(town, "ruth", Move.ACKNOWLEDGE)
    assert "Ruth has read it and is on it." in town.dms("ada")[-1].plain
    await _words(town, "ruth", Move.RESOLVE, NOTE)

    assert "Ruth says it is resolved." in town.dms("ada")[-1].plain
    assert NOTE in town.dms("ada")[-1].plain
    assert _who_saw(town, "marmot-23") == {"mo", "ruth"}
    assert _who_saw(town, "osprey-31") == {"ada", "mo", "ruth"}
    assert set(town.everybody_saw()) == {"ada", "mo", "ruth"}


async def test_the_reporter_is_asked_to_thank_and_the_outcome_stays_private(town: Town) -> None:
    await _resolved(town)
    await town.slack.clicks("ada", town.dms("ada")[-1], "escalation_thank")
    (modal,) = town.slack.shown("ada").views
    assert NOTE in modal.plain

    await town.slack.submits(
        "ada", modal.id, {"reason": {"reason": "for putting the contract right so fast"}}
    )
    await town.settled()

    (post,) = town.channel("kudos")
    assert post.plain == "Ada thanks @Ben\nfor putting the contract right so fast\n[Me too]"
    assert _who_saw(town, "osprey-31") == {"ada", "mo", "ruth"}


async def test_the_name_goes_along_only_if_the_reporter_said_so(town: Town) -> None:
    await _escalate(town, "ada", "ben", choices=["named"])
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)

    assert "It comes from Ada." in _desk(town, "ruth").plain


async def test_one_manager_for_both_sees_it_as_such_and_settles_it(town: Town) -> None:
    await _escalate(town, "ada", "abe")
    assert "Both sides come to you, so this is yours alone." in _desk(town, "mo").plain
    assert "Take it to" not in _desk(town, "mo").plain

    await _words(town, "mo", Move.SETTLE, NOTE)

    assert "Mo says it is resolved." in town.dms("ada")[-1].plain
    assert set(town.everybody_saw()) == {"ada", "mo"}


async def test_about_one_s_own_manager_it_goes_above(town: Town) -> None:
    await _escalate(town, "ada", "mo")

    assert _who_saw(town, "zebra-17") == {"omar"}
    assert "mo" not in town.everybody_saw()


@pytest.mark.parametrize(
    ("ticked", "said"),
    [(["own"], "From a manager who asks not to be named."), (["named", "own"], "From Mo.")],
)
async def test_who_leads_people_may_take_the_first_step_and_is_named_only_if_they_said_so(
    town: Town, ticked: list[str], said: str
) -> None:
    await town.types("mo", "/escalate")
    await _choose(town, "mo", person="ben")
    await _fill(town, "mo", ticked)
    await _fill(town, "mo", ticked)  # once the form has shown the other route

    assert "You are taking this on yourself." in _desk(town, "mo").plain
    assert "Only you know of this." in _desk(town, "mo").plain
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)
    assert _desk(town, "ruth").plain.splitlines()[1] == f"{said} Ben is not told by Goodword."
    assert bool(re.search(r"\bMo\b", _desk(town, "ruth").plain)) == ("named" in ticked)
    assert set(town.everybody_saw()) == {"mo", "ruth"}


async def test_who_leads_nobody_any_more_takes_no_first_step(town: Town) -> None:
    await town.types("mo", "/escalate")
    await _choose(town, "mo", person="ben")
    for who in ("ada", "abe", "greta"):
        await town.slack.change_user(who, manager=town.id("omar"))
    await _fill(town, "mo", ["own"])

    assert "Omar has it now." in town.slack.shown("mo").views[-1].plain
    assert set(town.everybody_saw()) == {"mo", "omar"}


@pytest.mark.parametrize("change", [{"is_guest": True}, {"team": "T0ACMECORP"}])
async def test_guests_and_people_of_other_organisations_are_passed_over(
    town: Town, change: dict[str, Any]
) -> None:
    await town.slack.change_user("mo", **change)
    await _escalate(town, "ada", "ben")

    assert _who_saw(town, "zebra-17") == {"omar"}


async def test_about_a_team_it_goes_to_the_lead(town: Town) -> None:
    await _escalate(town, "ada", team="S0SUPPORTT")
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)

    assert "About Support team" in _desk(town, "ruth").plain
    assert set(town.everybody_saw()) == {"ada", "mo", "ruth"}


async def test_about_a_team_that_leads_itself_in_a_circle_it_goes_to_the_fallback(town: Town) -> None:
    await town.set("fallback", town.id("hugo"))
    await town.slack.change_user("ben", manager=town.id("cy"))
    await town.slack.change_user("cy", manager=town.id("ben"))
    await town.slack.change_user("dina", manager=town.id("cy"))
    await _escalate(town, "ada", team="S0SUPPORTT")
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)

    assert _who_saw(town, "marmot-23") == {"mo", "hugo"}


async def test_who_left_before_it_was_taken_to_them_is_replaced_by_who_is_there(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    await town.slack.clicks("mo", _desk(town, "mo"), f"escalation_{Move.TAKE_FURTHER}")
    await town.slack.deactivate("ruth")
    await _submit(town, "mo", PASSED_ON)
    assert "They cannot take it any more." in str(town.slack.shown("mo").views[-1].errors)
    await town.slack.closes("mo", town.slack.shown("mo").views[-1].id)

    await town.slack.clicks("mo", _desk(town, "mo"), f"escalation_{Move.TAKE_FURTHER}")
    await town.settled()
    assert "what should Omar know?" in town.slack.shown("mo").views[-1].plain
    assert "[Take it to Omar]" in _desk(town, "mo").plain
    await _submit(town, "mo", PASSED_ON)

    assert _who_saw(town, "marmot-23") == {"mo", "omar"}


async def test_who_joined_the_team_meanwhile_does_not_get_what_is_about_it(town: Town) -> None:
    await town.slack.change_user("dina", manager=town.id("cy"))
    await town.slack.change_user("ben", manager=town.id("cy"))
    await _tell_of_group(town, "ben", "dina")
    await _escalate(town, "ada", team="S0SUPPORTT")
    assert "[Take it to Cy]" in _desk(town, "mo").plain

    await _tell_of_group(town, "ben", "cy", "fay")
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)

    assert _who_saw(town, "marmot-23") == {"mo", "omar"}


async def test_sent_back_with_a_note_and_withdrawn(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    await _words(town, "mo", Move.SEND_BACK, "Let us look at it together first: penguin-41.")
    assert "Mo sent it back to you." in town.dms("ada")[-1].plain
    assert "penguin-41" in town.dms("ada")[-1].plain

    await _escalate(town, "abe", "ben")
    await town.types("abe", "/escalate status")
    await town.slack.clicks("abe", town.slack.shown("abe").ephemerals[-1], f"escalation_{Move.WITHDRAW}")
    await town.settled()

    assert "It was withdrawn." in _desk(town, "mo").plain
    await town.types("abe", "/escalate status")
    assert "it was withdrawn." in town.last_words_to("abe")
    assert {"ben", "ruth"}.isdisjoint(town.everybody_saw())


async def test_only_the_holder_s_buttons_work_and_a_stale_one_answers_with_the_state(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)
    await _forged(town, "mo", Move.SETTLE)

    assert "with the service manager" in town.last_words_to("mo")
    assert "[Acknowledge]" in _desk(town, "ruth").plain


async def test_whoever_does_not_have_it_yet_does_not_learn_that_it_exists(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    for who in ("ruth", "ben", "cy"):
        await _forged(town, who, Move.ACKNOWLEDGE)
        assert town.last_words_to(who) == "Only the person who has this on their desk can do that."


async def test_whoever_had_it_before_it_was_handed_up_is_answered_with_the_state(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    await _let_it_wait(town, "mo", "omar")
    await _forged(town, "mo", Move.SETTLE)

    assert "this is with the reporter's manager" in town.last_words_to("mo")


async def test_a_button_of_another_state_shows_the_second_holder_nothing_of_the_report(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)
    await _forged(town, "ruth", Move.TAKE_FURTHER)

    assert town.slack.shown("ruth").views == []
    assert "with the service manager" in town.last_words_to("ruth")
    assert _who_saw(town, "zebra-17") == {"mo"}


async def test_withdrawn_in_the_home_tab_even_twice_the_tab_shows_how_it_stands(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    await town.slack.opens_home("ada")
    await town.settled()
    done = await town.slack.clicks("ada", "home", f"escalation_{Move.WITHDRAW}")
    await town.settled()
    assert "it was withdrawn." in _home(town, "ada")
    assert "[Withdraw]" not in _home(town, "ada")

    await town.slack.redeliver(done)
    await _forged(town, "ada", Move.SETTLE, in_home=True)
    await town.settled()

    assert "It was withdrawn." in _desk(town, "mo").plain
    assert set(town.everybody_saw()) == {"ada", "mo"}


async def test_without_a_manager_and_without_a_fallback_nothing_is_kept(town: Town) -> None:
    await town.types("eve", "/escalate")
    await _choose(town, "eve", person="ben")

    assert "set a fallback" in town.slack.shown("eve").views[-1].plain
    await _fill(town, "eve")
    assert "set a fallback" in str(town.slack.shown("eve").views[-1].errors)
    assert set(town.everybody_saw()) == {"eve"}


async def test_a_private_channel_may_stand_in_and_whoever_is_in_it_may_act(town: Town) -> None:
    await town.set("fallback", "C0PEOPLEOP")
    await town.slack.joins("eve", "people-ops")
    await _invite_goodword(town)
    await _escalate(town, "eve", "ben")

    in_channel = town.slack.shown("omar").channels["people-ops"][-1]
    assert HAPPENED in in_channel.plain
    await _words(town, "omar", Move.TAKE_FURTHER, PASSED_ON, on=in_channel)
    assert PASSED_ON in _desk(town, "ruth").plain


async def test_whoever_is_none_of_the_company_s_does_not_stand_in(town: Town) -> None:
    await town.set("fallback", town.id("xenia"))
    await town.types("eve", "/escalate")
    await _choose(town, "eve", person="ben")
    await _fill(town, "eve")

    assert "set a fallback" in str(town.slack.shown("eve").views[-1].errors)
    assert set(town.everybody_saw()) == {"eve"}


async def test_a_private_channel_in_which_the_subject_reads_along_does_not_stand_in(town: Town) -> None:
    await town.set("fallback", "C0PEOPLEOP")
    await _invite_goodword(town)
    await town.types("eve", "/escalate")
    await _choose(town, "eve", person="ruth")

    assert "set a fallback" in town.slack.shown("eve").views[-1].plain
    await _fill(town, "eve")
    assert set(town.everybody_saw()) == {"eve"}


async def test_nothing_is_handed_up_to_a_channel_that_the_subject_has_joined(town: Town) -> None:
    await town.set("fallback", "C0PEOPLEOP")
    await _invite_goodword(town)
    await town.slack.change_user("mo", manager=None)
    await _escalate(town, "ada", "ben")
    await town.slack.joins("ben", "people-ops")
    for times in (1, 2):
        town.slack.clock.forward(timedelta(days=1, minutes=5))
        await town.slack.until(partial(_reminded, town, "mo", times))

    assert set(town.everybody_saw()) == {"ada", "mo"}


async def test_overdue_it_is_reminded_once_and_then_handed_up(town: Town) -> None:
    await _escalate(town, "ada", "ben")  # a Wednesday morning in New York
    town.slack.clock.forward(timedelta(days=1, minutes=5))
    await town.slack.until(lambda: any("A reminder" in word.plain for word in town.dms("mo")))
    town.slack.clock.forward(timedelta(minutes=30))
    await town.settled()
    assert len([word for word in town.dms("mo") if "A reminder" in word.plain]) == 1

    town.slack.clock.forward(timedelta(days=1))
    await town.slack.until(lambda: bool(town.dms("omar")))
    await town.settled()

    assert HAPPENED in _desk(town, "omar").plain
    assert "it waited too long, so it is with Omar now." in town.dms("ada")[-1].plain
    assert "[" not in _desk(town, "mo").plain
    assert set(town.everybody_saw()) == {"ada", "mo", "omar"}


async def test_it_is_never_handed_back_to_whoever_let_it_wait(town: Town) -> None:
    await town.set("fallback", town.id("omar"))
    await town.slack.change_user("mo", manager=None)
    await town.slack.change_user("omar", manager=town.id("eve"))
    await _escalate(town, "ada", "ben")
    await _let_it_wait(town, "mo", "omar")
    await _let_it_wait(town, "omar", "eve", days=4)  # over a weekend
    for times in (1, 2):
        town.slack.clock.forward(timedelta(days=4))
        await town.slack.until(partial(_reminded, town, "eve", times))

    assert len([word for word in town.dms("omar") if HAPPENED in word.plain]) == 1
    assert "Eve has it and decides what to do." in _desk(town, "omar").plain


async def test_the_first_manager_gets_it_back_from_the_other_side_in_one_message_that_acts(
    town: Town,
) -> None:
    await town.slack.change_user("ruth", manager=town.id("mo"))
    await _escalate(town, "ada", "ben")
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)
    town.slack.clock.forward(timedelta(days=1, minutes=5))
    await town.slack.until(partial(_reminded, town, "ruth", 1))
    town.slack.clock.forward(timedelta(days=1, minutes=5))
    await town.slack.until(partial(_heard, town, "mo", 2))
    await town.settled()

    assert ["[Acknowledge]" in word.plain for word in town.dms("mo")] == [False, True]


async def test_who_left_with_it_on_the_desk_is_not_reminded_before_it_is_handed_up(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    await town.slack.deactivate("mo")
    town.slack.clock.forward(timedelta(days=1, minutes=5))
    await town.slack.until(lambda: bool(town.dms("omar")))
    await town.settled()

    assert HAPPENED in _desk(town, "omar").plain
    assert "it waited too long, so it is with Omar now." in town.dms("ada")[-1].plain


async def test_a_reminder_stays_a_reminder_when_the_escalation_moves(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    town.slack.clock.forward(timedelta(days=1, minutes=5))
    await town.slack.until(lambda: len(town.dms("mo")) == 2)
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)

    assert len([word for word in town.dms("mo") if HAPPENED in word.plain]) == 1
    assert town.dms("mo")[-1].plain.startswith("A reminder: ")


async def test_withdrawn_before_the_next_manager_was_told_it_never_reaches_them(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    # Two are on their way, to Ada and to Ruth, and neither may slip through.
    town.slack.faults.add("chat.postMessage", "ratelimited", times=9, retry_after=300)
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON, settled=False)
    await town.hears("delivery", "EscalationArrived later")
    await town.hears("delivery", "EscalationMoved later")
    await _forged(town, "ada", Move.WITHDRAW, settled=False)
    town.slack.faults.clear()
    town.slack.clock.forward(timedelta(minutes=6))
    await town.settled()

    assert "It was withdrawn." in _desk(town, "mo").plain
    assert "ruth" not in town.everybody_saw()
    assert _who_saw(town, "marmot-23") == set()


async def test_two_steps_told_late_are_told_one_by_one(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)
    town.slack.faults.add("chat.postMessage", "ratelimited", retry_after=300)
    await town.slack.clicks("ruth", _desk(town, "ruth"), f"escalation_{Move.ACKNOWLEDGE}")
    await town.hears("delivery", "EscalationMoved later")
    await _forged_words(town, "ruth", Move.RESOLVE, NOTE)
    town.slack.clock.forward(timedelta(minutes=6))
    await town.settled()

    *_, first, last = town.dms("ada")
    assert "Ruth has read it and is on it." in first.plain
    assert (NOTE in first.plain, NOTE in last.plain) == (False, True)
    assert ("[Thank them]" in first.plain, "[Thank them]" in last.plain) == (False, True)


async def test_whoever_had_it_before_it_was_handed_up_reads_nothing_that_others_pass_on(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    await _let_it_wait(town, "mo", "omar")
    assert HAPPENED in _desk(town, "mo").plain
    assert "Omar has it and decides what to do." in _desk(town, "mo").plain

    await _words(town, "omar", Move.TAKE_FURTHER, PASSED_ON)

    assert PASSED_ON in _desk(town, "ruth").plain
    assert _who_saw(town, "marmot-23") == {"omar", "ruth"}
    assert "From Ada, who asks you to look first." in _desk(town, "mo").plain


async def test_from_the_third_about_the_same_team_the_reporter_alone_sees_the_balance(town: Town) -> None:
    for _ in range(2):
        await _escalate(town, "ada", team="S0SUPPORTT")
        await town.slack.closes("ada", town.slack.shown("ada").views[-1].id)
    await town.types("ada", "/kudos @ben for the very quick answer")
    await town.types("ada", "/escalate")
    await _choose(town, "ada", team="S0SUPPORTT")

    assert "1 thanks and 2 escalations" in town.slack.shown("ada").views[-1].plain
    assert _who_saw(town, "2 escalations") == {"ada"}


async def test_the_words_are_erased_after_their_time_and_the_counts_remain(town: Town) -> None:
    await _resolved(town)
    town.slack.clock.forward(timedelta(days=181))
    forget = partial(escalations.forget, now=town.slack.clock.now())
    assert await town.bot.store.transact(town.bot.me.workspace, forget) == 1

    found = await town.bot.store.transact(town.bot.me.workspace, lambda work: work.escalations.read(1))
    assert found is not None
    assert (found.report, found.handed_on, found.note) == (None, None, None)


async def test_after_their_time_no_inbox_has_a_word_of_them_any_more(town: Town) -> None:
    await _resolved(town)
    await _escalate(town, "abe", "ben")
    await _words(town, "mo", Move.SEND_BACK, "Let us look at it together first: penguin-41.")
    await town.slack.opens_home("ada")
    await town.settled()
    await town.slack.clicks("ada", "home", "privacy_export")
    await town.settled()
    assert _who_saw(town, "zebra-17") == {"ada", "mo"}
    await town.slack.closes("abe", town.slack.shown("abe").views[-1].id)

    town.slack.clock.forward(timedelta(days=181))
    forget = partial(escalations.forget, now=town.slack.clock.now())
    await town.bot.store.transact(town.bot.me.workspace, forget)
    await town.settled()

    assert {secret: _who_saw(town, secret) for secret in SECRETS} == {secret: set() for secret in SECRETS}
    assert _desk(town, "ruth").plain == (
        "About Ben: it is resolved.\nFrom Mo. Ben is not told by Goodword.\n"
        "The words were erased after their time.\nIt is resolved."
    )
    assert town.dms("ada")[-1].plain == (
        "Your escalation about Ben: Ruth says it is resolved.\nThe words were erased after their time."
    )
    assert town.dms("abe")[-1].plain.startswith("Your escalation about Ben: Mo sent it back to you.")


@pytest.mark.parametrize("times", [2, 5])
async def test_the_form_sent_several_times_is_one_escalation(town: Town, times: int) -> None:
    sent = await _escalate(town, "ada", "ben")
    await town.slack.redeliver(sent, times=times - 1)
    await town.settled()

    assert len([word for word in town.dms("mo") if "zebra-17" in word.plain]) == 1


async def _resolved(town: Town) -> None:
    await _escalate(town, "ada", "ben")
    await town.slack.closes("ada", town.slack.shown("ada").views[-1].id)
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)
    await _click(town, "ruth", Move.ACKNOWLEDGE)
    await _words(town, "ruth", Move.RESOLVE, NOTE)


async def _let_it_wait(town: Town, holder: str, above: str, days: int = 1) -> None:
    """Let the time pass until it is handed from one to the other."""
    town.slack.clock.forward(timedelta(days=days, minutes=5))
    await town.slack.until(partial(_reminded, town, holder, 1))
    town.slack.clock.forward(timedelta(days=days, minutes=5))
    await town.slack.until(lambda: any(HAPPENED in word.plain for word in town.dms(above)))
    await town.settled()


async def _escalate(
    town: Town, who: str, person: str = "", *, team: str = "", choices: list[str] | None = None
) -> Interaction:
    await town.types(who, "/escalate")
    await _choose(town, who, person=person, team=team)
    return await _fill(town, who, choices)


async def _choose(town: Town, who: str, *, person: str = "", team: str = "") -> None:
    view = town.slack.shown(who).views[-1]
    value, block = (town.id(person), "subject") if person else (team, "team")
    await town.slack.clicks(who, view, "escalation_subject", value=value, block_id=block)


async def _fill(town: Town, who: str, choices: list[str] | None = None) -> Interaction:
    values: dict[str, dict[str, Any]] = {"happened": {"happened": HAPPENED}}
    if choices:
        values["choices"] = {"escalation_subject": choices}
    sent = await town.slack.submits(who, town.slack.shown(who).views[-1].id, values)
    await town.settled()
    return sent


async def _click(town: Town, who: str, move: Move) -> Interaction:
    done = await town.slack.clicks(who, _desk(town, who), f"escalation_{move}")
    await town.settled()
    return done


async def _words(
    town: Town, who: str, move: Move, words: str, on: Message | None = None, *, settled: bool = True
) -> None:
    await town.slack.clicks(who, on or _desk(town, who), f"escalation_{move}")
    await _submit(town, who, words, settled=settled)


async def _submit(town: Town, who: str, words: str, *, settled: bool = True) -> None:
    modal = town.slack.shown(who).views[-1]
    await town.slack.submits(who, modal.id, {"words": {"words": words}})
    if settled:
        await town.settled()


async def _tell_of_group(town: Town, *members: str) -> None:
    """The support team consists of these from now on."""
    town.slack.change_group("support-team", members)
    told = group_json(town.slack, town.slack.world.groups["S0SUPPORTT"], members=True)
    await town.slack.happens({"type": "subteam_updated", "subteam": told})


async def _forged_words(town: Town, who: str, move: Move, words: str, number: int = 1) -> None:
    """A form of a move that was not opened by its button."""
    given = {"type": "modal", "callback_id": "escalation_note", "title": {"type": "plain_text", "text": "X"}}
    given |= {"blocks": [], "private_metadata": json.dumps({"number": number, "move": move})}
    view = View(town.slack.world.new_id("V"), town.id(who), given, "1.0")
    view.state = {"words": {"words": {"type": "plain_text_input", "value": words}}}
    payload = submission(town.slack, town.slack.person(who), view)
    await town.slack.caller.send(town.slack.caller.payload("view_submission", "forged", payload))


def _home(town: Town, who: str) -> str:
    view = town.slack.shown(who).home_view
    assert view
    return view.plain


async def _forged(
    town: Town, who: str, move: Move, number: int = 1, *, settled: bool = True, in_home: bool = False
) -> None:
    """A click on a button that is not there, or not there any more."""
    person, app = town.slack.person(who), town.bot.me.bot_user
    post = Post(town.slack.world.new_ts(), town.slack.world.im(person.id, app).id, app, "")
    action = {"type": "button", "action_id": f"escalation_{move}", "block_id": "b", "value": str(number)}
    payload = press_in_message(town.slack, person, post, action, {})
    if in_home:
        payload |= {"response_url": "", "channel": {}}
    await town.slack.caller.send(town.slack.caller.payload("block_actions", "forged", payload))
    if settled:
        await town.settled()


async def _invite_goodword(town: Town) -> None:
    await town.slack.joins(town.bot.me.bot_user, "people-ops")


def _desk(town: Town, who: str) -> Message:
    """The latest message on somebody's desk that is about an escalation."""
    return [word for word in town.dms(who) if word.plain.startswith("About ")][-1]


def _reminded(town: Town, who: str, times: int) -> bool:
    return len([word for word in town.dms(who) if "A reminder" in word.plain]) == times


def _heard(town: Town, who: str, times: int) -> bool:
    return len(town.dms(who)) == times


def _who_saw(town: Town, words: str) -> set[str]:
    return {who for who, saw in town.everybody_saw().items() if any(words in one for one in saw)}
