"""Block Kit to try things with: one builder for each thing, and a form."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from handlers.playground import Interaction, PretendSlack

Json = dict[str, Any]


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def option(text: int = 1, value: int = 1, about: int = 1, **more: Any) -> Json:
    return {"text": plain(text), "value": "v" * value, "description": plain(about), **more}


def options(count: int) -> list[Json]:
    return [{"text": plain(1), "value": str(n)} for n in range(count)]


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(1), **more}


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(1), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def one(element: Json) -> Json:
    return actions(element)


def overflow(offered: list[Json]) -> Json:
    return {"type": "overflow", "options": offered}


def groups(count: int, label: int = 1) -> Json:
    return {
        "type": "static_select",
        "option_groups": [{"label": plain(label), "options": options(1)}] * count,
    }


def sure(**more: Any) -> Json:
    shape = {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1), **more}
    return actions(button(confirm=shape))


def field(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain(1), "element": element, **more}


def line(**more: Any) -> Json:
    return {"type": "plain_text_input", **more}


def select(*offered: Json, **more: Any) -> Json:
    return {"type": "static_select", "options": list(offered) or options(1), **more}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "x", **more}


def rich(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}


def table(rows: int, columns: int) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


def chart(series: int = 1, labels: int = 1, **more: Any) -> Json:
    names = [f"c{n}" for n in range(labels)]
    data = [{"name": f"s{n}", "data": [{"label": c, "value": 1} for c in names]} for n in range(series)]
    shape = {"type": "bar", "series": data, "axis_config": {"categories": names}}
    return {"type": "data_visualization", "title": "Thanks", "chart": shape, **more}


def pie(segments: int, **more: Any) -> Json:
    parts = [{"label": f"s{n}", "value": 1, **more} for n in range(segments)]
    return {"type": "data_visualization", "title": "T", "chart": {"type": "pie", "segments": parts}}


def url(length: int) -> str:
    return "https://e.com/".ljust(length, "x")


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain(1), "blocks": [section()], **more}


def named(table: list[Any]) -> Any:
    return [pytest.param(*row[1:], id=row[0]) for row in table]


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def choice(value: str) -> Json:
    return {"text": words(value.title()), "value": value}


def press(action_id: str, text: str, value: str = "v") -> Json:
    return {"type": "button", "action_id": action_id, "text": words(text), "value": value}


def row(*elements: Json, block_id: str = "row") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


FILLED: dict[str, Json] = {
    "who": {"people": ["U0BENOKAFR"]},
    "why": {"text": "for the <invoice> & more"},
}


def form(title: str = "Thank somebody", **more: Any) -> Json:
    people = {"type": "multi_users_select", "action_id": "people", "max_selected_items": 2}
    tone = select(choice("warm"), choice("brief"), action_id="tone")
    blocks = [
        field(people, block_id="who"),
        field(line(action_id="text", min_length=3), block_id="why"),
        field(tone, block_id="how", optional=True),
        row(press("more", "More"), block_id="more"),
    ]
    view = {"type": "modal", "callback_id": "give", "title": words(title), "submit": words("Send")}
    return {**view, "blocks": blocks, **more}


async def opened(slack: PretendSlack, client: AsyncWebClient, view: dict[str, Any] | None = None) -> str:
    done = await slack.shortcut("ada", "give")
    answer = await client.views_open(trigger_id=trigger(slack, done), view=view or form())
    return str(answer["view"]["id"])


def trigger(slack: PretendSlack, done: Interaction) -> str:
    delivery = next(each for each in slack.requests if each.id == done.deliveries[-1])
    return str(delivery.body["trigger_id"])
