"""The coach speaks to whoever writes, alone and before anything is sent; it offers words, never insists."""

import pytest
from sqlalchemy import Connection

from storage.tables import metadata
from tests.town import Town

BLAME = "Ben is useless and never answers. The ACME contract due Monday has not reached the client."
CALM = "The ACME contract due Monday has not reached the client."


async def _form(town: Town, who: str, happened: str) -> str:
    """Open the form and fill it in; gives the view's id."""
    await town.types(who, "/escalate")
    view = town.slack.shown(who).views[-1]
    await town.slack.clicks(who, view, "escalation_subject", town.id("ben"), block_id="subject")
    view = town.slack.shown(who).views[-1]
    await town.slack.submits(who, view.id, {"happened": {"happened": happened}})
    await town.settled()
    return view.id


def _shown(town: Town, who: str) -> str:
    views = town.slack.shown(who).views
    return views[-1].plain if views else ""


async def test_blame_is_answered_before_anything_is_sent_and_only_to_who_wrote_it(town: Town) -> None:
    before = await town.bot.store.across(_rows)
    await _form(town, "ada", BLAME)

    assert "Only you see this." in _shown(town, "ada")
    assert "[Use this wording]" in _shown(town, "ada")
    assert town.dms("mo") == []
    assert town.everybody_saw().keys() == {"ada"}
    assert await town.bot.store.across(_rows) == before


async def test_sent_again_as_it_is_it_goes(town: Town) -> None:
    view = await _form(town, "ada", BLAME)
    await town.slack.submits("ada", view)
    await town.settled()

    assert "useless" in town.dms("mo")[-1].plain


async def test_the_other_wording_gets_into_the_form_and_then_to_the_manager(town: Town) -> None:
    await _form(town, "ada", BLAME)
    await town.slack.clicks("ada", town.slack.shown("ada").views[-1], "coach_use")
    view = town.slack.shown("ada").views[-1]
    [typed] = view.state["happened~1"].values()
    assert "useless" not in typed["value"]
    assert "contract" in typed["value"]
    assert "[Use this wording]" not in view.plain

    await town.slack.submits("ada", view.id)
    await town.settled()
    assert "useless" not in town.dms("mo")[-1].plain
    assert typed["value"] in town.dms("mo")[-1].plain


async def test_whoever_writes_of_the_problem_is_told_nothing(town: Town) -> None:
    await _form(town, "ada", CALM)
    assert CALM in town.dms("mo")[-1].plain


async def test_a_manager_starts_from_neutral_words_and_is_told_when_they_blame(town: Town) -> None:
    view = await _form(town, "ada", BLAME)
    await town.slack.submits("ada", view)
    await town.settled()
    await town.slack.clicks("mo", town.dms("mo")[-1], "escalation_take_further")
    form = town.slack.shown("mo").views[-1]
    [prefilled] = form.state["words"].values()
    assert "useless" not in (prefilled["value"] or "")

    await town.slack.submits("mo", form.id, {"words": {"words": BLAME}})
    await town.settled()
    assert "[Use this wording]" in _shown(town, "mo")
    assert town.dms("ruth") == []

    await town.slack.clicks("mo", town.slack.shown("mo").views[-1], "coach_use")
    await town.slack.submits("mo", form.id)
    await town.settled()
    assert town.dms("ruth")
    assert "useless" not in town.dms("ruth")[-1].plain


@pytest.mark.parametrize("value", ["", "customer", "subject", "happened~9"])
async def test_a_forged_button_changes_nothing(town: Town, value: str) -> None:
    await _form(town, "ada", BLAME)
    view = town.slack.shown("ada").views[-1]
    button = next(
        element
        for block in view.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == "coach_use"
    )
    button["value"] = value
    before = view.plain
    await town.slack.clicks("ada", view, "coach_use", value)
    assert _shown(town, "ada") == before


def _rows(connection: Connection) -> dict[str, int]:
    return {table.name: len(connection.execute(table.select()).all()) for table in metadata.sorted_tables}
