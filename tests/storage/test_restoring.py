"""After a restore nothing is said twice and no number means something else than before."""

from datetime import timedelta
from functools import partial

from bot.messages import HomeOpened
from bot.ports import Letter
from storage import workspaces
from storage.restoring import FOR, SKIPPED, restored
from storage.work import Store
from tests.storage.people import ADA, BEN, HERE, move_in, thanks
from tests.town import MORNING

AFTER = MORNING + timedelta(hours=1)


async def test_what_waits_is_looked_for_first_and_numbers_are_left_out(database_url: str) -> None:
    store = Store(database_url)
    await move_in(store, ADA, BEN)
    first = await store.transact(HERE, thanks(ADA, BEN, "1"))

    assert await store.across(partial(restored, now=AFTER)) == 2

    found = await store.claim(AFTER, 10)
    assert [(one.unsure, one.first_tried_at) for one in found] == [(True, MORNING)] * 2
    second = await store.transact(HERE, thanks(ADA, BEN, "2"))
    assert second.kudos == first.kudos + SKIPPED + 1
    await store.close()


async def test_a_digest_that_is_made_anew_may_stand_in_slack_for_two_days(database_url: str) -> None:
    store = Store(database_url, pace=timedelta(0))
    await store.across(
        partial(workspaces.add, workspace=workspaces.Workspace(HERE, "Here", "UBOT"), now=MORNING)
    )
    await store.transact(HERE, lambda work: work.outbox.put("U1", HomeOpened("U1"), MORNING))
    await store.across(partial(restored, now=AFTER))
    await store.across(partial(restored, now=AFTER))  # twice does no harm
    found: dict[str, Letter] = {}
    for key, at in (("soon", AFTER), ("late", AFTER + FOR + timedelta(seconds=1))):
        put = lambda work, key=key, at=at: work.outbox.put_keyed(key, f"U{key}", HomeOpened("U2"), at)  # noqa: E731
        assert await store.transact(HERE, put)
        found = {one.key: one for one in await store.claim(at, 10)} | found
    assert (found["soon"].unsure, found["soon"].first_tried_at) == (True, MORNING)
    assert not found["late"].unsure
    await store.close()
