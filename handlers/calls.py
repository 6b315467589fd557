"""Calls of Slack's methods with a body in JSON, without what slack_sdk does around each of them.

Longer than its purpose, for speed: much of a call's time went into copying its parameters, putting its
headers together, and being ready to repeat it. Such a call is sent here; its answer, and what is wrong with
that, are slack_sdk's own. All other calls are left to slack_sdk.
"""

import json
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse


class Client(AsyncWebClient):
    """slack_sdk's client, but for calls that it was told not to repeat."""

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:
        body = how.get("json")
        plain = len(how) == 1 and body is not None and "token" not in body
        session = self.session
        if not plain or session is None or session.closed or self.retry_handlers or self.default_params:
            return await super().api_call(api_method, **how)
        # The token of now, before the first await.
        headers = {**self.headers, "Content-Type": "application/json;charset=utf-8"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        url = self.base_url + api_method
        asked: dict[str, Any] = {"data": json.dumps(body).encode(), "headers": headers, "proxy": self.proxy}
        async with session.post(url, **asked) as answer:
            data = await _read(answer)
        told: dict[str, Any] = {"data": data, "headers": answer.headers, "status_code": answer.status}
        response = AsyncSlackResponse(client=self, http_verb="POST", api_url=url, req_args=how, **told)
        response.validate()  # type: ignore[no-untyped-call]
        return response


async def _read(answer: aiohttp.ClientResponse) -> Any:
    """As slack_sdk reads it."""
    if answer.content_type == "text/plain":
        return await answer.text()
    try:
        return await answer.json()
    except aiohttp.ContentTypeError:
        return {}
    except json.JSONDecodeError:
        raise SlackApiError("Slack's answer is no JSON.", answer) from None  # type: ignore[no-untyped-call]
