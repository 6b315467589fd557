"""Rich text, tables and charts and their limits, as data (docs.slack.dev/reference/block-kit)."""

from collections.abc import Iterator
from typing import Any

from handlers.playground.rules import Rule, both, by_type, flag, line, many, number, one_of, shape, url, whole

_STYLE = shape(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), flag
    ),
)
_STYLED: dict[str, Rule] = {"style": _STYLE}

_INLINE: dict[str, Rule] = {
    "text": shape({"text": line(12_000)}, _STYLED),
    "link": shape({"url": url(3000)}, {**_STYLED, "text": line(3000), "unsafe": flag}),
    "user": shape({"user_id": line(255)}, _STYLED),
    "usergroup": shape({"usergroup_id": line(255)}, _STYLED),
    "channel": shape({"channel_id": line(255)}, _STYLED),
    "team": shape({"team_id": line(255)}, _STYLED),
    "emoji": shape({"name": line(255)}, {**_STYLED, "unicode": line(255), "skin_tone": whole(2, 6)}),
    "broadcast": shape({"range": one_of("here", "channel", "everyone")}, _STYLED),
    "date": shape(
        {"timestamp": whole(0, 9_999_999_999), "format": line(255)},
        {**_STYLED, "url": url(3000), "fallback": line(255)},
    ),
    "color": shape({"value": line(7)}, _STYLED),
}
_BORDER: dict[str, Rule] = {"border": whole(0, 1)}
_PARTS: dict[str, Rule] = {"elements": many(by_type(_INLINE), 1_000, least=0)}
_SECTION = shape(_PARTS)

_RICH: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": shape(_PARTS, _BORDER),
    "rich_text_preformatted": shape(_PARTS, {**_BORDER, "language": line(255)}),
    "rich_text_list": shape(
        {
            "style": one_of("bullet", "ordered"),
            "elements": many(by_type({"rich_text_section": _SECTION}), 1_000),
        },
        {**_BORDER, "indent": whole(0, 8), "offset": whole(0, 1_000)},
    ),
}
_RICH_PARTS = many(by_type(_RICH), 1_000, least=0)
RICH_TEXT = shape({"elements": _RICH_PARTS}, {"block_id": line(255)})

_CELL = by_type(
    {
        "raw_text": shape({"text": line(3000)}),
        "raw_number": shape({"value": number}, {"text": line(3000)}),
        "rich_text": RICH_TEXT,
    }
)
_COLUMN = shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": flag})
TABLE = shape(
    {"rows": many(many(_CELL, 20), 100)}, {"column_settings": many(_COLUMN, 20), "block_id": line(255)}
)

_LABEL = line(20)


def _above_zero(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, int | float) and value <= 0:
        yield f"must be greater than 0 [json-pointer:{at}]"


_SEGMENT = shape({"label": _LABEL, "value": both(number, _above_zero)})
_POINT = shape({"label": _LABEL, "value": number})
_SERIES = shape({"name": _LABEL, "data": many(_POINT, 20)})
_AXES = shape({"categories": many(_LABEL, 20)}, {"x_label": line(50), "y_label": line(50)})


def _same_labels(chart: Any, at: str) -> Iterator[str]:
    """Series are told apart by name, and each has one point for every category."""
    try:
        categories = chart["axis_config"]["categories"]
        names = [series["name"] for series in chart["series"]]
        labels = [[point["label"] for point in series["data"]] for series in chart["series"]]
    except (KeyError, TypeError):
        return  # the shape's own complaints say it already
    if len(set(names)) < len(names):
        yield f"series names must be unique [json-pointer:{at}/series]"
    for place, given in enumerate(labels):
        if sorted(given) != sorted(categories):
            yield f"data labels must match categories [json-pointer:{at}/series/{place}/data]"


_PLOT = both(shape({"series": many(_SERIES, 6), "axis_config": _AXES}), _same_labels)
_CHART = by_type({"pie": shape({"segments": many(_SEGMENT, 6)}), "bar": _PLOT, "area": _PLOT, "line": _PLOT})
CHART = shape({"title": line(50), "chart": _CHART}, {"block_id": line(255)})
