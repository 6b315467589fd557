"""The life of an escalation, as a table of states and moves; every other move is refused with a sentence."""

from dataclasses import dataclass
from enum import StrEnum

from bot.errors import Refusal


class State(StrEnum):
    WITH_MANAGER = "with_manager"
    WITH_SERVICE_MANAGER = "with_service_manager"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    TAKE_FURTHER = "take_further"
    SETTLE = "settle"
    SEND_BACK = "send_back"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    WITHDRAW = "withdraw"


class By(StrEnum):
    HOLDER = "holder"
    REPORTER = "reporter"


@dataclass(frozen=True, slots=True)
class Step:
    """What a move leads to, who may make it, and whether it asks for a note."""

    to: State
    by: By
    note: bool = False


S, M = State, Move
TABLE: dict[tuple[State, Move], Step] = {
    (S.WITH_MANAGER, M.TAKE_FURTHER): Step(S.WITH_SERVICE_MANAGER, By.HOLDER, note=True),
    (S.WITH_MANAGER, M.SETTLE): Step(S.RESOLVED, By.HOLDER),
    (S.WITH_MANAGER, M.SEND_BACK): Step(S.RETURNED, By.HOLDER, note=True),
    (S.WITH_SERVICE_MANAGER, M.ACKNOWLEDGE): Step(S.ACKNOWLEDGED, By.HOLDER),
    (S.ACKNOWLEDGED, M.RESOLVE): Step(S.RESOLVED, By.HOLDER, note=True),
    (S.WITH_MANAGER, M.WITHDRAW): Step(S.WITHDRAWN, By.REPORTER),
    (S.WITH_SERVICE_MANAGER, M.WITHDRAW): Step(S.WITHDRAWN, By.REPORTER),
    (S.ACKNOWLEDGED, M.WITHDRAW): Step(S.WITHDRAWN, By.REPORTER),
}
FINAL = frozenset({S.RESOLVED, S.RETURNED, S.WITHDRAWN})
SAID = {
    S.WITH_MANAGER: "with the reporter's manager",
    S.WITH_SERVICE_MANAGER: "with the service manager, not yet acknowledged",
    S.ACKNOWLEDGED: "with the service manager, who is on it",
    S.RESOLVED: "resolved",
    S.RETURNED: "sent back to the reporter",
    S.WITHDRAWN: "withdrawn",
}


def step(state: State, move: Move, *, by_holder: bool, by_reporter: bool, one_hop: bool) -> Step:
    """Give what the move leads to; refuse what the table does not hold, and whoever may not make it.

    With one hop the first holder is the service manager too, so there is nobody to take it to.
    """
    found = TABLE.get((state, move))
    if found is None or (one_hop and move is Move.TAKE_FURTHER):
        raise Refusal(f"That cannot be done any more: this is {SAID[state]}.")
    allowed = by_holder if found.by is By.HOLDER else by_reporter
    if not allowed:
        raise Refusal("Only the person who has this on their desk can do that.")
    return found


def moves(state: State, by: By, *, one_hop: bool = False) -> tuple[Move, ...]:
    """What somebody may do next, in the order of the table; what the buttons are made from."""
    return tuple(
        move
        for (at, move), found in TABLE.items()
        if at is state and found.by is by and not (one_hop and move is Move.TAKE_FURTHER)
    )


def drawn() -> str:
    """Draw the table as a Mermaid state diagram, as docs/escalations.md shows it."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.WITH_MANAGER}"]
    for (at, move), found in TABLE.items():
        lines.append(f"    {at} --> {found.to}: {move} ({found.by})")
    lines += [f"    {state} --> [*]" for state in State if state in FINAL]
    return "\n".join(lines)
