"""Settings: the latest value is in force, and every change is kept with who and when."""

from datetime import timedelta

from bot.ports import Change, Work
from storage.work import Store
from tests.storage.people import HERE, NOW, THERE

LATER = NOW + timedelta(minutes=1)


def change(work: Work) -> None:
    work.settings.change("values", "care", "ada", NOW)
    work.settings.change("recognition_channel", "#thanks", "ada", NOW)
    work.settings.change("values", "craft", "ben", LATER)


async def test_the_latest_value_is_in_force(store: Store) -> None:
    await store.transact(HERE, change)
    current = await store.transact(HERE, lambda work: work.settings.current())
    assert current == {"values": "craft", "recognition_channel": "#thanks"}


async def test_every_change_is_kept_the_latest_first(store: Store) -> None:
    await store.transact(HERE, change)
    assert await store.transact(HERE, lambda work: work.settings.history()) == [
        Change("values", "craft", "ben", LATER),
        Change("recognition_channel", "#thanks", "ada", NOW),
        Change("values", "care", "ada", NOW),
    ]


async def test_a_default_that_was_restored_leaves_no_value_but_a_trace(store: Store) -> None:
    await store.transact(HERE, change)
    await store.transact(HERE, lambda work: work.settings.change("values", None, "cy", LATER))
    current = await store.transact(HERE, lambda work: work.settings.current())
    assert current == {"recognition_channel": "#thanks"}
    latest = (await store.transact(HERE, lambda work: work.settings.history()))[0]
    assert latest == Change("values", None, "cy", LATER)


async def test_the_settings_of_one_workspace_are_not_those_of_another(store: Store) -> None:
    await store.transact(HERE, change)
    await store.transact(THERE, lambda work: work.settings.change("values", "courage", "eve", NOW))

    assert (await store.transact(HERE, lambda work: work.settings.current()))["values"] == "craft"
    assert await store.transact(THERE, lambda work: work.settings.current()) == {"values": "courage"}
    assert len(await store.transact(THERE, lambda work: work.settings.history())) == 1
