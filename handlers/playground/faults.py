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
    """What is to go wrong: a list that is used up as calls come in, and what lasts."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lasting: list[Fault] = []

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
        return self._lasting[-1] if self._lasting else None

    def keep(self, fault: Fault) -> None:
        """Let it happen to every call until it is ended."""
        self._lasting.append(fault)

    def end(self, fault: Fault) -> None:
        self._lasting.remove(fault)

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._waiting]
