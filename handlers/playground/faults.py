"""Troubles on demand: what shall go wrong with the app's next calls."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["ratelimited", "error", "http500", "slow", "drop_before", "drop_after", "garbage"]
KINDS = frozenset({"ratelimited", "error", "http500", "slow", "drop_before", "drop_after", "garbage"})


@dataclass
class Fault:
    """`method` "*" means any; `times` counts down; `drop_after` does the work and cuts the line."""

    method: str
    kind: Kind
    times: int = 1
    error: str = "fatal_error"
    retry_after: int = 1
    seconds: float = 5.0


class Faults:
    """The list of what is to go wrong, each entry used up as calls come in."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(
        self,
        method: str,
        kind: Kind,
        times: int = 1,
        *,
        error: str = "fatal_error",
        retry_after: int = 1,
        seconds: float = 5.0,
    ) -> None:
        if kind not in KINDS:
            raise ValueError(f"Unknown kind of fault: {kind}. Known: {', '.join(sorted(KINDS))}.")
        self._waiting.append(Fault(method, kind, times, error, retry_after, seconds))

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, method: str) -> Fault | None:
        """The first fault that fits this call, counted down."""
        for fault in self._waiting:
            if fault.method in {method, "*"}:
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._waiting]
