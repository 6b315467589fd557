"""How long to search: a fixed share in every test run, and for minutes, ever new, in `make fuzz`."""

import os
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

SECONDS = float(os.environ.get("GOODWORD_FUZZ_SECONDS", "0"))  # for all of them together
A_ROUND = 300  # examples with one seed


def search(
    holds: Callable[[Any], None], among: SearchStrategy[Any], *, examples: int, share: float = 0.05
) -> int:
    """Let `holds` look at so many examples, always the same, or at new ones for its share of the time."""
    if not SECONDS:
        _look(holds, among, examples, derandomize=True)
        return examples
    looked, until = 0, time.monotonic() + SECONDS * share
    while time.monotonic() < until:
        fresh = seed(time.time_ns())(_looking(holds, among, A_ROUND, derandomize=False))
        fresh()
        looked += A_ROUND
    print(f"{holds.__qualname__}: {looked} examples")  # noqa: T201 - of a long run one wants to know
    return looked


def _look(
    holds: Callable[[Any], None], among: SearchStrategy[Any], examples: int, *, derandomize: bool
) -> None:
    _looking(holds, among, examples, derandomize=derandomize)()


def _looking(
    holds: Callable[[Any], None], among: SearchStrategy[Any], examples: int, *, derandomize: bool
) -> Callable[[], None]:
    chosen = settings(
        max_examples=examples,
        derandomize=derandomize,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        print_blob=False,
    )

    def looks(example: Any) -> None:
        holds(example)

    return chosen(given(example=among)(looks))
