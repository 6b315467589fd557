"""The plain pages that somebody sees who installs Goodword."""

from collections.abc import Mapping
from html import escape

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address holds a code
    "X-Content-Type-Options": "nosniff",
}
STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.5rem;"
    "color:#1d1c1d;background:#fff}a{color:#1f5c4d}"
    "@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#1a1d21}a{color:#7fc8b2}}"
)


def done(name: str, url: str, *, org_wide: bool) -> str:
    where = f"the organisation {name}" if org_wide else name
    next_steps = (
        "<p>It is getting to know the people there, which takes some minutes in a large company.</p>"
        "<p>What is left to do: make a channel #kudos and invite Goodword to it. "
        "Then try <code>/kudos help</code>.</p>"
    )
    link = f'<p><a href="{escape(url)}">Open Slack</a></p>' if url.startswith("https://") else ""
    return _page(f"Goodword is installed in {where}.", next_steps + link)


def failed(sentence: str) -> str:
    return _page(sentence, '<p><a href="/slack/install">Begin anew</a></p>')


def _page(heading: str, rest: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Goodword</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main><h1 style='font-size:1.4rem'>{escape(heading)}</h1>{rest}"
        "</main></body></html>"
    )
