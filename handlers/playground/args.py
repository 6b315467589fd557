"""The arguments of a Web API call, whichever of Slack's three ways they came by."""

import json
from typing import Any

from handlers.playground.errors import SlackError
from handlers.playground.world import Json

_STRUCTURED = {
    "blocks": "invalid_blocks_format",
    "attachments": "invalid_arguments",
    "metadata": "invalid_metadata_format",
    "view": "invalid_arguments",
}
_TRUE = frozenset({"1", "true", "True", "t"})


class Args:
    """Strings, flags and numbers as Slack reads them; `given` is what the app sent, JSON opened."""

    def __init__(self, raw: Json) -> None:
        self.broken: str | None = None
        self.given = {name: self._opened(name, value) for name, value in raw.items()}

    def _opened(self, name: str, value: Any) -> Any:
        if name not in _STRUCTURED or not isinstance(value, str) or not value:
            return value
        try:
            return json.loads(value)
        except ValueError:
            self.broken = _STRUCTURED[name]
            return value

    def text(self, name: str) -> str:
        value = self.given.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.given.get(name)
        if value is None or value == "":
            return default
        return value is True or str(value) in _TRUE

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        if not value:
            return default
        try:
            return int(value)
        except ValueError:
            raise SlackError("invalid_arguments") from None

    def data(self, name: str) -> Any:
        return self.given.get(name)

    def listed(self, name: str) -> Any:
        """A list, empty if nothing was given; what is no list stays what it is."""
        value = self.given.get(name)
        return [] if value is None or value == "" else value
