"""Thanks in ordinary talk are noticed, and their author is asked; a complaint is answered to its author."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection

from bot import capture, kudos, settings
from storage.tables import claims, metadata
from tests.town import MORNING, Town

THANKS = "Huge thanks to @ben, the auditors left happy after the invoice clean-up"
COMPLAINT = "@ben STILL hasn't sent the contract, this is the third time he has forgotten it"
TALK = "@ben is the meeting at three or at four?"


async def _says(town: Town, who: str, text: str, channel: str = "general") -> str:
    done = await town.slack.says(who, channel, text)
    await town.settled()
    assert done.ts
    return done.ts


def _whispers(town: Town) -> dict[str, list[str]]:
    everybody = {one.handle: town.slack.shown(one.id).ephemerals for one in town.slack.company.people}
    return {who: [word.plain for word in words] for who, words in everybody.items() if words}


async def _answers(town: Town, who: str, button: str) -> None:
    await town.slack.clicks(who, town.slack.shown(who).ephemerals[-1], button)
    await town.settled()


def _kudos(town: Town) -> list[str]:
    return [post.plain.split("\n")[0] for post in town.channel("kudos")]


async def test_only_the_author_is_asked_and_nothing_is_recorded_before_they_answer(town: Town) -> None:
    await _says(town, "ada", THANKS)

    assert _whispers(town).keys() == {"ada"}
    [asked] = _whispers(town)["ada"]
    assert asked.startswith("Only you see this. Shall I record it as kudos to Ben")
    assert _kudos(town) == []
    assert town.dms("ben") == []


async def test_recorded_it_is_a_kudos_as_any_other_and_counts_once(town: Town) -> None:
    await _says(town, "ada", THANKS)
    await _answers(town, "ada", "shoutout_record")
    assert "Your thanks to Ben" in _whispers(town)["ada"][-1]

    assert _kudos(town) == ["Ada thanks @Ben"]
    assert "the auditors left happy" in town.channel("kudos")[0].plain
    assert len(town.dms("ben")) == 1
    assert await town.bot.store.transact(town.bot.me.workspace, kudos.verify) == []


async def test_an_edit_and_a_deletion_are_followed(town: Town) -> None:
    ts = await _says(town, "ada", THANKS)
    await _answers(town, "ada", "shoutout_record")
    await town.slack.edits("ada", "general", ts, THANKS + ", in two days")
    await town.settled()
    assert "in two days" in town.channel("kudos")[0].plain

    await town.slack.deletes("ada", "general", ts)
    await town.settled()
    assert _kudos(town) == []
    assert town.dms("ben") == []


@pytest.mark.parametrize(("button", "again"), [("shoutout_not_now", True), ("shoutout_not_here", False)])
async def test_whoever_says_no_is_asked_again_only_where_they_did_not_mind(
    town: Town, button: str, *, again: bool
) -> None:
    await _says(town, "ada", THANKS)
    await _answers(town, "ada", button)
    assert _whispers(town)["ada"][-1].startswith("All right")
    town.slack.clock.forward(timedelta(hours=2))
    before = len(_whispers(town)["ada"])
    await _says(town, "ada", "Thank you @cy for fixing the printer before the audit, that saved us")

    assert (len(_whispers(town)["ada"]) > before) is again
    assert _kudos(town) == []


async def test_an_author_is_asked_once_an_hour(town: Town) -> None:
    await _says(town, "ada", THANKS)
    await _says(town, "ada", "Thank you @cy for fixing the printer before the audit, that saved us")
    assert len(_whispers(town)["ada"]) == 1


async def test_the_same_message_told_twice_is_asked_about_once(town: Town) -> None:
    said = await town.slack.says("ada", "general", THANKS)
    await town.slack.redeliver(said, times=3)
    await town.settled()
    assert len(_whispers(town)["ada"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        TALK,
        "thanks @ben",
        "```\nthanks @ben for the c++ fix, it works like a charm\n```",
        "> Huge thanks to @ben, the auditors left happy",
        "Thanks in advance @ben for sending the contract today",
        "Thanks to the storm the train is late, @ben",
    ],
)
async def test_ordinary_talk_is_let_go_without_a_trace(town: Town, text: str) -> None:
    before = await town.bot.store.across(_rows)
    calls = len(town.slack.calls)
    await _says(town, "ada", text)

    assert _whispers(town) == {}
    assert await town.bot.store.across(_rows) == before
    assert len(town.slack.calls) == calls


async def test_in_a_channel_on_auto_it_is_recorded_and_marked(town: Town) -> None:
    await _mode(town, "general", "auto")
    ts = await _says(town, "ada", THANKS)

    assert _kudos(town) == ["Ada thanks @Ben"]
    assert _whispers(town) == {}
    [message] = [one for one in town.slack.shown("eve").channels["general"] if one.ts == ts]
    assert message.reactions == {"sparkles": (town.slack.company.bot_user,)}


async def test_answers_in_threads_messages_with_files_groups_and_several_people_count_as_well(
    town: Town,
) -> None:
    await _mode(town, "general", "auto")
    ts = await _says(town, "abe", TALK)
    several = "Shout-out to @ben for the flawless stocktake and to @cy for the brilliant training"
    group = "Hats off to @support-team for answering 90 tickets in a day, amazing work"
    await town.slack.says("ada", "general", several, thread=ts)
    await town.slack.says("eve", "general", group, files=["tickets.pdf"])
    await town.settled()

    assert sorted(_kudos(town)) == ["Ada thanks @Ben and @Cy", "Eve thanks @Ben, @Cy and @Dina"]
    for who in ("ben", "cy"):
        assert any("stocktake" in told.plain and "training" in told.plain for told in town.dms(who))


async def test_in_a_channel_that_is_off_nothing_happens(town: Town) -> None:
    await _mode(town, "general", "off")
    await _says(town, "ada", THANKS)
    assert (_kudos(town), _whispers(town)) == ([], {})


async def test_only_the_author_can_record_it_whatever_the_button_says(town: Town) -> None:
    ts = await _says(town, "abe", "nothing of note here, only lunch")
    await _says(town, "ada", THANKS)
    question = town.slack.shown("ada").ephemerals[-1]
    forged = f"{question.channel}:{ts}"
    question.blocks[-1]["elements"][0]["value"] = forged
    await town.slack.clicks("ada", question, "shoutout_record", forged)
    await town.settled()

    assert _kudos(town) == []
    assert "Nothing was recorded." in _whispers(town)["ada"][-1]


async def test_a_complaint_is_answered_to_its_author_alone_and_leaves_no_trace(town: Town) -> None:
    before = await town.bot.store.across(_rows)
    await _says(town, "abe", COMPLAINT)

    assert _whispers(town).keys() == {"abe"}
    assert "Shall I take this to your manager instead?" in _whispers(town)["abe"][-1]
    assert town.everybody_saw().keys() == {"abe"}
    after = await town.bot.store.across(_rows)
    assert {name for name in after if after[name] != before[name]} == {"claims"}
    kept = await town.bot.store.across(_claims)
    assert not [row for row in kept if town.id("abe") in row or town.id("ben") in row]


async def test_at_most_once_a_day_and_never_for_who_asked_not_to(town: Town) -> None:
    await _says(town, "abe", COMPLAINT)
    await _says(town, "abe", COMPLAINT)
    assert len(_whispers(town)["abe"]) == 1
    town.slack.clock.forward(timedelta(hours=25))
    await _says(town, "abe", COMPLAINT)
    assert len(_whispers(town)["abe"]) == 2

    await _answers(town, "abe", "complaint_never")
    town.slack.clock.forward(timedelta(hours=25))
    before = len(_whispers(town)["abe"])
    await _says(town, "abe", COMPLAINT)
    assert len(_whispers(town)["abe"]) == before


async def test_the_form_opens_with_a_link_and_not_with_the_words(town: Town) -> None:
    await _says(town, "abe", COMPLAINT)
    await town.slack.clicks("abe", town.slack.shown("abe").ephemerals[-1], "complaint_open")
    form = town.slack.shown("abe").views[-1]

    assert "contract" not in form.plain
    assert "archives" in form.private_metadata


async def test_the_form_opens_though_the_message_was_deleted_meanwhile(town: Town) -> None:
    ts = await _says(town, "abe", COMPLAINT)
    await town.slack.deletes("abe", "general", ts)
    await town.settled()
    await town.slack.clicks("abe", town.slack.shown("abe").ephemerals[-1], "complaint_open")

    assert "Whom is it about?" in town.slack.shown("abe").views[-1].plain
    assert "archives" not in town.slack.shown("abe").views[-1].private_metadata


async def test_where_it_is_switched_off_nobody_is_told_anything(town: Town) -> None:
    await town.set("complaint_nudge", "off")
    await town.set("capture_default", "off")
    await _says(town, "abe", COMPLAINT)
    await _says(town, "ada", THANKS)
    assert _whispers(town) == {}


async def _mode(town: Town, channel: str, mode: str) -> None:
    room = town.slack.room(channel, town.id("eve")).id
    choose = partial(capture.choose_mode, channel=room, mode=mode, by="eve", now=town.slack.clock.now())
    await town.bot.store.transact(town.bot.me.workspace, choose)


def _rows(connection: Connection) -> dict[str, int]:
    return {table.name: len(connection.execute(table.select()).all()) for table in metadata.sorted_tables}


def _claims(connection: Connection) -> list[str]:
    return [str(tuple(row)) for row in connection.execute(claims.select())]


async def test_under_a_new_id_a_channel_goes_on_as_it_was(town: Town) -> None:
    """What was asked, refused, chosen and thanked in it counts for it still, and so do settings."""
    await town.slack.joins(town.bot.me.bot_user, "people-ops")
    await town.set("executives", "C0GENERAL1")
    await _says(town, "dina", THANKS)
    await _answers(town, "dina", "shoutout_not_here")
    await _says(town, "ada", THANKS)
    ts = await _says(town, "abe", "The invoice is out, and ACME signed it")
    await town.slack.reacts("cy", "general", ts, "kudos")
    await town.settled()
    await town.set("kudos_emoji", "trophy")
    choose = partial(capture.choose_mode, channel="C0SALES001", mode="off", by="eve", now=MORNING)
    await town.bot.store.transact(town.bot.me.workspace, choose)
    assert _kudos(town) == ["Cy thanks @Abe"]

    for old, new in (("C0GENERAL1", "C0GENERAL2"), ("C0SALES001", "C0SALES002")):
        await _moves(town, old, new)
    held = await town.bot.store.transact(town.bot.me.workspace, settings.current)
    assert held["executives"] == "C0GENERAL2"
    await town.slack.unreacts("cy", "general", ts, "kudos")
    await _answers(town, "ada", "shoutout_record")
    town.slack.clock.forward(timedelta(hours=2))
    before = len(_whispers(town)["dina"])
    await _says(town, "dina", "Thank you @cy for fixing the printer before the audit, that saved us")
    await town.slack.joins(town.bot.me.bot_user, "sales")
    await _says(town, "abe", THANKS, "sales")

    assert len(_whispers(town)["dina"]) == before
    assert _kudos(town) == ["Ada thanks @Ben"]
    assert "abe" not in _whispers(town)


async def _moves(town: Town, old: str, new: str) -> None:
    """Slack gives a channel another id, and tells of it twice."""
    world = town.slack.world
    room = world.conversations[new] = world.conversations.pop(old)
    room.id = new
    for post in (*room.posts.values(), *(one for one in world.ephemerals if one.channel == old)):
        post.channel, post.seen = new, None
    event = {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": new}
    for _ in range(2):
        await town.slack.happens(event)
    await town.settled()
