"""The Home tab: what managers see of their people, and what administrators set."""

from datetime import timedelta

import pytest

from bot import reviews, settings
from bot.errors import Refusal
from handlers.playground import ShownView
from storage.tables import kept
from tests.town import Town

INVOICE = "/kudos @ben for the invoice at midnight"
FORMULA = "/kudos @ben =HYPERLINK(1) is *not* a formula"


def _home(town: Town, who: str) -> str:
    view = town.slack.shown(who).home_view
    return view.plain if view else ""


async def _opens_home(town: Town, who: str) -> str:
    await town.slack.opens_home(who)
    await town.settled()
    return _home(town, who)


async def _opens(town: Town, who: str, button: str) -> ShownView:
    await _opens_home(town, who)
    await town.slack.clicks(who, "home", button)
    return town.slack.shown(who).views[-1]


def _top(town: Town, who: str) -> ShownView:
    return town.slack.shown(who).views[-1]


async def test_only_administrators_see_the_settings_and_only_managers_their_people(town: Town) -> None:
    assert {who: "[Settings]" in await _opens_home(town, who) for who in ("eve", "ada", "ruth")} == {
        "eve": True,
        "ada": False,
        "ruth": False,
    }
    assert "Your people" in _home(town, "ruth")
    assert "Your people" not in _home(town, "ada")


async def test_an_administrator_changes_a_setting_and_sees_who_changed_it_when(town: Town) -> None:
    await _opens(town, "eve", "settings_open")
    assert "Recognition channel: #kudos" in _top(town, "eve").plain

    await town.slack.clicks("eve", _top(town, "eve"), "settings_change", "recognition_channel")
    done = await town.slack.submits("eve", _top(town, "eve").id, {"value": {"value": "#general"}})

    assert done.error is None
    assert "Recognition channel: #general" in _top(town, "eve").plain
    await town.slack.clicks("eve", _top(town, "eve"), "settings_history")
    assert "2026-03-04 09:00: Eve set recognition channel to #general." in _top(town, "eve").plain
    await town.types("ada", INVOICE)
    await town.settled()
    assert len(town.channel("kudos")) == 0
    assert any("Ada thanks" in post.plain for post in town.channel("general"))


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("digest_time", "friday at four", "digest_time is a weekday and a time, such as: Fri 16:00."),
        ("timezone", "Berlin", "timezone is the name of a time zone"),
        ("kudos_per_day", "many", "kudos_per_day is a number from 0 to 1000; 0 switches it off."),
        ("kudos_emoji", "two words", "kudos_emoji is an emoji by its name, such as :kudos:, or none."),
        ("support_departments", " , ", "support_departments are names separated by commas"),
    ],
)
async def test_what_no_setting_can_be_is_said_beside_the_field(
    town: Town, name: str, typed: str, says: str
) -> None:
    await _opens(town, "eve", "settings_open")
    await town.slack.clicks("eve", _top(town, "eve"), "settings_change", name)
    await town.slack.submits("eve", _top(town, "eve").id, {"value": {"value": typed}})

    assert says in _top(town, "eve").errors["value"]


async def test_a_channel_to_which_goodword_was_not_invited_cannot_stand_in(town: Town) -> None:
    await _opens(town, "eve", "settings_open")
    await town.slack.clicks("eve", _top(town, "eve"), "settings_change", "fallback")
    await town.slack.submits("eve", _top(town, "eve").id, {"channel": {"channel": "C0PEOPLEOP"}})
    assert "Goodword was not invited to it" in str(_top(town, "eve").errors)

    await town.slack.joins(town.bot.me.bot_user, "people-ops")
    await town.slack.submits("eve", _top(town, "eve").id, {"channel": {"channel": "C0PEOPLEOP"}})
    assert "Fallback: C0PEOPLEOP" in _top(town, "eve").plain


async def test_left_empty_the_default_counts_again(town: Town) -> None:
    await town.set("digest_time", "Mon 09:00")
    await _opens(town, "eve", "settings_open")
    assert "Digest time: Mon 09:00" in _top(town, "eve").plain

    await town.slack.clicks("eve", _top(town, "eve"), "settings_change", "digest_time")
    await town.slack.submits("eve", _top(town, "eve").id, {"value": {"value": None}})

    assert "Digest time: Fri 16:00" in _top(town, "eve").plain


async def test_an_administrator_switches_a_channel_off_and_back(town: Town) -> None:
    await _opens(town, "eve", "channels_open")
    assert "Everywhere: ask the author." in _top(town, "eve").plain
    room = town.slack.room("general", town.id("eve")).id
    for mode, said in (("off", "nothing"), ("auto", "record it at once")):
        chosen = {"channel": {"channel": room}, "mode": {"mode": mode}}
        await town.slack.submits("eve", _top(town, "eve").id, chosen)
        assert f"general: {said}" in _top(town, "eve").plain

    await town.slack.submits(
        "eve", _top(town, "eve").id, {"channel": {"channel": room}, "mode": {"mode": "default"}}
    )
    assert "general:" not in _top(town, "eve").plain


async def test_who_gets_the_monthly_digest_is_picked_and_shown_by_name(town: Town) -> None:
    await _opens(town, "eve", "settings_open")
    await town.slack.clicks("eve", _top(town, "eve"), "settings_change", "executives")
    await town.slack.submits("eve", _top(town, "eve").id, {"person": {"person": town.id("omar")}})

    assert "Executives: Omar" in _top(town, "eve").plain


async def test_whoever_is_no_administrator_any_more_changes_nothing(town: Town) -> None:
    await _opens(town, "eve", "settings_open")
    await town.slack.clicks("eve", _top(town, "eve"), "settings_change", "digest_time")
    await town.slack.change_user("eve", is_admin=False, is_owner=False)
    await town.settled()
    await town.slack.submits("eve", _top(town, "eve").id, {"value": {"value": "Mon 09:00"}})

    assert "Only an owner or an administrator" in _top(town, "eve").errors["value"]
    now = await town.bot.store.transact(town.bot.me.workspace, settings.current)
    assert now["digest_time"] == "Fri 16:00"


async def test_whoever_chooses_it_is_thanked_in_private_from_then_on(town: Town) -> None:
    await _opens_home(town, "ben")
    await town.slack.clicks("ben", "home", "preference_thanks", "privately")
    await town.types("ada", INVOICE)
    await town.settled()

    assert town.channel("kudos") == []
    assert len(town.dms("ben")) == 1
    view = town.slack.shown("ben").home_view
    assert view is not None
    [chosen] = [block["accessory"] for block in view.blocks if "accessory" in block]
    assert chosen["initial_option"]["value"] == "privately"


async def test_a_manager_reads_what_was_said_of_their_people_and_of_nobody_else(town: Town) -> None:
    await town.types("ada", INVOICE)
    await town.types("ada", "/kudos @mo for the ride home")
    await town.settled()

    shown = (await _opens(town, "ruth", "reviews_open")).plain

    assert "Ada, 4 Mar 2026: for the invoice at midnight" in shown
    assert "ride home" not in shown
    assert "Nothing was said in these 30 days of" in shown


async def test_kept_for_the_review_it_stays_kept_and_can_be_let_go(town: Town) -> None:
    await town.types("ada", INVOICE)
    await _opens(town, "ruth", "reviews_open")
    await town.slack.clicks("ruth", _top(town, "ruth"), "kudos_keep")
    assert "[Kept ✓]" in _top(town, "ruth").plain
    await town.slack.clicks("ruth", _top(town, "ruth"), "kudos_let_go")
    assert "[Keep for the review]" in _top(town, "ruth").plain


async def test_nobody_keeps_what_was_said_of_other_people_s_people(town: Town) -> None:
    await town.types("ada", INVOICE)
    found = await town.bot.store.transact(
        town.bot.me.workspace, lambda work: work.reviews.people_of(town.id("mo"))
    )
    assert town.id("ben") not in {person.id for person in found}
    with pytest.raises(Refusal):
        await town.bot.store.transact(
            town.bot.me.workspace,
            lambda work: reviews.keep(work, town.id("mo"), 1, town.id("ben"), town.slack.clock.now()),
        )
    rows = await town.bot.store.across(lambda connection: connection.execute(kept.select()).all())
    assert rows == []


async def test_where_a_manager_has_left_the_one_above_keeps_what_was_said(town: Town) -> None:
    await town.types("ada", INVOICE)
    await town.slack.deactivate("ruth")
    await _opens(town, "omar", "reviews_open")
    assert "Ada, 4 Mar 2026: for the invoice at midnight" in _top(town, "omar").plain
    await town.slack.clicks("omar", _top(town, "omar"), "kudos_keep")
    assert "[Kept ✓]" in _top(town, "omar").plain


async def test_a_menu_shows_ninety_days_or_one_person(town: Town) -> None:
    await town.types("ada", INVOICE)
    town.slack.clock.forward(timedelta(days=40))
    await _opens(town, "ruth", "reviews_open")
    assert "midnight" not in _top(town, "ruth").plain
    await town.slack.clicks("ruth", _top(town, "ruth"), "reviews_period", "90")
    assert "midnight" in _top(town, "ruth").plain
    await town.slack.clicks("ruth", _top(town, "ruth"), "reviews_person", town.id("ben"))
    assert "midnight" in _top(town, "ruth").plain


@pytest.mark.parametrize(("form", "says"), [("md", "- 2026-03-04, Ada: "), ("csv", "Ben,2026-03-04,Ada,")])
async def test_a_manager_takes_the_file_along_and_nobody_else_has_it(
    town: Town, form: str, says: str
) -> None:
    await town.types("ada", INVOICE)
    await town.types("ada", FORMULA)
    await _opens(town, "ruth", "reviews_open")
    await town.slack.clicks("ruth", _top(town, "ruth"), f"reviews_export_{form}")
    await town.settled()

    [made] = [word for word in town.dms("ruth") if word.files]
    assert made.files[0].startswith("recognition-2026-03-04-")
    [content] = [one.content for one in town.slack.world.uploads.values()]
    assert content is not None
    written = content.decode()
    assert says + "for the invoice at midnight" in written
    assert ("'=HYPERLINK" in written) is (form == "csv")
    assert (r"\*not\*" in written) is (form == "md")
    assert not [word for who in ("ada", "ben", "mo") for word in town.dms(who) if word.files]


@pytest.mark.parametrize("kind", ["http500", "drop_after"])
async def test_a_file_whose_sending_had_no_answer_comes_once(town: Town, kind: str) -> None:
    await town.types("ada", INVOICE)
    await _opens(town, "ruth", "reviews_open")
    town.slack.faults.add("files.completeUploadExternal", kind)  # type: ignore[arg-type]
    await town.slack.clicks("ruth", _top(town, "ruth"), "reviews_export_md")
    await town.hears("delivery", "ReviewExported later")
    town.slack.clock.forward(timedelta(minutes=2))
    await town.settled()

    assert len([word for word in town.dms("ruth") if word.files]) == 1
