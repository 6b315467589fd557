"""Cursor paging: opaque cursors, and no more at a time than was asked for."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from handlers.playground.args import Args
from handlers.playground.errors import SlackError
from handlers.playground.world import Json

MOST = 1000
T = TypeVar("T")


def page(args: Args, items: Sequence[T], default: int = MOST) -> tuple[list[T], Json]:
    """The page asked for, and the response_metadata that leads to the next."""
    limit = args.number("limit", default)
    if not 0 <= limit <= MOST:
        raise SlackError("invalid_limit")
    start = _start(args.text("cursor"))
    end = start + (limit or default)
    cursor = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return list(items[start:end]), {"response_metadata": {"next_cursor": cursor}}


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word != "next":
            raise SlackError("invalid_cursor")
        return int(number)
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None
