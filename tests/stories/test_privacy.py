"""What is kept about somebody is given to them, and erased, without a word about others."""

import json
from functools import partial
from typing import Any

from bot import kudos, privacy
from bot.ports import Work
from bot.rules.lifecycle import Move
from storage.tables import metadata
from tests.stories.test_escalations import (
    HAPPENED,
    NOTE,
    PASSED_ON,
    SECRETS,
    _desk,
    _escalate,
    _home,
    _resolved,
    _who_saw,
    _words,
)
from tests.stories.test_recognition import _above
from tests.town import Town

THANKS = "for the invoice at midnight, dodo-11"
ALONE, SHARED = f"/kudos @ben {THANKS}", "/kudos @ben @cy for the quiet week, moa-12"
# Of these nothing is one person's own, or it is in the export under another title.
NOT_THEIRS = {
    "claims": "no person is in it",
    "groups": "what a group is called is nobody's; who is in it is `group_members`",
    "install_states": "that somebody came back from Slack, for ten minutes",
    "installations": "which app is installed where, and the id of who installed it, as docs/privacy.md says",
    "installed_workspaces": "no person is in it",
    "lanes": "when an inbox may next be written to",
    "ledger": "the entries behind the counts",
    "revisions": "when something was last changed, and not what",
    "reversals": "which kudos was taken back stands with the kudos",
    "workspaces": "no person is in it",
}
THEIRS = {
    "directory": {"people"},
    "org_chart": {"chart", "chart_facts"},
    "user_groups": {"group_members"},
    "kudos": {"kudos", "recipients", "totals"},
    "escalations_reported": {"escalations", "escalation_moves"},
    "moves_and_looks_at_the_escalations_of_others": {"escalation_moves"},
    "preferences": {"preferences"},
    "joined_in": {"joinings", "joined"},
    "emoji_that_thank": {"marks"},
    "passed_on": {"passed_on"},
    "kept_for_reviews": {"kept"},
    "not_to_be_asked": {"mutes"},
    "channels_set": {"channel_modes"},
    "digests": {"digests"},
    "stands_in_for_managers": {"settings"},
    "settings_changed": {"settings"},
    "messages": {"outbox"},
}


async def test_the_export_has_what_one_wrote_and_was_told_and_what_one_did(town: Town) -> None:
    await town.types("ada", ALONE)
    await town.types("cy", "/kudos @ada for the warm welcome")
    await _resolved(town)

    found = await _export(town, "ada")

    assert found["directory"]["name"] == "Ada"
    assert found["directory"]["email"] == "ada@kestrel.example"
    assert found["org_chart"]["in_force"]["manager"] == "Mo"
    assert found["kudos"]["counts"] == {"received": 1, "given": 1}
    assert [one["reason"] for one in found["kudos"]["given"]] == [THANKS]
    assert [one["from"] for one in found["kudos"]["received"]] == ["Cy"]
    (reported,) = found["escalations_reported"]
    assert (reported["about"], reported["state"]) == ("Ben", "resolved")
    assert (reported["words"]["happened"], reported["note"]) == (HAPPENED, NOTE)
    assert [one["what"] for one in reported["moves"]] == ["file"]
    assert PASSED_ON not in str(found)
    assert {"KudosReceived", "EscalationMoved"} <= {one["kind"] for one in found["messages"]}


async def test_nobody_s_export_tells_of_an_escalation_about_them_nor_whose_any_other_was(town: Town) -> None:
    await _resolved(town)

    company = [one.handle for one in town.slack.company.people if not (one.is_bot or one.team)]
    everybody = {who: await _export(town, who) for who in company}

    for who in everybody.keys() - {"ada"}:
        words = json.dumps(everybody[who])
        assert not [secret for secret in SECRETS if secret in words], who
        assert everybody[who]["escalations_reported"] == []
    for who in everybody.keys() - {"ada", "mo", "ruth"}:
        assert "Escalation" not in json.dumps(everybody[who])
        assert everybody[who]["moves_and_looks_at_the_escalations_of_others"] == []
    for who in ("mo", "ruth"):
        moves = everybody[who]["moves_and_looks_at_the_escalations_of_others"]
        assert moves
        assert {*moves[0]} == {"what", "at"}
        assert not [name for name in ("Ada", "Ben") if name in json.dumps(everybody[who])]


async def test_every_table_is_in_the_export_or_has_nothing_of_one_person(town: Town) -> None:
    found = await _export(town, "ada")
    assert found.keys() == THEIRS.keys()
    assert set().union(*THEIRS.values()) | NOT_THEIRS.keys() == metadata.tables.keys()


async def test_export_my_data_in_the_home_tab_brings_all_of_it_to_oneself_alone(town: Town) -> None:
    await town.types("ada", ALONE)
    await _escalate(town, "ada", "ben")
    await town.slack.opens_home("ada")
    await town.settled()
    before = town.everybody_saw()
    assert "[Export my data]" in _home(town, "ada")

    await town.slack.clicks("ada", "home", "privacy_export")
    await town.settled()

    said = "\n".join(word.plain for word in town.dms("ada"))
    for words in ("What Goodword keeps about you", THANKS, HAPPENED, "ada@kestrel.example", "manager: Mo"):
        assert words in said
    after = town.everybody_saw()
    assert {who for who in after if after[who] != before.get(who)} == {"ada"}


async def test_a_long_export_is_several_messages_and_the_next_one_takes_their_place(
    town: Town,
) -> None:
    for number in range(12):
        await town.types("ada", f"/kudos @ben number {number} {'of many good reasons ' * 20}")
    await town.settled()
    await town.slack.opens_home("ada")
    await town.settled()
    for _ in range(2):
        await town.slack.clicks("ada", "home", "privacy_export")
        await town.settled()

    first, *more = [word.plain for word in town.dms("ada") if "What Goodword keeps" in word.plain]
    assert f"(1 of {1 + len(more)})" in first
    assert len(more) > 1
    assert all(f"number {number} of" in "\n".join((first, *more)) for number in range(12))


async def test_erase_me_takes_words_and_name_out_of_every_message_and_the_counts_stay(town: Town) -> None:
    await town.types("ada", ALONE)
    await town.types("fay", "/kudos @ada for the slides, kiwi-13")
    await _resolved(town)
    await _escalate(town, "ada", "cy")
    await town.slack.opens_home("ada")
    await town.settled()
    await town.slack.clicks("ada", "home", "privacy_export")
    await town.settled()

    await town.slack.closes("ada", town.slack.shown("ada").views[-1].id)
    await town.slack.clicks("ada", "home", "privacy_erase")
    await town.settled()

    for secret in (*SECRETS, "dodo-11", "kiwi-13"):
        assert _who_saw(town, secret) == set(), secret
    assert town.channel("kudos") == []
    assert [word.plain for word in town.dms("ada")] == [word.plain for word in town.dms("ada")][-1:]
    assert town.dms("ada")[-1].plain.startswith("It is done: what you wrote here is erased")
    withdrawn, finished = [word.plain for word in town.dms("mo") if word.plain.startswith("About")][::-1]
    assert withdrawn.startswith("About Cy: it was withdrawn.\nFrom a colleague")
    assert finished.startswith("About Ben: it is resolved.\nFrom a colleague")
    assert not [who for who in ("mo", "ruth") if any("Ada" in word.plain for word in town.dms(who))]
    assert "Yours" not in _home(town, "ada")
    assert await _counts(town, "ada") == (1, 1)
    assert await town.bot.store.transact(town.bot.me.workspace, kudos.verify) == []


async def test_thanks_to_several_stay_for_the_others_and_name_the_one_no_more(town: Town) -> None:
    await town.types("ada", SHARED)
    await town.settled()

    await _erase(town, "ben")

    assert [post.plain for post in town.channel("kudos")] == [
        "Ada thanks @Cy and a colleague\nfor the quiet week, moa-12\n[Me too]"
    ]
    assert [word.plain for word in town.dms("cy")] == [
        "Ada thanks you and a colleague:\nfor the quiet week, moa-12"
    ]
    assert town.dms("ben") == []


async def test_erasing_reaches_what_was_passed_on_and_whoever_joined_in(town: Town) -> None:
    await _above(town, "ada", "ben", "cy")
    await _above(town, "abe", "dina")
    await town.settled()
    for word in town.dms("ruth"):
        await town.slack.clicks("ruth", word, "kudos_pass_on")
        form = town.slack.shown("ruth").views[-1]
        await town.slack.submits("ruth", form.id, {"words": {"words": "I am proud of you, kakapo-14."}})
        await town.settled()
    for post in town.channel("kudos"):
        await town.slack.clicks("greta", post, "kudos_join")
    await town.settled()
    assert "Greta" in town.channel("kudos")[0].plain
    export = await _export(town, "ruth")
    assert [one["words"] for one in export["passed_on"]] == ["I am proud of you, kakapo-14."] * 2

    await _erase(town, "greta")
    assert not [post for post in town.channel("kudos") if "Greta" in post.plain]
    await _erase(town, "ada")
    assert len(town.channel("kudos")) == 1
    assert [word.plain for word in town.dms("ben")] == []
    await _erase(town, "dina")
    assert town.dms("dina") == []
    assert town.dms("ruth") == []
    assert (await _export(town, "ruth"))["passed_on"] == []
    assert await town.bot.store.transact(town.bot.me.workspace, kudos.verify) == []


async def test_what_a_manager_passed_on_disappears_with_them_and_the_thanks_stay(town: Town) -> None:
    await _above(town, "ada", "ben")
    await town.settled()
    await town.slack.clicks("ruth", town.dms("ruth")[0], "kudos_pass_on")
    form = town.slack.shown("ruth").views[-1]
    await town.slack.submits("ruth", form.id, {"words": {"words": "I am proud of you, kakapo-14."}})
    await town.settled()
    assert _who_saw(town, "kakapo-14") == {"ben", "ruth"}

    await _erase(town, "ruth")

    assert _who_saw(town, "kakapo-14") == set()
    assert [word.plain.split("\n")[0] for word in town.dms("ben")] == [
        "Ada thanks you for going above and beyond:"
    ]


async def test_what_others_escalated_about_somebody_stays_where_it_is_when_they_are_erased(
    town: Town,
) -> None:
    await _escalate(town, "ada", "ben")
    before = [word.plain for word in town.dms("mo")]

    await _erase(town, "ben")

    assert [word.plain for word in town.dms("mo")] == before
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)
    assert "ben" not in town.everybody_saw()


async def test_who_left_loses_name_and_address_and_slack_does_not_bring_them_back(town: Town) -> None:
    await town.types("ada", SHARED)
    await town.settled()
    await town.slack.deactivate("ben")
    await _erase(town, "ben")

    await town.slack.change_user("ben", title="Somebody of long ago")

    found = await _export(town, "ben")
    assert (found["directory"]["name"], found["directory"]["email"]) == ("a colleague", "")
    assert found["org_chart"]["in_force"] == {"manager": None, "department": None, "title": None}
    assert "Ben" not in town.channel("kudos")[0].plain

    await town.slack.change_user("ben", deleted=False)
    assert (await _export(town, "ben"))["directory"]["name"] == "Ben"
    await town.types("fay", "/kudos @ben for coming back so soon")
    await town.settled()
    assert "Fay thanks @Ben" in town.channel("kudos")[-1].plain


async def test_to_erase_twice_or_to_click_twice_is_to_erase_once(town: Town) -> None:
    await town.types("ada", ALONE)
    await _escalate(town, "ada", "ben")
    await town.slack.opens_home("ada")
    await town.settled()
    done = await town.slack.clicks("ada", "home", "privacy_erase")
    await town.slack.redeliver(done)
    await town.settled()
    await _erase(town, "ada")

    assert await _counts(town, "ada") == (0, 1)
    assert _desk(town, "mo").plain.startswith("About Ben: it was withdrawn.")
    assert _who_saw(town, "zebra-17") == set()


async def test_who_took_the_first_step_themselves_is_not_named_as_holder_either(town: Town) -> None:
    await town.types("mo", "/escalate")
    view = town.slack.shown("mo").views[-1]
    await town.slack.clicks("mo", view, "escalation_subject", value=town.id("ben"), block_id="subject")
    values: dict[str, dict[str, Any]] = {
        "happened": {"happened": HAPPENED},
        "choices": {"escalation_subject": ["own"]},
    }
    for _ in range(2):  # first the form shows the other route
        await town.slack.submits("mo", town.slack.shown("mo").views[-1].id, values)
        await town.settled()
    await _words(town, "mo", Move.TAKE_FURTHER, PASSED_ON)

    await _erase(town, "mo")

    assert "Mo" not in _desk(town, "ruth").plain
    assert [word for word in town.dms("mo") if "About" in word.plain] == []


async def _export(town: Town, who: str) -> privacy.Document:
    export = partial(privacy.export, member=town.id(who))
    return await town.bot.store.transact(town.bot.me.workspace, export)


async def _erase(town: Town, who: str) -> None:
    erase = partial(privacy.erase, member=town.id(who), source=f"test:{who}", now=town.slack.clock.now())
    await town.bot.store.transact(town.bot.me.workspace, erase)
    await town.settled()


async def _counts(town: Town, who: str) -> tuple[int, int]:
    def read(work: Work) -> tuple[int, int]:
        found = work.kudos.counts(town.id(who))
        return found.received, found.given

    return await town.bot.store.transact(town.bot.me.workspace, read)
