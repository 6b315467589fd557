"""Logging: for people or for machines, and never with the words of a person in it."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

# At DEBUG some of these write down whole requests, so they never get there.
TALKATIVE = ("slack_bolt", "slack_sdk", "aiohttp", "alembic", "apscheduler", "sqlalchemy", "uvicorn", "httpx")
FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"


def set_up(level: str, form: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(FIELDS) if form == "json" else logging.Formatter(FIELDS))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
