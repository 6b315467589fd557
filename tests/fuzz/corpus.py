"""What Slack really sends: a day in the pretend company, and every request that reached Goodword in it."""

from typing import Any, NamedTuple

from handlers.playground import Delivery
from handlers.routes import ACTIONS, EVENTS, SHORTCUTS, VIEWS
from tests.fuzz.mutations import Pool, pool_of
from tests.town import Town, town


class Corpus(NamedTuple):
    requests: list[Delivery]
    pool: Pool


async def record(database_url: str) -> Corpus:
    async with town(database_url) as here:
        await _thanks(here)
        await _complains(here)
        await _looks_round(here)
        requests = list(here.slack.requests)
        requests += 3 * [each for each in requests if b"escalation_" in each.raw]  # where most can be told
    pool = dict(pool_of([each.body for each in requests]))
    pool["action_id"] = [*pool["action_id"], *ACTIONS]
    pool["callback_id"] = [*pool["callback_id"], *VIEWS, *SHORTCUTS]
    pool["type"] = [*pool["type"], *EVENTS]
    return Corpus(requests, pool)


async def _thanks(here: Town) -> None:
    await here.types("ada", "/kudos @ben for the invoice at midnight #care")
    await here.settled()
    post = here.channel("kudos")[0]
    await here.slack.clicks("cy", post, "kudos_join")
    await here.slack.reacts("abe", "kudos", post.ts, "raised_hands")
    await here.slack.unreacts("abe", "kudos", post.ts, "raised_hands")
    await here.types("abe", "/kudos")
    form = here.slack.shown("abe").views[-1].id
    thanks: dict[str, Any] = {
        "recipients": {"recipients": [here.id("cy")]},
        "reason": {"reason": "for the quiet week"},
    }
    await here.slack.submits("abe", form, thanks)
    said = await here.slack.says("greta", "general", f"Huge thanks to <@{here.id('ben')}>, they are happy")
    assert said.ts
    await here.slack.edits("greta", "general", said.ts, "Huge thanks, they are very happy")
    await here.slack.reacts("ada", "general", said.ts, "kudos")
    await here.slack.shortcut("cy", "kudos_for_message", said.ts)
    await here.slack.shortcut("cy", "give_kudos")
    await here.types("ada", "/kudos undo")
    await here.settled()


async def _complains(here: Town) -> None:
    await escalates(here, "the contract is late and nobody says why")
    await here.settled()
    await here.slack.clicks("mo", here.dms("mo")[-1], "escalation_take_further")
    form = here.slack.shown("mo").views[-1].id
    await here.slack.submits("mo", form, {"words": {"words": "We need the contract by Friday."}})
    await here.settled()
    await here.slack.clicks("ruth", here.dms("ruth")[-1], "escalation_acknowledge")
    await here.settled()
    await here.slack.clicks("ruth", here.dms("ruth")[-1], "escalation_resolve")
    await here.types("ada", "/escalate status")


async def _looks_round(here: Town) -> None:
    await here.slack.opens_home("ben")
    await here.slack.opens_home("eve")
    await here.settled()
    await here.slack.clicks("ben", "home", "preference_thanks", "privately")
    await here.slack.clicks("ben", "home", "privacy_export")
    await here.slack.clicks("eve", "home", "settings_open")
    await here.slack.clicks("eve", here.slack.shown("eve").views[-1], "settings_change", "values")
    await here.slack.submits("eve", here.slack.shown("eve").views[-1].id, {"value": {"value": "care"}})
    await here.slack.change_user("fay", title="Invoices")
    await here.slack.change_group("support-team", ["ben", "fay"])
    await here.settled()


async def escalates(here: Town, happened: str, **more: Any) -> None:
    """Ada about Ben, through the form."""
    await here.types("ada", "/escalate", **more)
    form = here.slack.shown("ada").views[-1]
    await here.slack.clicks("ada", form, "escalation_subject", value=here.id("ben"), block_id="subject")
    form = here.slack.shown("ada").views[-1]
    await here.slack.submits("ada", form.id, {"happened": {"happened": happened}})
    await here.slack.closes("ada", here.slack.shown("ada").views[-1].id)
