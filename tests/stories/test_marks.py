"""An emoji on a message thanks its author; the kudos follows the message, and the emoji."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest

from bot import kudos
from bot.ports import Work
from handlers.playground import Interaction
from tests.faults.record import LogKept
from tests.town import SOCKET, Town, both_ways, words
from tests.town import town as build

T = TypeVar("T")
SAID = "The invoice is out, and ACME signed it #care"


@both_ways
async def test_the_emoji_thanks_the_author_with_the_message_as_the_reason(town: Town) -> None:
    ts = await _says(town, "ben", SAID)
    done = await town.slack.reacts("ada", "general", ts, "kudos")
    await town.slack.redeliver(done, times=3)
    await town.settled()

    (post,) = town.channel("kudos")
    assert words(post) == (
        "Ada thanks @Ben\nThe invoice is out, and ACME signed it\nThe message it is about\n#care"
    )
    assert len(town.dms("ben")) == 1
    assert [one.plain for one in town.slack.shown("ada").ephemerals] == [
        "Your thanks to Ben will be in #kudos, and Ben gets a word in private.\n[Take it back]"
    ]
    assert town.slack.shown("ada").ephemerals[0].channel == "C0GENERAL1"
    assert await _counts(town, "ben") == (1, 0)
    assert await _wrong(town) == []


async def test_several_who_put_it_give_one_each(town: Town) -> None:
    ts = await _says(town, "ben", SAID)
    for who in ("ada", "abe", "cy"):
        await town.slack.reacts(who, "general", ts, "kudos")
    await town.settled()

    assert await _counts(town, "ben") == (3, 0)
    assert len(town.channel("kudos")) == 3


async def test_in_a_thread_it_is_read_there(town: Town) -> None:
    ts = await _says(town, "ada", "Who could look at the invoice?")
    answer = await town.slack.says("ben", "general", "I stayed and sent it off", thread=ts)
    assert answer.ts
    await town.slack.reacts("ada", "general", answer.ts, "kudos")
    await town.settled()

    assert words(town.channel("kudos")[0]).startswith("Ada thanks @Ben\nI stayed and sent it off\n")


@pytest.mark.parametrize("who", ["ada", "lunchbot"])
async def test_one_s_own_message_and_a_bot_s_are_left_alone(town: Town, who: str) -> None:
    ts = await _says(town, who, SAID)
    await town.slack.reacts("ada", "general", ts, "kudos")
    await town.settled()

    assert town.channel("kudos") == []
    assert town.slack.shown("ada").ephemerals == []
    assert await _size(town) == 0


async def test_on_a_post_of_goodword_s_it_thanks_nobody(town: Town) -> None:
    await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.settled()
    await town.slack.reacts("cy", "kudos", town.channel("kudos")[0].ts, "kudos")
    await town.settled()

    assert await _size(town) == 1


@pytest.mark.parametrize("who", ["ben", "xenia"])
async def test_in_a_shared_channel_only_colleagues_thank_and_are_thanked(town: Town, who: str) -> None:
    await town.slack.joins("goodword", "acme-shared")
    said = await town.slack.says("ben" if who == "xenia" else "xenia", "acme-shared", SAID)
    assert said.ts
    await town.slack.reacts(who, "acme-shared", said.ts, "kudos")
    await town.settled()

    assert await _size(town) == 0
    assert town.channel("kudos") == []
    assert [one.plain for one in town.slack.shown("xenia").ephemerals] == []


async def test_too_few_words_are_answered_kindly_and_alone(town: Town) -> None:
    ts = await _says(town, "ben", "Done :tada:")
    done = await town.slack.reacts("ada", "general", ts, "kudos")
    await town.slack.redeliver(done, times=2)
    await town.settled()

    assert town.everybody_saw() == {"ada": ["What did Ben do? Please say it in at least 3 words."]}
    assert await _size(town) == 0


async def test_words_of_a_closed_channel_stay_there(town: Town) -> None:
    await town.slack.joins("goodword", "people-ops")
    said = await town.slack.says("ruth", "people-ops", "The raise for Ben is through at last")
    assert said.ts
    await town.slack.reacts("omar", "people-ops", said.ts, "kudos")
    await town.settled()

    (answer,) = town.slack.shown("omar").ephemerals
    assert answer.plain.startswith("Not everybody can read this channel, so its words stay here.")
    assert set(town.everybody_saw()) == {"omar"}
    assert await _size(town) == 0


async def test_who_is_not_in_the_channel_is_told_in_a_direct_message(town: Town) -> None:
    said = await town.slack.says("ben", "general", SAID)
    assert said.ts
    town.slack.faults.add(method="chat.postEphemeral", kind="error", error="user_not_in_channel", times=1)
    await town.slack.reacts("ada", "general", said.ts, "kudos")
    await town.settled()

    assert town.slack.shown("ada").ephemerals == []
    (word,) = town.dms("ada")
    await town.slack.clicks("ada", word, "kudos_undo")
    await town.settled()
    assert town.channel("kudos") == []


async def test_taken_away_within_a_quarter_of_an_hour_it_is_taken_back(town: Town) -> None:
    ts = await _says(town, "ben", SAID)
    await town.slack.reacts("ada", "general", ts, "kudos")
    await town.settled()
    await town.slack.unreacts("ada", "general", ts, "kudos")
    await town.settled()
    assert town.channel("kudos") == []
    assert await _counts(town, "ben") == (0, 0)

    await town.slack.reacts("ada", "general", ts, "kudos")
    await town.settled()
    assert await _counts(town, "ben") == (1, 0)

    town.slack.clock.forward(timedelta(minutes=16))
    await town.slack.unreacts("ada", "general", ts, "kudos")
    await town.slack.reacts("ada", "general", ts, "kudos")
    await town.settled()
    assert await _counts(town, "ben") == (1, 0)
    assert len(town.channel("kudos")) == 1
    assert await _wrong(town) == []


async def test_told_in_any_order_what_happened_last_counts(town: Town) -> None:
    ts = await _says(town, "ben", SAID)
    other = await _says(town, "cy", "I stayed and sent it off")
    town.slack.outgoing.pause()
    added = await town.slack.reacts("ada", "general", ts, "kudos")
    taken = await town.slack.unreacts("ada", "general", ts, "kudos")
    again = await town.slack.reacts("ada", "general", ts, "kudos")
    first = await town.slack.reacts("ada", "general", other, "kudos")
    away = await town.slack.unreacts("ada", "general", other, "kudos")
    await town.slack.quiet()
    town.slack.outgoing.resume()

    for one in (again, away, taken, first, added, taken, first):
        await town.slack.redeliver(one)
    await town.settled()

    assert await _counts(town, "ben") == (1, 0)
    assert await _counts(town, "cy") == (0, 0)
    assert len(town.channel("kudos")) == 1
    assert await _wrong(town) == []


async def test_an_edit_is_followed_everywhere_and_an_older_one_told_later_is_not(town: Town) -> None:
    ts = await _says(town, "ben", SAID)
    await town.slack.reacts("ada", "general", ts, "kudos")
    await town.slack.reacts("abe", "general", ts, "kudos")
    await town.settled()
    town.slack.outgoing.pause()
    older = await town.slack.edits("ben", "general", ts, "The invoice is out, and Acme signed it")
    newer = await town.slack.edits("ben", "general", ts, "ACME signed the invoice, with thanks to @cy #craft")
    await town.slack.quiet()
    town.slack.outgoing.resume()
    for one in (newer, older, newer):
        await town.slack.redeliver(one)
    await town.settled()

    for post, giver in zip(town.channel("kudos"), ("Ada", "Abe"), strict=True):
        assert words(post).split("\n") == [
            f"{giver} thanks @Ben",
            "ACME signed the invoice, with thanks to @Cy",
            "The message it is about",
            "#craft",
        ]
        assert post.pings == {town.id("ben")}
    assert all("with thanks to @Cy" in word.plain for word in town.dms("ben"))
    assert town.dms("cy") == []


async def test_a_message_that_is_deleted_takes_its_kudos_back_however_old(town: Town) -> None:
    ts = await _says(town, "ben", SAID)
    await town.slack.reacts("ada", "general", ts, "kudos")
    await town.slack.shortcut("abe", "kudos_for_message", ts)
    form = town.slack.shown("abe").views[-1]
    await town.slack.submits("abe", form.id, {"reason": {"reason": "for keeping calm all night"}})
    await town.settled()
    town.slack.clock.forward(timedelta(days=2))
    gone = await town.slack.deletes("ben", "general", ts)
    await town.slack.redeliver(gone, times=2)
    await town.settled()

    # What Abe wrote himself is his, and stays.
    (post,) = town.channel("kudos")
    assert words(post).startswith("Abe thanks @Ben\nfor keeping calm all night")
    assert await _counts(town, "ben") == (1, 0)
    assert await _wrong(town) == []


async def test_a_message_with_answers_leaves_a_tombstone_and_no_kudos(town: Town) -> None:
    ts = await _says(town, "ben", SAID)
    await town.slack.reacts("ada", "general", ts, "kudos")
    await town.settled()
    tombstone = {"type": "message", "subtype": "tombstone", "ts": ts, "text": "This message was deleted."}
    gone = {"type": "message", "subtype": "message_changed", "channel": "C0GENERAL1", "message": tombstone}
    await town.slack.happens(gone, channel="general")
    await town.settled()

    assert town.channel("kudos") == []
    assert await _counts(town, "ben") == (0, 0)


async def test_a_message_of_great_length_is_shortened(town: Town) -> None:
    ts = await _says(town, "ben", "word " * 2000)
    await town.slack.reacts("ada", "general", ts, "kudos")
    await town.settled()

    assert len(words(town.channel("kudos")[0])) < 2700
    assert "word…" in words(town.channel("kudos")[0]).replace("word …", "word…")


async def test_where_slack_does_not_answer_in_time_the_event_comes_again(town: Town) -> None:
    ts = await _says(town, "ben", SAID)
    town.slack.faults.add(method="conversations.history", kind="http500", times=1)
    done = await town.slack.reacts("ada", "general", ts, "kudos")
    assert done.status == (None if SOCKET else 500)  # over a socket, no answer at all says no
    await town.slack.quiet()
    await town.settled()

    assert await _counts(town, "ben") == (1, 0)


async def test_another_emoji_can_be_chosen_and_none(town: Town) -> None:
    ts = await _says(town, "ben", SAID)
    await town.set("kudos_emoji", ":tada:")
    await town.slack.reacts("ada", "general", ts, "kudos")
    await town.slack.reacts("abe", "general", ts, "tada")
    await town.settled()
    assert await _size(town) == 1

    await town.set("kudos_emoji", "none")
    await town.slack.reacts("cy", "general", ts, "tada")
    await town.settled()
    assert await _size(town) == 1


async def _says(town: Town, who: str, text: str) -> str:
    said: Interaction = await town.slack.says(who, "general", text)
    assert said.ts
    return said.ts


async def _counts(town: Town, who: str) -> tuple[int, int]:
    found = await _work(town, lambda work: work.kudos.counts(town.id(who)))
    return found.received, found.given


async def _size(town: Town) -> int:
    return await _work(town, lambda work: work.kudos.size())


async def _wrong(town: Town) -> list[str]:
    return await _work(town, kudos.verify)


async def _work(town: Town, fn: Callable[[Work], T]) -> T:
    return await town.bot.store.transact(town.bot.me.workspace, fn)


async def test_no_word_that_anybody_writes_is_logged_even_at_debug(database_url: str) -> None:
    kept = LogKept()
    with kept.listening():
        async with build(database_url) as town:
            ts = await _says(town, "ben", "The zebra has signed, and so has ACME")
            await town.slack.reacts("ada", "general", ts, "kudos")
            await town.settled()
            await town.slack.edits("ben", "general", ts, "The zebra has signed, and ACME as well")
            await town.settled()
            await town.slack.deletes("ben", "general", ts)
            await town.slack.quiet()
            await town.settled()

    assert kept.lines
    assert [line for line in kept.lines if "zebra" in line] == []
