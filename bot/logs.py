"""Logging: for people or for machines, and never with the words of a person in it.

Each line says at whose request it was written: a mark that is given at the door, kept beside what the
request queued, and taken up again by whoever delivers that. It names nobody and says nothing.
"""

import logging
import secrets
import sys
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

# At DEBUG some of these write down whole requests, so below WARNING nothing of theirs is kept.
# Bolt gives its loggers the root's level and names some after the app, hence the last.
TALKATIVE = (
    *("slack_bolt", "slack_sdk", "aiohttp", "alembic", "apscheduler", "sqlalchemy", "uvicorn", "httpx"),
    "goodword:",
)
FIELDS = "%(asctime)s %(levelname)s %(name)s %(request)s %(message)s"
NOBODY = "-"  # what no request led to, such as a start
_request: ContextVar[str] = ContextVar("request", default="")


def begin(mark: str = "") -> str:
    """From here on this task and what it starts act for one request: that of the mark, or a new one."""
    mark = mark or secrets.token_hex(4)
    _request.set(mark)
    return mark


def current() -> str:
    """The mark of the request for which we act; empty where there is none."""
    return _request.get()


def set_up(level: str, form: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(FIELDS) if form == "json" else logging.Formatter(FIELDS))
    handler.addFilter(_is_discreet)
    handler.addFilter(_with_request)
    # Nobody reads from where in the code a line came, nor of which thread, and to find it out takes longer
    # than to write the line (Python's logging HOWTO, "Optimization").
    logging._srcfile = None  # noqa: SLF001 - the way that page names
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _is_discreet(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or not record.name.startswith(TALKATIVE)


def _with_request(record: logging.LogRecord) -> bool:
    record.request = current() or NOBODY
    return True
