"""Somebody types /kudos, and the right people read it; nobody else does."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete

from bot import kudos
from bot.ports import Work
from storage.tables import people
from tests.town import Town, both_ways, words


@both_ways
async def test_a_kudos_is_in_the_channel_and_in_the_inbox_and_nowhere_else(town: Town) -> None:
    done = await town.types("ada", "/kudos @ben for turning the ACME invoice round in an hour #ownership")
    await town.settled()

    assert done.ok
    (post,) = town.channel("kudos")
    assert words(post) == "Ada thanks @Ben\nfor turning the ACME invoice round in an hour\n#ownership"
    assert post.pings == {town.id("ben")}
    everybody = town.everybody_saw()
    in_channel = {"ada", "abe", "greta", "mo", "ben", "cy", "dina", "ruth", "fay", "hugo", "omar", "eve"}
    alone = {who: [said for said in saw if said != post.plain] for who, saw in everybody.items()}
    assert {who for who, said in alone.items() if said} == {"ada", "ben"}
    assert {who for who, saw in everybody.items() if post.plain in saw} >= in_channel
    assert alone["ben"] == ["Ada thanks you:\nfor turning the ACME invoice round in an hour\n#ownership"]
    assert alone["ada"] == [
        "Your thanks to Ben will be in #kudos, and Ben gets a word in private.\n[Take it back]"
    ]


async def test_several_people_and_a_group_are_thanked_once_each(town: Town) -> None:
    await town.types("ada", "/kudos @fay @support-team, @ben and @fay for the audit that ended well")
    await town.settled()

    (post,) = town.channel("kudos")
    assert post.pings == {town.id(who) for who in ("fay", "ben", "cy", "dina")}
    assert {who for who in ("fay", "ben", "cy", "dina") if len(town.dms(who)) == 1} == {
        "fay",
        "ben",
        "cy",
        "dina",
    }
    assert await _disagreements(town) == []


async def test_who_is_mentioned_in_the_reason_is_neither_thanked_nor_pinged(town: Town) -> None:
    await town.types("ada", "/kudos @ben for helping @cy out of a hole")
    await town.settled()

    (post,) = town.channel("kudos")
    assert post.pings == {town.id("ben")}
    assert words(post) == "Ada thanks @Ben\nfor helping @Cy out of a hole"
    assert town.dms("cy") == []


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("@ben nice", "What did Ben do? Please say it in at least 3 words."),
        ("thank you all so much", "Whom would you like to thank?"),
        ("@ada did a wonderful job there", "Thanks to oneself cannot be given. Who helped you?"),
        ("@lunchbot for the very best soup", "There is nobody left to thank: Lunchbot (a bot)."),
        ("@lea for all the good years", "Lea (no longer active here)"),
        ("@xenia for being such a customer", "Xenia (from another organisation)"),
        ("@bne for turning it round quickly", "Nobody here is called @bne."),
        ("@channel you all did so well", "@channel would thank nobody in particular."),
    ],
)
async def test_what_cannot_be_thanked_is_answered_with_a_sentence(
    town: Town, typed: str, answer: str
) -> None:
    done = await town.types("ada", f"/kudos {typed}")
    await town.settled()

    assert done.ok
    said = town.last_words_to("ada")
    assert answer in said
    assert "You wrote:" in said
    assert set(town.everybody_saw()) == {"ada"}
    assert await _size(town) == 0


async def test_who_is_left_out_is_named_with_the_reason_and_the_others_are_thanked(town: Town) -> None:
    await town.types("ada", "/kudos @ben @lunchbot @lea @xenia @ada for a good week all round")
    await town.settled()

    said = town.last_words_to("ada")
    for reason in (
        "Lunchbot (a bot)",
        "Lea (no longer active here)",
        "Xenia (from another organisation)",
        "Ada (that is you)",
    ):
        assert reason in said
    (post,) = town.channel("kudos")
    assert post.pings == {town.id("ben")}


@pytest.mark.parametrize(
    "typed",
    [
        "<!channel> and <!here> look at this",
        "what @everyone should see, @here too",
        "*bold* _italic_ ~struck~ `code` and more",
        "a &lt; b &amp; c < d > e",
        "<https://example.com|click me> right now please",
        "the payload parser works again",
        "two lines\nof good work",
        "ünïcödé 🎉 and a\u202emirror",
    ],
)
async def test_a_reason_is_shown_as_typed_and_pings_nobody(town: Town, typed: str) -> None:
    await town.types("ada", f"/kudos @ben {typed}")
    await town.settled()

    (post,) = town.channel("kudos")
    assert words(post).split("\n", 1)[1] == typed
    assert post.pings == {town.id("ben")}
    assert town.dms("ben")[0].plain.endswith(typed)


async def test_slack_s_own_mention_of_everybody_in_a_reason_is_only_words(town: Town) -> None:
    ben = town.id("ben")
    await town.types(
        "ada",
        f"/kudos <@{ben}|ben> told <!channel> and <!subteam^S0SUPPORTT|@support-team> at once",
        raw=True,
    )
    await town.settled()

    (post,) = town.channel("kudos")
    assert post.pings == {ben}
    assert words(post).endswith("told @channel and @support-team at once")


async def test_known_values_are_kept_and_unknown_tags_stay_words(town: Town) -> None:
    await town.types("ada", "/kudos @ben fixed C# and bug #42 with #Care and #panache #Teamwork")
    await town.settled()

    (post,) = town.channel("kudos")
    assert words(post).split("\n")[1:] == ["fixed C# and bug #42 with #Care and #panache", "#care #teamwork"]


async def test_plain_handles_are_understood_where_slack_did_not_escape_them(town: Town) -> None:
    await town.types("ada", "/kudos @ben and @Fay.Nakamura for the long night shift", raw=True)
    await town.settled()

    (post,) = town.channel("kudos")
    assert post.pings == {town.id("ben"), town.id("fay")}


async def test_an_ambiguous_name_is_answered_with_the_names_to_choose_from(town: Town) -> None:
    await town.slack.change_user("fay", display_name="Ben")
    await town.slack.change_user("ben", handle="okafor")
    await town.slack.quiet()
    await town.types("ada", "/kudos @ben for the long night shift", raw=True)

    assert "@ben could be Ben (@fay) and Ben (@okafor)" in town.last_words_to("ada")


async def test_undo_takes_posts_away_and_the_ledger_keeps_both_entries(town: Town) -> None:
    await town.types("ada", "/kudos @ben @cy for the invoice at midnight")
    await town.settled()
    assert len(town.channel("kudos")) == 1

    await town.types("ada", "/kudos undo")
    await town.settled()

    assert town.channel("kudos") == []
    assert town.dms("ben") == []
    assert town.dms("cy") == []
    assert "Your kudos to Ben and Cy is taken back." in town.last_words_to("ada")
    assert await _counts(town, "ben") == (0, 0)
    assert await _counts(town, "ada") == (0, 0)
    assert await _disagreements(town) == []


@both_ways
async def test_the_button_in_the_answer_takes_it_back_however_often_it_is_clicked(town: Town) -> None:
    await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.settled()
    answer = town.slack.shown("ada").ephemerals[-1]

    first = await town.slack.clicks("ada", answer, "kudos_undo")
    await town.slack.redeliver(first, times=3)
    await town.settled()

    assert town.channel("kudos") == []
    assert town.last_words_to("ada") == "Your kudos to Ben is taken back. Its posts disappear in a moment."
    assert await _counts(town, "ben") == (0, 0)
    assert await _disagreements(town) == []


async def test_undo_is_for_one_s_own_last_kudos_and_for_fifteen_minutes(town: Town) -> None:
    await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.types("abe", "/kudos undo")
    assert "There is nothing to take back" in town.last_words_to("abe")

    town.slack.clock.forward(timedelta(minutes=16))
    await town.types("ada", "/kudos undo")
    await town.settled()

    assert "Your kudos to Ben is more than 15 minutes old, so it stays." in town.last_words_to("ada")
    assert len(town.channel("kudos")) == 1


async def test_undone_before_it_was_posted_it_is_never_posted(town: Town) -> None:
    town.slack.faults.add(method="chat.postMessage", kind="ratelimited", times=1, retry_after=2)
    await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.types("ada", "/kudos undo")
    town.slack.clock.forward(timedelta(seconds=5))
    await town.settled()

    assert town.channel("kudos") == []
    assert town.dms("ben") == []


async def test_mine_shows_what_was_received_and_given(town: Town) -> None:
    await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.types("ben", "/kudos @ada for asking so kindly always")

    await town.types("ada", "/kudos mine")

    said = town.last_words_to("ada")
    assert "You received one kudos and gave one kudos." in said
    assert "Ben: for asking so kindly always" in said
    assert "Ben: for the invoice at midnight" in said


async def test_help_says_what_can_be_typed(town: Town) -> None:
    await town.types("ada", "/kudos help")

    for what in ("/kudos mine", "/kudos undo", "@support-team"):
        assert what in town.last_words_to("ada")


async def test_a_stranger_to_the_directory_is_looked_up_at_once(town: Town) -> None:
    def forget(work: Work) -> None:
        work.people._connection.execute(delete(people))  # type: ignore[attr-defined]  # noqa: SLF001

    await town.bot.store.transact(town.bot.me.workspace, forget)
    await town.types("ada", "/kudos @gus for the quick first day with @cy")
    await town.settled()

    assert len(town.dms("gus")) == 1
    assert words(town.channel("kudos")[0]) == "Ada thanks @Gus\nfor the quick first day with @Cy"


@both_ways
async def test_the_same_command_delivered_five_times_counts_once(town: Town) -> None:
    first = await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.slack.redeliver(first, times=4)
    await town.settled()

    assert len(town.channel("kudos")) == 1
    assert len(town.dms("ben")) == 1
    assert await _counts(town, "ben") == (1, 0)
    assert await _disagreements(town) == []


async def test_the_same_requests_delivered_all_at_once_count_once(town: Town) -> None:
    first = await town.types("ada", "/kudos @ben for the invoice at midnight")
    undone = await town.types("abe", "/kudos @cy for the better invoice at noon")
    await asyncio.gather(*(town.slack.redeliver(one) for one in [first, undone] * 5))
    undo = await town.types("abe", "/kudos undo")
    await asyncio.gather(*(town.slack.redeliver(undo) for _ in range(5)))
    await town.settled()

    assert [words(post) for post in town.channel("kudos")] == ["Ada thanks @Ben\nfor the invoice at midnight"]
    assert len(town.dms("ben")) == 1
    assert town.dms("cy") == []
    assert await _counts(town, "abe") == (0, 0)
    assert await _counts(town, "ada") == (0, 1)
    assert await _disagreements(town) == []


async def test_the_form_thanks_as_the_command_does(town: Town) -> None:
    await town.types("ada", "/kudos")
    (modal,) = town.slack.shown("ada").views
    values: dict[str, dict[str, Any]] = {
        "recipients": {"recipients": [town.id("ben")]},
        "reason": {"reason": "for *two* lines\nof <good> work"},
        "value": {"value": "care"},
    }

    sent = await town.slack.submits("ada", modal.id, values)
    await town.slack.redeliver(sent, times=2)
    await town.settled()

    (post,) = town.channel("kudos")
    assert words(post) == "Ada thanks @Ben\nfor *two* lines\nof <good> work\n#care"
    assert "Your thanks to Ben will be in #kudos" in town.slack.shown("ada").views[-1].plain


async def test_an_at_sign_in_the_form_s_reason_is_only_a_word(town: Town) -> None:
    await town.types("ada", "/kudos")
    (modal,) = town.slack.shown("ada").views
    values: dict[str, dict[str, Any]] = {
        "recipients": {"recipients": [town.id("ben")]},
        "reason": {"reason": "@cy told me what you did, wonderful"},
    }
    await town.slack.submits("ada", modal.id, values)
    await town.settled()

    (post,) = town.channel("kudos")
    assert post.pings == {town.id("ben")}


async def test_a_user_group_s_new_member_is_thanked_with_it(town: Town) -> None:
    await town.slack.change_group("support-team", ["ben", "fay"])
    await town.slack.quiet()
    await town.types("ada", "/kudos @support-team for the long night shift")
    await town.settled()

    assert town.channel("kudos")[0].pings == {town.id("ben"), town.id("fay")}


async def test_somebody_slack_does_not_know_in_the_story_stops_no_thanks(town: Town) -> None:
    await town.types("ada", f"/kudos <@{town.id('ben')}> told <@U0NOBODY99|zoe> how to do it well", raw=True)
    await town.settled()

    assert words(town.channel("kudos")[0]) == "Ada thanks @Ben\ntold @zoe how to do it well"


async def test_the_same_request_is_answered_the_same_even_when_people_have_changed(town: Town) -> None:
    first = await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.slack.deactivate("ben")
    await town.slack.quiet()
    (again,) = await town.slack.redeliver(first)

    assert "Your thanks to Ben" in again.answer["text"]
    assert await _size(town) == 1


@both_ways
async def test_a_form_with_too_few_words_says_so_and_stays_open(town: Town) -> None:
    await town.types("ada", "/kudos")
    (modal,) = town.slack.shown("ada").views
    values: dict[str, dict[str, Any]] = {
        "recipients": {"recipients": [town.id("ben")]},
        "reason": {"reason": "thanks"},
    }

    await town.slack.submits("ada", modal.id, values)

    (still,) = town.slack.shown("ada").views
    assert still.errors == {"reason": "What did Ben do? Please say it in at least 3 words."}
    assert await _size(town) == 0


@both_ways
async def test_the_home_tab_shows_one_s_own_kudos(town: Town) -> None:
    await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.slack.opens_home("ben")
    await town.settled()

    home = town.slack.shown("ben").home_view
    assert home is not None
    assert "You received one kudos and gave none." in home.plain
    assert "Ada: for the invoice at midnight" in home.plain


async def _size(town: Town) -> int:
    return await town.bot.store.transact(town.bot.me.workspace, lambda work: work.kudos.size())


async def _counts(town: Town, who: str) -> tuple[int, int]:
    find = partial(kudos.mine, person=town.id(who))
    counts = (await town.bot.store.transact(town.bot.me.workspace, find)).counts
    return counts.received, counts.given


async def _disagreements(town: Town) -> list[str]:
    return await town.bot.store.transact(town.bot.me.workspace, kudos.verify)
