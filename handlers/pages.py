"""Lists of Slack's, page by page, to their end: also where Slack names a next page for ever."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.errors import SlackClientError

Page = Mapping[str, Any]


async def pages(ask: Callable[[str | None], Awaitable[Any]]) -> AsyncIterator[Page]:
    """Give every page; `ask` takes the cursor of the one that is wanted."""
    cursor: str | None = None
    seen: set[str] = set()
    while cursor is None or cursor not in seen:
        if cursor is not None:
            seen.add(cursor)
        page = await ask(cursor)
        yield page
        after = page.get("response_metadata")
        cursor = str(after.get("next_cursor") or "") if isinstance(after, dict) else ""
        if not cursor:
            return
    raise SlackClientError("Slack names the same page again and again")
