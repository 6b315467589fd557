"""The two ways of saying no: Slack's error codes to the app, and a plain sentence to whoever acts."""

from typing import Any


class SlackError(Exception):
    """An answer of {"ok": false}; `more` goes into the answer beside the code."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


class CannotAct(ValueError):  # noqa: N818 - it is what one reads: "CannotAct: Gus is not in #kudos"
    """A person tried what Slack's own window would not let them do."""
