"""A kudos is heard where its giver and those thanked wish it: in the channel, in private, by a manager."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import pytest

from bot import kudos, preferences
from bot.ports import Work
from handlers.playground import Interaction, Message
from tests.town import Town, both_ways, words

T = TypeVar("T")
THANKS = "/kudos @ben for the invoice at midnight"


async def test_the_form_says_all_there_is_to_say(town: Town) -> None:
    await _form(
        town,
        "ada",
        recipients=[town.id("fay")],
        groups=["S0SUPPORTT"],
        reason="for the invoice at midnight",
        value="care",
        above=["above"],
        customer="ACME",
        customer_words="You saved our quarter.",
    )
    await town.settled()

    (post,) = town.channel("kudos")
    assert post.pings == {town.id(who) for who in ("fay", "ben", "cy", "dina")}
    assert words(post) == (
        "Ada thanks @Fay, @Ben, @Cy and @Dina for going above and beyond\n"
        "for the invoice at midnight\nACME says:\nYou saved our quarter.\n#care"
    )
    for who in ("fay", "ben", "cy", "dina"):
        (word,) = town.dms(who)
        assert "ACME says:\nYou saved our quarter." in word.plain
    assert "their managers Hugo and Ruth hear of it" in town.slack.shown("ada").views[-1].plain
    assert await _wrong(town) == []


async def test_a_form_without_anybody_to_thank_says_so(town: Town) -> None:
    done = await _form(town, "ada", reason="for the invoice at midnight")

    (still,) = town.slack.shown("ada").views
    assert still.errors["recipients"].startswith("Whom would you like to thank?")
    assert done.ok


async def test_a_private_kudos_is_for_them_and_their_manager_alone(town: Town) -> None:
    await _form(
        town,
        "ada",
        recipients=[town.id("ben")],
        reason="for telling me the truth kindly",
        visible="private",
    )
    await town.settled()

    assert town.channel("kudos") == []
    assert set(town.everybody_saw()) == {"ada", "ben", "ruth"}
    assert "Ben and Ben's manager Ruth hear of your thanks in private." in (
        town.slack.shown("ada").views[-1].plain
    )
    assert town.dms("ruth")[0].plain == (
        "Ada puts in a good word for Ben:\nfor telling me the truth kindly\n"
        "This is said in private and stands in no channel.\n[Pass it on]"
    )


@both_ways
async def test_give_kudos_for_this_chooses_the_author_and_links_to_the_message(town: Town) -> None:
    said = await town.slack.says("ben", "general", "The invoice is out, good night all")
    assert said.ts
    await town.slack.shortcut("ada", "kudos_for_message", said.ts)
    (form,) = town.slack.shown("ada").views
    assert form.state["recipients"]["recipients"]["selected_users"] == [town.id("ben")]

    await town.slack.submits("ada", form.id, {"reason": {"reason": "for the invoice at midnight"}})
    await town.settled()

    (post,) = town.channel("kudos")
    assert post.plain.split("\n")[2] == "The message it is about"
    link = f"https://kestrel.slack.com/archives/C0GENERAL1/p{said.ts.replace('.', '')}"
    assert link in str(post.blocks)
    assert link in str(town.dms("ben")[0].blocks)


async def test_a_message_that_is_gone_or_out_of_sight_is_not_linked(town: Town) -> None:
    said = await town.slack.says("ben", "general", "The invoice is out, good night all")
    assert said.ts
    await town.slack.shortcut("ada", "kudos_for_message", said.ts)
    (form,) = town.slack.shown("ada").views
    await town.slack.deletes("ben", "general", said.ts)
    await town.slack.submits("ada", form.id, {"reason": {"reason": "for the invoice at midnight"}})
    await town.settled()

    assert words(town.channel("kudos")[0]) == "Ada thanks @Ben\nfor the invoice at midnight"


async def test_a_bot_s_message_leaves_the_choice_open(town: Town) -> None:
    said = await town.slack.says("lunchbot", "general", "Soup of the day")
    assert said.ts
    await town.slack.shortcut("ada", "kudos_for_message", said.ts)

    (form,) = town.slack.shown("ada").views
    assert not form.state["recipients"]["recipients"]["selected_users"]


# As those thanked like it


@pytest.mark.parametrize("wish", ["privately", "through_manager"])
async def test_who_would_rather_not_be_public_is_not_in_the_channel(town: Town, wish: str) -> None:
    await _prefers(town, "ben", wish)
    await town.types("ada", THANKS)
    await town.settled()

    assert town.channel("kudos") == []
    saw = town.everybody_saw()
    assert set(saw) == {"ada", "ruth", *(["ben"] if wish == "privately" else [])}
    # The giver is told the same in both cases: how somebody likes it is theirs to tell.
    assert saw["ada"] == ["Ben and Ben's manager Ruth hear of your thanks in private.\n[Take it back]"]
    remark = {
        "privately": "This is said in private and stands in no channel.",
        "through_manager": "Ben likes to hear thanks from you, so this is yours to pass on.",
    }[wish]
    assert saw["ruth"] == [
        f"Ada puts in a good word for Ben:\nfor the invoice at midnight\n{remark}\n[Pass it on]"
    ]
    assert await _wrong(town) == []


async def test_of_several_only_those_are_named_who_like_it(town: Town) -> None:
    await _prefers(town, "ben", "privately")
    await _prefers(town, "fay", "through_manager")
    await town.types("ada", "/kudos great work by @ben and @cy and @fay last night")
    await town.settled()

    (post,) = town.channel("kudos")
    assert words(post) == "Ada thanks @Cy\ngreat work by a colleague and @Cy and a colleague last night"
    assert post.pings == {town.id("cy")}
    assert town.dms("cy")[0].plain == (
        "Ada thanks you:\ngreat work by a colleague and @Cy and a colleague last night"
    )
    assert town.dms("ben")[0].plain == (
        "Ada thanks you and Cy:\ngreat work by @Ben and @Cy and a colleague last night"
    )
    assert town.dms("fay") == []
    assert "Fay" in town.dms("hugo")[0].plain
    assert "Ben" not in town.dms("hugo")[0].plain
    assert "Fay" not in town.dms("ruth")[0].plain
    assert town.last_words_to("ada").startswith(
        "Ben, Cy, Fay and their managers Ruth and Hugo hear of your thanks, which will be in #kudos as far"
    )


async def test_a_wish_that_comes_before_the_post_is_obeyed(town: Town) -> None:
    town.slack.faults.add(method="chat.postMessage", kind="ratelimited", times=2, retry_after=5)
    await town.types("ada", THANKS)
    await town.hears("delivery", "KudosPosted later")
    await town.hears("delivery", "KudosReceived later")
    await _prefers(town, "ben", "through_manager")
    town.slack.clock.forward(timedelta(seconds=10))
    await town.settled()

    assert town.channel("kudos") == town.dms("ben") == []
    assert len(town.dms("ruth")) == 1


async def test_through_a_manager_who_gives_it_themselves_it_is_said_directly(town: Town) -> None:
    await _prefers(town, "ben", "through_manager")
    await town.types("ruth", THANKS)
    await town.settled()

    assert len(town.dms("ben")) == 1
    assert town.dms("ruth") == []
    assert town.channel("kudos") == []
    assert town.last_words_to("ruth").startswith("Ben hears of your thanks in private.")


async def test_undo_reaches_the_manager_as_well(town: Town) -> None:
    await _prefers(town, "ben", "through_manager")
    await town.types("ada", THANKS)
    await town.settled()
    await town.types("ada", "/kudos undo")
    await town.settled()

    assert town.dms("ruth") == []
    assert await _wrong(town) == []


# Above and beyond


async def test_a_manager_hears_at_once_and_passes_it_on_once(town: Town) -> None:
    await _above(town, "ada", "ben", "cy")
    await town.settled()
    (word,) = town.dms("ruth")
    assert word.plain == (
        "Ada puts in a good word for Ben and Cy, for going above and beyond:\n"
        "for the invoice at midnight\n[Pass it on]"
    )

    await town.slack.clicks("ruth", word, "kudos_pass_on")
    (form,) = town.slack.shown("ruth").views
    assert form.state["words"]["words"]["value"] == "Well done, and thank you."
    sent = await town.slack.submits("ruth", form.id, {"words": {"words": "I am proud of you both."}})
    await town.slack.redeliver(sent, times=3)
    await town.settled()

    for who in ("ben", "cy"):
        _, passed = town.dms(who)
        assert passed.plain == (
            "Ruth passes on Ada's thanks to you, and adds:\nI am proud of you both.\n"
            "What Ada wrote:\nfor the invoice at midnight"
        )
    (word,) = town.dms("ruth")
    assert word.plain.endswith("Passed on to Ben and Cy, with your words:\nI am proud of you both.")
    assert "[Pass it on]" not in word.plain


async def test_a_stale_button_to_pass_it_on_says_that_it_was_done(town: Town) -> None:
    await _above(town, "ada", "ben")
    await town.settled()
    stale = town.dms("ruth")[0]
    await _passes_on(town, "ruth", stale)
    await town.settled()

    await town.slack.clicks("ruth", stale, "kudos_pass_on")
    await town.settled()

    assert town.last_words_to("ruth") == "You have passed this on already."
    assert len(town.dms("ben")) == 2


async def test_only_the_manager_can_pass_it_on(town: Town) -> None:
    await _above(town, "ada", "ben")
    await town.settled()
    forged = await town.slack.clicks("ruth", town.dms("ruth")[0], "kudos_pass_on")
    (body,) = [one.body for one in town.slack.requests if one.id in forged.deliveries]
    as_abe = {**body, "user": {**body["user"], "id": town.id("abe")}}
    await town.slack.caller.send(town.slack.caller.payload("block_actions", "abe forges", as_abe))
    await town.settled()

    assert town.slack.shown("abe").views == []
    assert len(town.dms("ben")) == 1


@pytest.mark.parametrize(("giver", "thanked"), [("ruth", ("ben",)), ("ada", ("ben", "ruth"))])
async def test_a_manager_who_knows_already_hears_it_once(
    town: Town, giver: str, thanked: tuple[str, ...]
) -> None:
    await _above(town, giver, *thanked)
    await town.settled()

    assert len(town.dms("ruth")) == (1 if "ruth" in thanked else 0)
    assert not any("good word for Ben" in word.plain for word in town.dms("ruth"))


async def test_where_the_manager_has_left_the_next_one_up_hears_it(town: Town) -> None:
    await town.slack.deactivate("ruth")
    await town.slack.quiet()
    await _above(town, "ada", "ben")
    await town.settled()

    assert len(town.dms("omar")) == 1
    assert "Ben and Ben's manager Omar hear of it" in town.slack.shown("ada").views[-1].plain


async def _above(town: Town, who: str, *thanked: str) -> None:
    people = [town.id(one) for one in thanked]
    await _form(town, who, recipients=people, reason="for the invoice at midnight", above=["above"])


async def _passes_on(town: Town, who: str, word: Message) -> None:
    await town.slack.clicks(who, word, "kudos_pass_on")
    await town.slack.submits(who, town.slack.shown(who).views[-1].id, {})


async def _form(town: Town, who: str, **fields: Any) -> Interaction:
    await town.types(who, "/kudos")
    form = town.slack.shown(who).views[-1]
    return await town.slack.submits(who, form.id, {name: {name: value} for name, value in fields.items()})


async def _prefers(town: Town, who: str, wish: str) -> None:
    now = town.slack.clock.now()
    await _work(town, partial(preferences.choose, person=town.id(who), value=wish, now=now))


async def _wrong(town: Town) -> list[str]:
    return await _work(town, kudos.verify)


async def _work(town: Town, fn: Callable[[Work], T]) -> T:
    return await town.bot.store.transact(town.bot.me.workspace, fn)
