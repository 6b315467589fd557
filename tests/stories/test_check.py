"""What `goodword check` claims to find, it finds: each is provoked, and said once, with what to do."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot import checkup
from bot.config import Config
from storage.secrets import new_key
from storage.work import Store
from tests.fuzz.corpus import escalates
from tests.town import KEY, town

ANOTHER = new_key()
ADVICE = "add the key they were written with to the end of GOODWORD_ENCRYPTION_KEY."


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_a_wrong_key_a_fallback_who_left_and_gaps_are_found_and_gone_when_they_are_mended(
    database_url: str,
) -> None:
    async with town(database_url, plan=lambda plan: replace(plan, encryption_key=ANOTHER)) as here:
        await here.set("fallback", here.id("fay"))
        await escalates(here, "the contract is late and nobody says why")
        await here.slack.change_user("fay", deleted=True)
        await here.slack.change_user("ada", manager=None)
        await here.settled()
        wrong = await _wrong(database_url, KEY)
        await here.slack.change_user("fay", deleted=False)
        await here.slack.change_user("ada", manager=here.id("mo"))
        mended = await _wrong(database_url, f"{KEY},{ANOTHER}")

    assert wrong == [
        "the org chart has gaps: `goodword directory check` says where.",
        f"the words of one escalation cannot be read with the keys at hand: {ADVICE}",
        "the fallback U0FAYNAKAM cannot be used: Fay has left.",
    ]
    assert mended == []


async def _wrong(database_url: str, key: str) -> list[str]:
    """What is found of the database; of Slack, nothing is asked without a token."""
    config = Config(database_url=SecretStr(database_url), goodword_encryption_key=SecretStr(key))
    found = await checkup.check(config)
    said = [one.sentence.removeprefix("Kestrel Instruments: ") for one in found if not one.well]
    return [one for one in said if not one.endswith(" is not set.")]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_a_disk_that_is_nearly_full_is_found(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _wrong(database_url, KEY) == []
    monkeypatch.setattr(Store, "room", lambda _store: 12 * 1024**2)
    assert await _wrong(database_url, KEY) == ["Only 12 MB are left on the disk of the database: make room."]
