"""Troubles that last until they are switched off: Slack's own, and those of the app, which are handed in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from handlers.playground.errors import CannotAct
from handlers.playground.faults import Fault, Faults
from handlers.playground.world import Json

SLOW = 2.0  # seconds before each call is done
Turn = Callable[[bool], Awaitable[None]]
"""Makes the trouble (True) or ends it."""


@dataclass
class Switch:
    """`label` and `about` are what the page says of it."""

    name: str
    label: str
    about: str
    turn: Turn
    on: bool = False


class Switches:
    """All of them by name, in the order in which the page shows them."""

    def __init__(self, faults: Faults) -> None:
        self._all: dict[str, Switch] = {}
        slow, down = Fault("*", "slow", seconds=SLOW), Fault("*", "http500")
        self.add(Switch("slow", "Slack is slow", "Whatever is asked of it takes 2 s", _lasting(faults, slow)))
        self.add(Switch("down", "Slack is down", "It answers every call with 500", _lasting(faults, down)))

    def add(self, switch: Switch) -> None:
        self._all[switch.name] = switch

    async def turn(self, name: str, *, on: bool) -> None:
        if name not in self._all:
            raise CannotAct(f"There is no switch {name!r}; there are: {', '.join(self._all)}.")
        switch = self._all[name]
        if switch.on is not on:
            switch.on = on  # at once, for a second click may come before the first one is done
            await switch.turn(on)

    def listed(self) -> list[Json]:
        shown = ("name", "label", "about", "on")
        return [{field: getattr(switch, field) for field in shown} for switch in self._all.values()]


def _lasting(faults: Faults, fault: Fault) -> Turn:
    return partial(_keep, faults, fault)


async def _keep(faults: Faults, fault: Fault, on: bool) -> None:  # noqa: FBT001 - what it is turned to
    faults.keep(fault) if on else faults.end(fault)
