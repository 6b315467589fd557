"""Logging: for people or for machines, and never with the words of a person in it."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

# At DEBUG some of these write down whole requests, so below WARNING nothing of theirs is kept.
# Bolt gives its loggers the root's level and names some after the app, hence the last.
TALKATIVE = (
    *("slack_bolt", "slack_sdk", "aiohttp", "alembic", "apscheduler", "sqlalchemy", "uvicorn", "httpx"),
    "goodword:",
)
FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"


def set_up(level: str, form: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(FIELDS) if form == "json" else logging.Formatter(FIELDS))
    handler.addFilter(_is_discreet)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _is_discreet(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or not record.name.startswith(TALKATIVE)
