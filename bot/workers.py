"""Several processes of Goodword behind one port: started, watched and stopped together.

They are forked from a process that has imported everything and has neither threads nor a loop, so that
they share what they do not change. The listening socket is inherited: what waits to be accepted is
nobody's own, and is accepted by another worker when one dies.
"""

import contextlib
import gc
import logging
import os
import random
import select
import signal
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import uvloop

from bot import serve
from bot.config import Config
from bot.errors import Refusal
from bot.rules import language
from handlers import metrics
from storage import engine as engines

log = logging.getLogger("goodword")

LONGEST_STOP = 10.0  # seconds from SIGTERM; orchestrators wait as long at the least
STEADY = 10.0  # seconds after which a worker that ends is followed at once
LONGEST_PAUSE = 30.0  # seconds between two starts
# Seconds without a sign of life, of which there is one each second. Slack gives up on an answer after three,
# so whoever is silent for so long serves nobody; a busy machine, or a page that comes from the disk, takes a
# second or two. The messages under way of whoever is ended are looked for before they are said again.
SILENT = 20.0
LINES = 9  # Slack allows an app ten lines, and one more is needed while one follows another

Work = Callable[[int, int], int]
"""What a worker does: its two ends of pipes say *the first process has gone*, and what it says itself."""
SAID = struct.Struct("=i?")  # by which process, and whether it is ready; whole, for it is shorter than a page


@dataclass
class Place:
    """One worker and, once it has ended, the one that follows it."""

    pid: int = 0
    began: float = 0.0
    heard: float = 0.0  # when it last gave a sign of life
    due: float = 0.0
    failures: int = 0
    code: int | None = None  # of the last that ended here


def run(config: Config, count: int) -> int:
    """Run as many workers as asked for until SIGTERM or SIGINT; gives an exit code."""
    serve.refuse_unset(config)
    _refuse(config, count)
    with serve.bound(config.host, config.port) as listening, _folder() as figures:
        metrics.share(figures)
        language.prepare()
        gc.collect()
        gc.freeze()  # or the first collection in a worker would touch, and so copy, every page
        return Crew(partial(_work, config, listening), count, partial(metrics.forget, figures)).run()


def _folder() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="goodword-figures-")
    except OSError:
        raise Refusal(
            "Several workers count in a temporary folder, and none can be written: set TMPDIR to one."
        ) from None


def _refuse(config: Config, count: int) -> None:
    if engines.address(config.database_url.get_secret_value()).get_backend_name() == "sqlite":
        raise Refusal(
            f"{count} workers need PostgreSQL, and DATABASE_URL names a file of SQLite:"
            " name PostgreSQL there, or leave --workers out."
        )
    if config.slack_app_token.get_secret_value() and count > LINES:
        raise Refusal(f"In Socket Mode Slack takes {LINES} workers at most: each has a line of its own.")


class Crew:
    """The workers; `gone` hears the process id of each that has ended."""

    def __init__(self, work: Work, count: int, gone: Callable[[int], None]) -> None:
        self._work = work
        self._places = [Place() for _ in range(count)]
        self._gone = gone
        self._stopping = False
        self._woken, self._wake = _pipe()
        self._alive, self._life = _pipe()  # its writing end is ours alone: the workers see it close
        self._heard, self._says = _pipe()

    def run(self) -> int:
        previous = {
            number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)
        }
        previous[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, _only_wake)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        try:
            return self._first() or self._watch()
        finally:
            signal.set_wakeup_fd(-1)
            for number, how in previous.items():
                signal.signal(number, how)

    def _first(self) -> int:
        """Start one and wait until it serves: what is wrong with one is wrong with all, and said once."""
        first = self._places[0]
        self._start(first)
        while not self._stopping:
            if self._wait(None):
                return 0
            self._reap()
            if not first.pid:
                return first.code or 1
        return 0

    def _watch(self) -> int:
        while not self._stopping:
            now = time.monotonic()
            for place in self._places:
                if not place.pid and place.due <= now:
                    self._start(place)
            due = [place.heard + SILENT if place.pid else place.due for place in self._places]
            self._wait(max(0.0, min(due) - now))
            self._reap()
            self._end_silent()
        return self._end()

    def _end_silent(self) -> None:
        """Kill whose loop hangs; what it had in hand is as after any other end of a process."""
        now = time.monotonic()
        for place in self._places:
            if place.pid and now - place.heard >= SILENT:
                log.warning("a worker gave no sign of life for %.0f seconds, and is ended", SILENT)
                place.heard = now
                os.kill(place.pid, signal.SIGKILL)

    def _end(self) -> int:
        """Pass the signal on, wait, and kill whoever will not go."""
        self._send(signal.SIGTERM)
        until = time.monotonic() + LONGEST_STOP
        while any(place.pid for place in self._places) and (left := until - time.monotonic()) > 0:
            self._wait(left)
            self._reap()
        self._send(signal.SIGKILL)
        in_order = all(place.code == 0 for place in self._places)
        return 0 if in_order else 1

    def _send(self, number: signal.Signals) -> None:
        for place in self._places:
            if place.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(place.pid, number)

    def _start(self, place: Place) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        place.began = place.heard = time.monotonic()
        place.code = None
        place.pid = os.fork()
        if not place.pid:
            os._exit(self._as_worker())

    def _as_worker(self) -> int:
        """In the new process, which never comes back from here."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        for end in (self._life, self._wake, self._woken, self._heard):
            os.close(end)
        try:
            return self._work(self._alive, self._says)
        except Refusal as no:
            print(no.sentence, file=sys.stderr)  # noqa: T201 - as the command itself would
        except BaseException:  # noqa: BLE001 - nothing may return into the first process's code
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stderr.flush()
        return 1

    def _wait(self, seconds: float | None) -> bool:
        """Wait for a signal or so long; whether a worker has said that it is ready."""
        woken, _, _ = select.select([self._woken, self._heard], [], [], seconds)
        if self._woken in woken:
            os.read(self._woken, 4096)
        said = os.read(self._heard, SAID.size * 512) if self._heard in woken else b""
        now, heard = time.monotonic(), dict[int, bool]()
        for pid, ready in SAID.iter_unpack(said):
            heard[pid] = heard.get(pid, False) or ready
        for place in self._places:
            place.heard = now if place.pid in heard else place.heard
        return any(heard.values())

    def _reap(self) -> None:
        for place in self._places:
            if place.pid:
                pid, status = os.waitpid(place.pid, os.WNOHANG)
                if pid:
                    self._ended(place, os.waitstatus_to_exitcode(status))

    def _ended(self, place: Place, code: int) -> None:
        self._gone(place.pid)
        place.pid, place.code = 0, code
        now = time.monotonic()
        held = now - place.began >= STEADY
        place.failures = 0 if held else place.failures + 1
        pause = 0.0 if held else min(LONGEST_PAUSE, 2.0 ** min(place.failures - 2, 10))
        place.due = now + pause * random.uniform(0.5, 1.5)
        if not self._stopping and place.failures <= 1:  # told once, however often it fails again
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            log.warning("a worker ended (%s); another is started", how)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._stopping = True


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    return ends


def _only_wake(_number: int, _frame: object) -> None:
    """The wake-up pipe does the rest; ignored, a signal would not be written to it."""


def _work(config: Config, listening: socket.socket, alive: int, says: int) -> int:
    def say(*, ready: bool) -> None:
        # The first process may be gone already, or stopped for so long that nothing more goes in.
        with contextlib.suppress(BrokenPipeError, BlockingIOError):
            os.write(says, SAID.pack(os.getpid(), ready))

    shared = serve.Shared(listening, alive, partial(say, ready=True), partial(say, ready=False))
    uvloop.run(serve.run(config, shared=shared))
    return 0
