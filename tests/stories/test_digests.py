"""Digests come when they are due, once, to those they are for, and tell nobody what is not theirs to read."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot import digests, settings
from bot.digests import Edition, Ways
from bot.errors import Refusal
from bot.holidays import is_holiday
from bot.messages import RECOGNITION
from bot.ports import Work
from bot.rules.chart import Fact
from bot.rules.periods import Kind
from bot.rules.recognition import Besides, Decision
from handlers.playground import Message
from handlers.views import digest as view
from storage import tables
from storage.work import Store
from tests.stories.test_delivery import _until_settled
from tests.stories.test_escalations import _escalate
from tests.town import KEY, MORNING, Town

FRIDAY = datetime(2026, 3, 6, 16, 1, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 8, 31, tzinfo=UTC)  # half past eight in London
APRIL = datetime(2026, 4, 1, 9, 1, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
TITLES = ("The good words of the week", "The good words of the month", "Good words about your people")
WAYS = Ways(is_holiday)


async def until(town: Town, moment: datetime) -> None:
    """Let time pass, look once at what is due, and let everything be said."""
    town.slack.clock.forward(moment - town.slack.clock.now())
    await transact(town, partial(digests.look, now=town.slack.clock.now(), ways=WAYS))
    await town.settled()


async def transact(town: Town, fn: Any) -> Any:
    return await town.bot.store.transact(town.bot.me.workspace, fn)


async def gives(town: Town, who: str, whom: str, reason: str, **more: Any) -> int:
    """Record a kudos as it is kept, with what cannot be typed; nobody is told of it."""
    given = partial(_given, who=town.id(who), whom=[town.id(one) for one in whom.split()], reason=reason)
    number: int = await transact(town, partial(given, more=more, now=town.slack.clock.now()))
    return number


def _given(work: Work, who: str, whom: list[str], reason: str, more: dict[str, Any], now: datetime) -> int:
    known = work.people.known([who, *whom])
    tags, at = more.pop("tags", ()), more.pop("at", now)
    decision = Decision(tuple(known[id] for id in whom), (), reason, tags, Besides(**more))
    number, _ = work.kudos.record(known[who], decision, f"test:{reason[:80]}:{at}", at)
    return number


async def prefers(town: Town, who: str, how: str) -> None:
    row = {"workspace_id": town.bot.me.workspace, "person_id": town.id(who), "name": "thanks", "value": how}
    wish = insert(tables.preferences).values(**row, set_at=MORNING)
    await town.bot.store.across(lambda connection: connection.execute(wish))


async def by_hand(town: Town, kind: Kind, week: str = "", *, send: bool = False) -> list[Edition]:
    ask = partial(digests.by_hand, kind=kind, week=week, now=town.slack.clock.now(), ways=WAYS, send=send)
    found: list[Edition] = await transact(town, ask)
    await town.settled()
    return found


def in_channel(town: Town) -> list[Message]:
    return digests_in(town.channel("kudos"))


def digests_in(messages: list[Message]) -> list[Message]:
    return [one for one in messages if one.plain.startswith(TITLES)]


async def test_on_friday_afternoon_the_channel_reads_who_was_thanked_by_whom_and_for_what(town: Town) -> None:
    await gives(
        town,
        "ada",
        "ben",
        "for turning the ACME invoice round in an hour",
        above=True,
        customer="ACME",
        customer_words="We did not expect that.",
        tags=("ownership",),
    )
    await gives(town, "mo", "ben cy", "for the migration weekend", tags=("teamwork",))
    await gives(town, "ruth", "dina", "for the third explanation, as patient as the one before")

    await until(town, FRIDAY)

    (post,) = in_channel(town)
    assert post.text.splitlines() == [
        "The good words of the week",
        "Who was thanked from 4 to 6 March, by whom and for what.",
        "Above and beyond",
        "Ben, thanked by Ada",
        "for turning the ACME invoice round in an hour",
        "ACME said:",
        "We did not expect that.",
        "Thanked as well",
        "Ben and Cy, by Mo: for the migration weekend",
        "Dina, by Ruth: for the third explanation, as patient as the one before",
        "New names",
        "Ben, Cy and Dina had not been thanked here before. Good to see the names.",
        "Values that came up",
        "ownership, once",
        "teamwork, once",
        "Thanked across departments",
        "Support, by Sales 3 times",
    ]
    assert post.pings == frozenset()
    assert [block["type"] for block in post.blocks].count("data_visualization") == 1
    assert post.thread_ts is None
    # Nobody but the channel heard of it, and nothing else came.
    assert digests_in(town.dms("ruth") + town.dms("ben") + town.dms("eve")) == []


async def test_on_monday_morning_a_manager_reads_what_was_said_of_their_people(town: Town) -> None:
    await town.types("ada", "/kudos @ben for turning the ACME invoice round in an hour")
    await gives(town, "hugo", "ben cy", "They found the missing pallet", above=True)
    await gives(town, "greta", "omar", "for the offer at night")  # no support staff
    await town.settled()

    await until(town, MONDAY)

    (word,) = digests_in(town.dms("ruth"))
    assert word.plain.splitlines() == [
        "Good words about your people",
        (
            "Ben and Cy were thanked from 4 to 9 March. Here is what was said, by whom, and a sentence for "
            "each that you can say aloud."
        ),
        "Ben",
        "Thanked by Ada and Hugo: 2 people from 2 departments, Back Office and Sales.",
        "Ada, 4 March",
        "for turning the ACME invoice round in an hour",
        "Read it in the channel",
        "[Pass it on] [Keep for the review]",
        "Hugo, 4 March, above and beyond",
        "They found the missing pallet",
        "[Pass it on] [Keep for the review]",
        (
            "To say aloud: “Ben, I read what Hugo wrote about you: ‘They found the missing pallet.’ "
            "Thank you from me, too.”"
        ),
        "Cy",
        "Thanked by Hugo, from Back Office.",
        "Hugo, 4 March, above and beyond",
        "They found the missing pallet",
        "[Pass it on] [Keep for the review]",
        (
            "To say aloud: “Cy, I read what Hugo wrote about you: ‘They found the missing pallet.’ "
            "Thank you from me, too.”"
        ),
    ]
    links = [part for part in _elements(word.blocks) if part["type"] == "link"]
    post = town.channel("kudos")[0]
    assert [one["url"] for one in links] == [
        f"https://kestrel.slack.com/archives/{post.channel}/p{post.ts.replace('.', '')}"
    ]
    assert [who for who in ("mo", "hugo", "omar", "eve", "ben", "cy") if digests_in(town.dms(who))] == []


def _elements(thing: Any) -> list[dict[str, Any]]:
    if isinstance(thing, list):
        return [one for part in thing for one in _elements(part)]
    if not isinstance(thing, dict):
        return []
    return [thing, *_elements(list(thing.values()))] if "type" in thing else _elements(list(thing.values()))


async def test_each_manager_reads_it_at_half_past_eight_of_their_own_clock(town: Town) -> None:
    await gives(town, "ada", "fay ben", "for the audit that ended well")  # Hugo is in Tokyo, Ruth in London
    tokyo = datetime(2026, 3, 8, 23, 31, tzinfo=UTC)

    await until(town, tokyo - timedelta(minutes=5))
    assert digests_in(town.dms("hugo")) == []
    await until(town, tokyo)
    assert len(digests_in(town.dms("hugo"))) == 1
    assert digests_in(town.dms("ruth")) == []
    await until(town, MONDAY)
    assert len(digests_in(town.dms("ruth"))) == 1
    assert "Fay was thanked from 4 to 9 March." in digests_in(town.dms("hugo"))[0].plain


async def test_when_a_month_has_begun_the_executive_reads_stories_and_how_thanks_went(town: Town) -> None:
    await town.set("executives", town.id("eve"))
    await gives(town, "ada", "ben", "for the invoice at midnight", above=True, customer="ACME")
    await gives(town, "mo", "fay", "for the tables that add up")
    await gives(town, "hugo", "ada greta", "for asking us before they promised")

    await until(town, APRIL)

    (word,) = digests_in(town.dms("eve"))
    assert word.plain.splitlines() == [
        "The good words of the month",
        (
            "From 4 March to 1 April: stories worth repeating, and how thanks went between the front office "
            "and the back office."
        ),
        "Stories worth repeating",
        "Ben, thanked by Ada",
        "for the invoice at midnight",
        "The customer: ACME",
        "From the front office to the back office, and back",
        "Sales thanked Back Office once and Support once, and was thanked by Back Office twice.",
        "Front office and back office",
        "To the back office: Sales 2",
        "From the back office: Sales 2",
        "How far thanks reached",
        "Of 6 people in support and the back office, thanks reached 2.",
    ]


async def test_a_private_channel_of_executives_reads_it_as_well(town: Town) -> None:
    await town.set("executives", "C0PEOPLEOP")
    await town.slack.joins(town.bot.me.bot_user, "people-ops")
    await until(town, APRIL)
    (word,) = digests_in(town.slack.shown("omar").channels["people-ops"])
    assert "From 4 March to 1 April there was no story to repeat here." in word.plain


async def test_a_quiet_week_is_one_kind_line_with_an_idea(town: Town) -> None:
    await until(town, FRIDAY)
    (post,) = in_channel(town)
    assert post.plain.splitlines() == [
        "The good words of the week",
        (
            "It was a quiet week here, from 4 to 6 March. Who fixed something before anybody noticed that it "
            "was broken? /kudos @name and a few words is all it takes."
        ),
    ]
    await until(town, FRIDAY + WEEK)
    assert len({one.plain.split(". ")[1] for one in in_channel(town)}) == 2


async def test_what_is_private_is_read_by_the_manager_alone(town: Town) -> None:
    await town.set("executives", town.id("eve"))
    await prefers(town, "cy", "privately")
    await prefers(town, "dina", "through_manager")
    await gives(town, "ada", "ben", "for zebra-one", private=True, above=True)
    await gives(town, "ada", "ben cy", "for zebra-two", above=True)
    await gives(town, "mo", "dina", "for zebra-three", above=True)
    for moment in (FRIDAY, MONDAY, APRIL):
        await until(town, moment)

    for public in (in_channel(town)[0].plain, digests_in(town.dms("eve"))[0].plain):
        assert "zebra-two" in public
        assert [word for word in ("zebra-one", "zebra-three", "Cy", "Dina") if word in public] == []
    told = digests_in(town.dms("ruth"))[0].plain
    assert (
        "Ada, 4 March, above and beyond, given in private: please keep it between you\nfor zebra-one" in told
    )
    assert "Cy likes to hear thanks from you, and not in public." in told
    assert "Dina likes to hear thanks from you, and not in public." in told
    assert all(word in told for word in ("zebra-two", "zebra-three"))


async def test_what_was_taken_back_before_is_not_told(town: Town) -> None:
    await town.types("ada", "/kudos @ben for the zebra that was not Ben's")
    await town.types("ada", "/kudos undo")
    await town.settled()
    await until(town, FRIDAY)
    await until(town, MONDAY)
    assert "quiet week" in in_channel(town)[0].plain
    assert digests_in(town.dms("ruth")) == []


async def test_no_digest_tells_of_an_escalation(town: Town) -> None:
    await town.set("executives", town.id("omar"))
    await _escalate(town, "ada", "ben")
    await gives(town, "ada", "ben", "for listening to the end")
    for moment in (FRIDAY, MONDAY, APRIL):
        await until(town, moment)
    told = in_channel(town) + digests_in(town.dms("ruth")) + digests_in(town.dms("omar"))
    assert len(told) >= 3
    for one in told:
        assert "zebra" not in one.plain
        assert "escalat" not in one.plain.casefold()
        assert "complain" not in one.plain.casefold()


async def test_however_many_look_each_digest_is_sent_once(town: Town, database_url: str) -> None:
    await town.set("executives", town.id("eve"))
    await gives(town, "ada", "ben fay", "for the audit that ended well")
    stores = [Store(database_url, encryption_key=KEY) for _ in range(4)]
    try:
        for moment in (FRIDAY, MONDAY, APRIL):
            town.slack.clock.forward(moment - town.slack.clock.now())
            look = partial(digests.look, now=moment, ways=WAYS)
            await asyncio.gather(
                *(store.transact(town.bot.me.workspace, look) for store in stores for _ in range(3))
            )
            town.bot.wake()
            await town.settled()
    finally:
        await asyncio.gather(*(store.close() for store in stores))
    assert len(in_channel(town)) == 1  # the later ones were due while nobody looked
    assert [len(digests_in(town.dms(who))) for who in ("ruth", "hugo", "eve", "omar")] == [1, 1, 1, 0]


async def test_back_within_a_day_it_is_sent_after_all_and_with_what_was_given_until_its_hour(
    town: Town,
) -> None:
    await gives(town, "ada", "ben", "for the friday morning", at=FRIDAY - timedelta(hours=2))
    await gives(town, "ada", "cy", "for the friday evening", at=FRIDAY + timedelta(hours=2))
    await until(town, FRIDAY + timedelta(hours=23))
    (post,) = in_channel(town)
    assert "friday morning" in post.plain
    assert "friday evening" not in post.plain
    await until(town, FRIDAY + WEEK)
    assert "friday evening" in in_channel(town)[-1].plain


async def test_back_after_more_than_a_day_the_next_one_tells_it_and_says_so(town: Town) -> None:
    await until(town, FRIDAY)
    await gives(town, "ada", "ben", "for the week without me")
    await until(town, FRIDAY + WEEK + timedelta(hours=25))
    assert len(in_channel(town)) == 1
    await until(town, FRIDAY + 2 * WEEK)
    assert len(in_channel(town)) == 2
    told = in_channel(town)[-1].plain
    assert "No digest could be sent on 13 March, so this one reaches back to 6 March." in told
    assert "for the week without me" in told
    await until(town, FRIDAY + 3 * WEEK)
    assert "reaches back" not in in_channel(town)[-1].plain


async def test_away_for_several_weeks_it_makes_up_for_all_of_them_in_one(town: Town) -> None:
    await until(town, FRIDAY)
    await gives(town, "ada", "ben", "for the week without me")
    await until(town, FRIDAY + 3 * WEEK + timedelta(hours=1))
    (_, told) = in_channel(town)
    assert "No digest could be sent on 20 March, so this one reaches back to 6 March." in told.plain
    assert "for the week without me" in told.plain


async def test_a_new_hour_takes_nothing_away_and_tells_nothing_twice(town: Town) -> None:
    await until(town, FRIDAY)
    await gives(town, "ada", "ben", "for the second week")
    await until(town, datetime(2026, 3, 11, 9, tzinfo=UTC))
    await town.set("digest_time", "Mon 09:00")  # which has just passed
    await until(town, datetime(2026, 3, 13, 16, 1, tzinfo=UTC))
    assert len(in_channel(town)) == 1
    await until(town, datetime(2026, 3, 16, 9, 1, tzinfo=UTC))
    assert len(in_channel(town)) == 2
    assert "for the second week" in in_channel(town)[-1].plain
    assert "reaches back" not in in_channel(town)[-1].plain


async def test_by_hand_it_ends_the_period_and_what_comes_later_goes_into_the_next(town: Town) -> None:
    await gives(town, "ada", "ben", "for the beginning of the week")
    town.slack.clock.forward(timedelta(minutes=1))
    (edition,) = await by_hand(town, "weekly", send=True)
    assert (edition.to, edition.name, edition.digest.period.name) == (RECOGNITION, "#kudos", "2026-W10")
    assert len(in_channel(town)) == 1
    await gives(town, "ada", "cy", "for the end of the week")
    await until(town, FRIDAY)
    assert len(in_channel(town)) == 1
    await until(town, FRIDAY + WEEK)
    assert "end of the week" in in_channel(town)[-1].plain
    assert "beginning of the week" not in in_channel(town)[-1].plain

    (again,) = await by_hand(town, "weekly", "2026-W10", send=True)
    assert again.made
    assert "beginning of the week" in view.in_words(again.digest)
    assert len(in_channel(town)) == 2


async def test_a_dry_run_says_what_would_be_sent_and_keeps_nothing(town: Town) -> None:
    await gives(town, "ada", "ben", "for the invoice at midnight")
    town.slack.clock.forward(timedelta(minutes=1))
    weekly, managers = await by_hand(town, "weekly"), await by_hand(town, "manager")
    assert [one.name for one in (*weekly, *managers)] == ["#kudos", "Ruth"]
    assert "> for the invoice at midnight" in view.in_words(managers[0].digest).splitlines()
    assert in_channel(town) == digests_in(town.dms("ruth")) == []
    rows = await town.bot.store.across(lambda c: c.execute(select(tables.digests)).all())
    assert rows == []
    with pytest.raises(Refusal, match="Nobody gets the executive digest yet"):
        await by_hand(town, "executive")
    with pytest.raises(Refusal, match="There is no digest of 2026-W02"):
        await by_hand(town, "weekly", "2026-W02")


async def test_who_was_not_thanked_for_sixty_days_is_named_to_their_manager_once_and_to_nobody_else(
    town: Town,
) -> None:
    await town.set("executives", town.id("eve"))
    await gives(town, "ada", "ben cy", "for the invoice at midnight")
    await until(town, MONDAY)
    assert len(digests_in(town.dms("ruth"))) == 1
    for week in range(1, 13):
        await until(town, MONDAY + week * WEEK)
    _, told = digests_in(town.dms("ruth"))
    assert told.plain.splitlines()[1:] == [
        "It has been a while",
        (
            "Ben, Cy and Dina have heard no thanks here for 60 days. That says little about the work: much "
            "of it shows only when it is missing. Perhaps you know of a good word that nobody wrote down. "
            "Only you read this."
        ),
    ]
    others = in_channel(town) + digests_in(town.dms("eve")) + digests_in(town.dms("ben"))
    assert not [one for one in others if "60 days" in one.plain]


async def test_what_does_not_fit_goes_on_in_a_thread_and_nothing_is_lost(town: Town) -> None:
    for number in range(40):
        await gives(town, "ada", "ben cy", f"for deed-{number:03}, {'which took a while, ' * 20}", above=True)
    await until(town, FRIDAY)
    (post,) = in_channel(town)
    replies = [one for one in town.channel("kudos") if one.thread_ts == post.ts and one.ts != post.ts]
    assert len(replies) > 3
    for one in (post, *replies):
        assert len(one.text) <= 4000
        assert len(one.blocks) <= 50
    for said in ("plain", "text"):
        whole = "\n".join(getattr(one, said) for one in (post, *replies))
        assert [whole.count(f"deed-{number:03}") for number in range(40)] == [1] * 40
    assert "It goes on in the thread." in post.plain
    assert all(one.plain.startswith(("Above and beyond, continued", "New names")) for one in replies)
    assert digests_in(town.dms("ben")) == []


async def test_a_cut_line_in_the_thread_doubles_nothing(town: Town) -> None:
    for number in range(30):
        await gives(town, "ada", "ben", f"for deed-{number:03}, {'which took a while, ' * 20}", above=True)
    town.slack.faults.add(method="chat.postMessage", kind="drop_after", times=2)
    town.slack.clock.forward(FRIDAY - town.slack.clock.now())
    await transact(town, partial(digests.look, now=FRIDAY, ways=WAYS))
    await _until_settled(town)
    whole = "\n".join(one.plain for one in town.channel("kudos"))
    assert [whole.count(f"deed-{number:03}") for number in range(30)] == [1] * 30
    assert town.happened.count(("delivery", "DigestPart found")) == 2


async def test_when_the_opening_is_refused_the_thread_waits_for_it(town: Town) -> None:
    for number in range(30):
        await gives(town, "ada", "ben", f"for deed-{number:03}, {'which took a while, ' * 20}", above=True)
    town.slack.faults.add(method="chat.postMessage", kind="error", error="is_archived", times=1)
    await until(town, FRIDAY)
    assert town.channel("kudos") == []
    await transact(town, lambda work: work.outbox.release(town.slack.clock.now()))
    await town.settled()
    whole = "\n".join(one.plain for one in town.channel("kudos"))
    assert [whole.count(f"deed-{number:03}") for number in range(30)] == [1] * 30
    assert len(in_channel(town)) == 1


async def test_a_slack_without_charts_gets_the_same_words_without_one(town: Town) -> None:
    await gives(town, "ada", "ben", "for the invoice at midnight")
    town.slack.faults.add(method="chat.postMessage", kind="error", error="invalid_blocks", times=1)
    await until(town, FRIDAY)
    (post,) = in_channel(town)
    assert "data_visualization" not in {block["type"] for block in post.blocks}
    assert "Support, by Sales once" in post.plain
    await town.hears("delivery", "DigestPart sent")
    # At once, and not the next time: told so of this workspace and of any that is served beside it.
    told = {how for what, how in town.happened if what == "delivery" and how.startswith("DigestPart")}
    assert told == {"DigestPart sent"}


async def test_what_slack_does_not_take_even_without_a_chart_is_parked(town: Town) -> None:
    await gives(town, "ada", "ben", "for the invoice at midnight")
    town.slack.faults.add(method="chat.postMessage", kind="error", error="invalid_blocks", times=2)
    await until(town, FRIDAY)
    assert in_channel(town) == []
    assert ("delivery", "DigestPart parked invalid_blocks") in town.happened


async def test_a_manager_keeps_a_word_for_the_review_and_sees_that_it_is_kept(town: Town) -> None:
    number = await gives(town, "ada", "ben", "for the invoice at midnight")
    await until(town, MONDAY)
    (word,) = digests_in(town.dms("ruth"))
    for _ in range(2):  # the second click is on what was shown before
        await town.slack.clicks("ruth", word, view.KEEP)
        await town.settled()
    (word,) = digests_in(town.dms("ruth"))
    assert "[Pass it on]\nKept for Ben's review." in word.plain
    rows = await town.bot.store.across(lambda c: c.execute(select(tables.kept)).all())
    assert [(row.manager_id, row.kudos_number, row.person_id) for row in rows] == [
        (town.id("ruth"), number, town.id("ben"))
    ]


async def test_a_manager_passes_it_on_from_the_digest_and_a_stranger_cannot_keep_it(town: Town) -> None:
    await gives(town, "ada", "ben", "for the invoice at midnight")
    await until(town, MONDAY)
    (word,) = digests_in(town.dms("ruth"))
    await town.slack.clicks("ruth", word, view.PASS_ON)
    assert [form.title for form in town.slack.shown("ruth").views] != []
    await transact(town, lambda work: work.chart.say("csv", [Fact(town.id("ben"), town.id("mo"), "Support")]))
    await town.slack.clicks("ruth", word, view.KEEP)
    await town.settled()
    assert town.last_words_to("ruth") == "Only the manager of somebody can keep what was said of them."
    rows = await town.bot.store.across(lambda c: c.execute(select(tables.kept)).all())
    assert rows == []


async def test_a_preference_changed_before_it_is_sent_is_obeyed(town: Town) -> None:
    await gives(town, "ada", "ben", "for zebra-one")
    await gives(town, "ada", "cy", "for zebra-two")
    town.slack.faults.add(method="chat.postMessage", kind="ratelimited", retry_after=60, times=1)
    town.slack.clock.forward(FRIDAY - town.slack.clock.now())
    await transact(town, partial(digests.look, now=FRIDAY, ways=WAYS))
    await town.hears("delivery", "DigestPart later")
    await prefers(town, "cy", "privately")
    town.slack.clock.forward(timedelta(minutes=2))
    await town.settled()
    (post,) = in_channel(town)
    assert "zebra-one" in post.plain
    assert "zebra-two" not in post.plain


async def test_the_watch_looks_by_itself(town: Town) -> None:
    town.slack.clock.forward(FRIDAY - town.slack.clock.now())
    await town.slack.until(lambda: len(in_channel(town)) == 1)


async def test_the_settings_say_when_and_where(town: Town) -> None:
    await town.set("timezone", "America/New_York")
    await town.set("digest_time", "thursday 9:05")
    await town.set("recognition_channel", "#general")
    chosen = await transact(town, settings.chosen)
    assert chosen.digest_time == "Thu 09:05"
    await until(town, datetime(2026, 3, 5, 14, 4, tzinfo=UTC))
    assert digests_in(town.channel("general")) == []
    await until(town, datetime(2026, 3, 5, 14, 6, tzinfo=UTC))
    assert len(digests_in(town.channel("general"))) == 1
