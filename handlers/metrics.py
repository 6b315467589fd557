"""Is it well? What Prometheus may ask: how requests are answered, what waits, how messages end.

No label carries a name, an id or a word of anybody; each has few values, whatever is sent to us.
"""

import logging
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response

from bot.ports import Waiting

log = logging.getLogger("goodword.metrics")

# Slack gives up after three seconds; half of one is what people begin to notice.
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the package's own name for it
NAME = re.compile(r"[a-z_]{1,60}")
KINDS = 100  # of requests that are told apart; we have some thirty


Ask = Callable[[], Awaitable[Waiting]]
Missing = Callable[[], Awaitable[str]]


async def _nothing_missing() -> str:
    return ""


def share(folder: str) -> None:
    """Keep figures in files from now on, so that each worker behind one port can tell those of all."""
    os.environ[FOLDER] = folder
    # It was chosen when the package was imported; this is the package's own choice, made anew.
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]


def forget(folder: str, pid: int) -> None:
    """A worker has ended: what it counted stays, what it was does not."""
    multiprocess.mark_process_dead(pid, folder)  # type: ignore[no-untyped-call] # without types


class Metrics:
    """The figures of one process, or of all workers behind one port.

    Of several replicas each is asked and Prometheus adds them up.
    """

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._kinds: set[str] = set()
        self._answers: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._requests = Counter(
            "goodword_requests", "Requests by kind and HTTP status", ["kind", "status"], registry=registry
        )
        self._seconds = Histogram(
            "goodword_request_seconds",
            "Seconds until a request was acknowledged, its work committed",
            ["kind"],
            buckets=SECONDS,
            registry=registry,
        )
        self._deliveries = Counter(
            "goodword_deliveries",
            "Attempts to say something, by the kind of message, how they ended and why",
            ["message", "outcome", "reason"],
            registry=registry,
        )
        # What is found out when it is asked: of several workers, the one that was asked says it.
        asked = partial(Gauge, registry=registry, multiprocess_mode="mostrecent")
        self._waiting = asked("goodword_outbox_messages", "Messages still to be said")
        self._oldest = asked("goodword_outbox_oldest_seconds", "Age of the oldest of them that is due")
        self._parked = asked("goodword_outbox_parked", "Messages that Slack refused for good")
        self._well = asked("goodword_database_up", "1 if the database answered this very request")
        self._pool = asked("goodword_database_connections_in_use", "Connections of the pool in use")
        self._most = asked("goodword_database_connections_limit", "Connections that the pool may open")
        self._ready = asked("goodword_ready", "1 if /readyz would answer 200")
        self._room = asked(
            "goodword_database_free_bytes",
            "Room left on the disk of the database, where it is a file",
            ["engine"],
        )
        self._digests = Counter(
            "goodword_digests_due", "Digests that became due and were made", ["kind"], registry=registry
        )
        self._failures = Counter(
            "goodword_looks_failed", "Looks for what is due that failed", ["what"], registry=registry
        )
        self._each = partial(Gauge, registry=registry, multiprocess_mode="livesum")
        self._each("goodword_workers", "Processes that run behind this port").set(1)

    def line(self) -> Callable[[bool, str], None]:
        """Figures of Socket Mode: whether there is a line to Slack, and why lines were left."""
        up = self._each("goodword_socket_up", "Lines to Slack that hold, one for each worker")
        ends = Counter(
            "goodword_socket_left", "Lines to Slack that were left", ["reason"], registry=self._registry
        )

        def told(holds: bool, left: str) -> None:  # noqa: FBT001 - a figure
            up.set(holds)
            if left:
                ends.labels(left).inc()

        return told

    def answered(self, kind: str, status: int, seconds: float) -> None:
        # Kept here, for to find them by their labels takes longer than to count.
        found = self._answers.get((kind, status))
        if found is None:
            found = self._answers_of(kind, status)
        requests, took = found
        requests.inc()
        took.observe(seconds)

    def _answers_of(self, kind: str, status: int) -> tuple[Counter, Histogram]:
        if len(self._kinds) < KINDS:
            self._kinds.add(kind)
        known = kind if kind in self._kinds else "other"
        found = self._requests.labels(known, str(status)), self._seconds.labels(known)
        if known == kind:
            self._answers[kind, status] = found
        return found

    def delivered(self, message: str, how: str) -> None:
        """`how` is an outcome and perhaps its reason: `sent`, `later ratelimited`, `parked is_archived`."""
        outcome, _, reason = how.partition(" ")
        known = reason if not reason or NAME.fullmatch(reason) else "other"
        self._deliveries.labels(message, outcome, known).inc()

    def _told(self) -> CollectorRegistry:
        if FOLDER not in os.environ:
            return self._registry
        of_all = CollectorRegistry()
        multiprocess.MultiProcessCollector(of_all, os.environ[FOLDER])  # type: ignore[no-untyped-call]
        return of_all

    def digests_due(self, made: Mapping[str, int]) -> None:
        for kind, count in made.items():
            self._digests.labels(kind).inc(count)

    def look_failed(self, what: str) -> None:
        self._failures.labels(what).inc()

    def door(
        self, ask: Ask, missing: Missing = _nothing_missing, room: Callable[[], int | None] = lambda: None
    ) -> Callable[[Request], Awaitable[Response]]:
        """Answer `/metrics`; what waits is counted at that moment."""

        async def metrics(_request: Request) -> Response:
            self._ready.set(not await missing())
            if (left := room()) is not None:
                self._room.labels("sqlite").set(left)
            try:
                waiting = await ask()
            except Exception as error:  # noqa: BLE001 - the other figures tell most when the database is down
                log.warning("the outbox could not be counted (%s)", type(error).__name__)
                self._well.set(0)
            else:
                self._well.set(1)
                self._waiting.set(waiting.messages)
                self._oldest.set(waiting.oldest)
                self._parked.set(waiting.parked)
                self._pool.set(waiting.connections)
                self._most.set(waiting.most)
            return Response(generate_latest(self._told()), media_type=CONTENT_TYPE_PLAIN_0_0_4)

        return metrics
