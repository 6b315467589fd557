"""The one place where an exception becomes a sentence."""

import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot import logs
from bot.errors import Refusal
from handlers.office import Answer
from handlers.views import kudos as view

log = logging.getLogger("goodword.handlers")

T = TypeVar("T")


async def sentence_for_trouble(
    handler: Callable[[], Awaitable[Answer | None]], look_at: str | None = None
) -> Answer | None:
    """Answer somebody who waits: a refusal as it stands, a bug with a reference that the log has too.

    `look_at` is the command that shows what was recorded.
    """
    try:
        return await handler()
    except Refusal as no:
        return view.refused(no.sentence)
    except Exception as error:  # noqa: BLE001 - whatever it is, a person is waiting for an answer
        look = f"Please look at {look_at} before you try again. " if look_at else ""
        return view.refused(
            f"Something went wrong on my side, and I cannot promise that this was recorded. {look}"
            f"Your administrator can look up the reference {reference(error)}."
        )


async def error_on_form(handler: Callable[[], Awaitable[Answer | None]], block: str) -> Answer | None:
    """Like the above for a modal, which shows the sentence beside the field named `block`."""
    try:
        return await handler()
    except Exception as error:  # noqa: BLE001 - the form stays open with everything that was typed
        sentence = (
            f"Something went wrong on my side (reference {reference(error)}). Please try again in a minute."
        )
        return {"response_action": "errors", "errors": {block: sentence}}


class OnceTold:
    """Tells an operator that something is wrong when it begins, and that it is well again, not each time."""

    def __init__(self, log: logging.Logger, trouble: str, over: str) -> None:
        self._log = log
        self._trouble = trouble
        self._over = over
        self._in_trouble = False

    def met(self, error: BaseException) -> None:
        if not self._in_trouble:
            self._log.error("%s, reference %s; trying on", self._trouble, reference(error))
        self._in_trouble = True

    def well(self) -> None:
        if self._in_trouble:
            self._log.info("%s", self._over)
        self._in_trouble = False


async def unless_trouble(ask: Callable[[], Awaitable[T | None]]) -> T | None:
    """Nothing where it fails: whoever asks goes another way, on which the trouble is met again and told."""
    try:
        return await ask()
    except Exception:  # noqa: BLE001 - see above
        return None


def reference(error: BaseException) -> str:
    """Log an error under the mark of its request, or one of its own: its kind and where it came from.

    Never its message, in which a library may quote the words of a person.
    """
    mark = logs.current() or secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    where = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    log.error("unexpected %s, reference %s, at %s", type(error).__name__, mark, where)
    return mark
