"""The postman's places: a workspace that is slow does not take those of another."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from bot.messages import KudosTakenBack
from bot.ports import Letter
from handlers.delivery import AT_ONCE, Postman
from tests.town import MORNING


class Office:
    """An outbox with letters of two workspaces, none of which is done with before they may go on."""

    def __init__(self, letters: dict[str, int]) -> None:
        every = [workspace for workspace, many in letters.items() for _ in range(many)]
        self._left = [_letter(number, workspace) for number, workspace in enumerate(every)]
        self.taken: Counter[str] = Counter()
        self.changed = asyncio.Condition()
        self.go_on = asyncio.Event()

    async def claim(
        self, _now: datetime, limit: int, *, workspaces: Collection[str], besides: Collection[int]
    ) -> Sequence[Letter]:
        del besides
        found = [letter for letter in self._left if letter.workspace in workspaces][:limit]
        self._left = [letter for letter in self._left if letter not in found]
        self.taken.update(letter.workspace for letter in found)
        async with self.changed:
            self.changed.notify_all()
        return found

    async def transact(self, _workspace: str, _fn: Callable[[Any], Any]) -> None:
        await self.go_on.wait()

    async def drop(self, _letter: Letter, _now: datetime) -> None: ...


def _letter(number: int, workspace: str) -> Letter:
    message = KudosTakenBack("key")
    return Letter(number, str(number), workspace, str(number), message, 1, False, MORNING, "lease")


async def test_a_workspace_that_is_slow_does_not_take_the_places_of_another() -> None:
    office = Office({"T0SLOW": 3 * AT_ONCE, "T0OTHER": 3})
    postman = Postman(
        cast("Any", office),
        cast("Any", office.transact),
        lambda _workspace: cast("Any", "a client"),
        lambda: MORNING,
        lambda _kind, _how: None,
        timedelta(),
        lambda: ["T0SLOW", "T0OTHER"],
        timedelta(seconds=30),
    )
    running = asyncio.create_task(postman.run())
    async with asyncio.timeout(10), office.changed:
        await office.changed.wait_for(lambda: office.taken["T0OTHER"] == 3)
    assert office.taken == {"T0SLOW": AT_ONCE, "T0OTHER": 3}
    office.go_on.set()
    await postman.stop()
    await running
