"""An administrator changes a setting, and from that moment on it is obeyed, also by what still waits."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot import settings
from bot.errors import Refusal
from bot.ports import Change, Parked
from tests.town import Town, words
from tests.town import town as build

THANKS = "/kudos @ben for the invoice at midnight"


async def _set(town: Town, name: str, typed: str) -> str:
    change = partial(settings.change, name=name, typed=typed, by="eve", now=town.slack.clock.now())
    return await town.bot.store.transact(town.bot.me.workspace, change)


async def _parked(town: Town) -> list[Parked]:
    return await town.bot.store.transact(town.bot.me.workspace, lambda work: work.outbox.parked())


async def test_a_kudos_that_still_waits_is_posted_where_people_are_thanked_now(database_url: str) -> None:
    async with build(database_url, plan=lambda plan: replace(plan, pace=timedelta(minutes=1))) as town:
        await town.types("ada", THANKS)
        await town.slack.until(lambda: town.channel("kudos"))
        await town.types("abe", "/kudos @cy for the quiet week")  # its turn comes in a minute
        await _set(town, "recognition_channel", "#general")
        town.slack.clock.forward(timedelta(minutes=2))
        await town.settled()

        assert [post.plain.split("\n")[0] for post in town.channel("kudos")] == ["Ada thanks @Ben"]
        assert [post.plain.split("\n")[0] for post in town.channel("general")] == ["Abe thanks @Cy"]


async def test_what_could_not_be_posted_finds_its_way_once_the_channel_is_named(town: Town) -> None:
    await _set(town, "recognition_channel", "#nowhere")
    await town.types("ada", THANKS)
    await town.types("abe", "/kudos @cy for the quiet week")
    await town.settled()
    assert [one.reason for one in await _parked(town)] == ["channel_not_found"] * 2
    assert len(town.dms("ben")) == 1  # they have heard it all the same

    await _set(town, "recognition_channel", "kudos")
    await town.settled()

    assert await _parked(town) == []
    assert [post.plain.split("\n")[0] for post in town.channel("kudos")] == [
        "Ada thanks @Ben",
        "Abe thanks @Cy",
    ]
    assert len(town.dms("ben")) == 1


async def test_a_change_of_another_setting_releases_nothing(town: Town) -> None:
    await _set(town, "recognition_channel", "#nowhere")
    await town.types("ada", THANKS)
    await town.settled()
    await _set(town, "values", "care")
    await town.settled()

    assert len(await _parked(town)) == 1


async def test_what_was_posted_before_the_change_is_taken_back_where_it_stands(town: Town) -> None:
    await town.types("ada", THANKS)
    await town.settled()
    await _set(town, "recognition_channel", "#general")
    await town.types("ada", "/kudos undo")
    await town.settled()

    assert town.channel("kudos") == []
    assert town.channel("general") == []


async def test_a_channel_may_be_named_by_its_id(town: Town) -> None:
    assert await _set(town, "recognition_channel", " C0GENERAL1 ") == "C0GENERAL1"
    await town.types("ada", THANKS)
    await town.settled()

    assert len(town.channel("general")) == 1
    assert "will be in the recognition channel" in town.last_words_to("ada")


async def test_the_values_in_force_decide_which_tags_are_known_and_offered(town: Town) -> None:
    await _set(town, "values", "#Panache, grit")
    await town.types("ada", f"{THANKS} #care #Panache")
    await town.types("ada", "/kudos")
    await town.settled()

    (post,) = town.channel("kudos")
    assert words(post).split("\n")[1:] == ["for the invoice at midnight #care", "#panache"]
    (modal,) = town.slack.shown("ada").views
    (select,) = [block["element"] for block in modal.blocks if block["block_id"] == "value"]
    assert [option["value"] for option in select["options"]] == ["panache", "grit"]


async def test_a_value_that_is_gone_when_the_form_is_sent_stays_a_word(town: Town) -> None:
    await town.types("ada", "/kudos")
    (modal,) = town.slack.shown("ada").views
    await _set(town, "values", "grit")
    await town.slack.submits(
        "ada",
        modal.id,
        {
            "recipients": {"recipients": [town.id("ben")]},
            "reason": {"reason": "for the long night"},
            "value": {"value": "care"},
        },
    )
    await town.settled()

    (post,) = town.channel("kudos")
    assert words(post) == "Ada thanks @Ben\nfor the long night #care"


async def test_every_change_is_kept_with_who_and_when(town: Town) -> None:
    await _set(town, "values", "care")
    town.slack.clock.forward(timedelta(hours=1))
    await _set(town, "values", "craft")

    history = await town.bot.store.transact(town.bot.me.workspace, settings.history)
    assert [(one.name, one.value, one.by) for one in history] == [
        ("values", "craft", "eve"),
        ("values", "care", "eve"),
    ]
    latest, before = history
    assert isinstance(latest, Change)
    assert latest.at - before.at >= timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("recognition_channel", "#Kudos-Team", "#kudos-team"),
        ("recognition_channel", "  dank_und_lob ", "#dank_und_lob"),
        ("recognition_channel", "#größe", "#größe"),
        ("recognition_channel", "C012AB3CD", "C012AB3CD"),
        ("values", "ownership,teamwork", "ownership, teamwork"),
        ("values", "#one #two\n#one", "one, two"),
        ("values", "Sorgfalt; Mut", None),
        ("values", "", None),
        ("values", "# , #", None),
        ("values", f"care {'x' * 51}", None),
        ("recognition_channel", "", None),
        ("recognition_channel", "#", None),
        ("recognition_channel", "two words", None),
        ("recognition_channel", "<#C012AB3CD|kudos>", None),
        ("recognition_channel", "x" * 81, None),
    ],
)
def test_a_value_is_stored_in_its_one_form_or_refused(name: str, typed: str, stored: str | None) -> None:
    read = settings.known(name).read
    if stored is not None:
        assert read(typed) == stored
        assert read(stored) == stored
    else:
        with pytest.raises(Refusal, match=name):
            read(typed)
