"""What a manager sees of the recognition of their people, and the file they take to a review."""

import csv
import io
import json
from typing import Any

from bot import reviews
from bot.reviews import PERIODS, Recognition
from bot.rules.people import Person
from bot.rules.recognition import Kudos
from handlers.views import blocks
from handlers.views.blocks import Block, plain

OPEN, PERIOD, PERSON = "reviews_open", "reviews_period", "reviews_person"
KEEP, LET_GO, EXPORT = "kudos_keep", "kudos_let_go", "reviews_export"
MOST_ROWS, MOST_PEOPLE = 40, 300  # more of both would be too large for Slack (250 kB)
EVERYBODY = "everybody"
FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the latter as they are typed in East Asia
FORMATS = {"md": "Take it as Markdown", "csv": "Take it as a table (CSV)"}
COLUMNS = ("person", "date", "from", "reason", "values", "above and beyond", "customer", "outcome", "kept")


def page(found: Recognition) -> dict[str, Any]:
    """The list: of each person what was said, with a button to keep it for the review."""
    return {
        "type": "modal",
        "callback_id": "reviews",
        "private_metadata": json.dumps({"days": found.days, "one": found.one}),
        "title": plain("Your people"),
        "close": plain("Close"),
        "blocks": [_menus(found), *_people(found), _exports()],
    }


def markdown(found: Recognition) -> str:
    lines = [f"# Recognition of the last {found.days} days", ""]
    for person in found.shown:
        rows = [row for row in reviews.running_file(found) if row[0] is person]
        lines += [f"## {_flat(person.name)}", ""]
        lines += [f"- {_marked(kudos, is_kept=is_kept)}" for _, kudos, is_kept in rows]
        lines += [] if rows else ["Nothing was said in this time."]
        lines.append("")
    return "\n".join(lines)


def table(found: Recognition) -> str:
    """The same as CSV (RFC 4180), with what a spreadsheet would take for a formula made harmless."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for person, kudos, is_kept in reviews.running_file(found):
        row = (
            person.name,
            f"{kudos.given_at:%Y-%m-%d}",
            kudos.giver.name,
            kudos.reason,
            " ".join(kudos.tags),
            _yes(kudos.besides.above),
            f"{kudos.besides.customer}: {kudos.besides.customer_words}".strip(": "),
            kudos.outcome,
            _yes(is_kept),
        )
        writer.writerow([_harmless(value) for value in row])
    return out.getvalue()


def _menus(found: Recognition) -> Block:
    period = {
        "type": "static_select",
        "action_id": PERIOD,
        "options": [_period(days) for days in PERIODS],
        "initial_option": _period(found.days),
    }
    everybody = blocks.option("Everybody", EVERYBODY)
    options = [everybody, *(blocks.option(one.name, one.id) for one in found.people[:MOST_PEOPLE])]
    chosen = next((one for one in options if one["value"] == found.one), everybody)
    person = {
        "type": "static_select",
        "action_id": PERSON,
        **blocks.options(options),
        "initial_option": chosen,
    }
    return blocks.buttons(period, person)


def _period(days: int) -> dict[str, Any]:
    return blocks.option(f"Last {days} days", str(days))


def _people(found: Recognition) -> list[Block]:
    said: list[Block] = []
    quiet: list[str] = []
    left = MOST_ROWS
    for person in found.shown:
        theirs = found.of(person)
        if not theirs:
            quiet.append(person.name)
        elif left > 1:
            rows = theirs[: left - 1]
            said.append(blocks.rich(blocks.line(blocks.text(person.name, bold=True))))
            said += [_row(found, person, kudos) for kudos in rows]
            left -= len(rows) + 1
    rest = sum(len(found.of(person)) for person in found.shown) - sum(1 for one in said if "accessory" in one)
    if rest:
        said.append(blocks.context(f"{rest} more: choose one person above, or take the file."))
    if not found.people:
        said.append(blocks.words("Nobody reports to you at the moment."))
    if quiet:
        said.append(blocks.words(_quiet(quiet, found.days)))
    if (unlisted := len(found.people) - MOST_PEOPLE) > 0:
        said.append(blocks.context(f"{unlisted} more people have no room in the menu: take the file."))
    return said


def _quiet(names: list[str], days: int) -> str:
    return f"Nothing was said in these {days} days of {blocks.some(names)}. You may have seen something."


def _row(found: Recognition, person: Person, kudos: Kudos) -> Block:
    is_kept = (kudos.number, person.id) in found.kept
    value = f"{kudos.number}:{person.id}"
    keep = blocks.button(KEEP, "Keep for the review", value=value)
    let_go = blocks.button(LET_GO, "Kept ✓", value=value)
    return blocks.row(_said(kudos), let_go if is_kept else keep)


def _said(kudos: Kudos) -> str:
    """One kudos in a few lines of plain words."""
    lines = [
        f"{kudos.giver.name}, {kudos.given_at.day} {kudos.given_at:%b %Y}: {blocks.short(kudos.reason, 600)}"
    ]
    if kudos.besides.above:
        lines.append("Above and beyond.")
    if kudos.besides.customer_words:
        customer = kudos.besides.customer or "A customer"
        lines.append(f"{customer} said: {blocks.short(kudos.besides.customer_words, 300)}")
    if kudos.outcome:
        lines.append(f"What came of it: {blocks.short(kudos.outcome, 300)}")
    return "\n".join(lines)


def _exports() -> Block:
    return blocks.buttons(
        *(blocks.button(f"{EXPORT}_{form}", label, value=form) for form, label in FORMATS.items())
    )


def _marked(kudos: Kudos, *, is_kept: bool) -> str:
    """One entry of the Markdown file."""
    words = [f"{kudos.given_at:%Y-%m-%d}, {_flat(kudos.giver.name)}: {_flat(kudos.reason)}"]
    words += ["(above and beyond)"] if kudos.besides.above else []
    words += [f"({', '.join(kudos.tags)})"] if kudos.tags else []
    words += ["**Kept for the review.**"] if is_kept else []
    if kudos.besides.customer_words:
        customer = _flat(kudos.besides.customer) or "A customer"
        words.append(f"{customer} said: {_flat(kudos.besides.customer_words)}")
    words += [f"What came of it: {_flat(kudos.outcome)}"] if kudos.outcome else []
    return " ".join(words)


def _flat(words: str) -> str:
    """People's words on one line, with what Markdown would take for its own made literal."""
    line = " ".join(words.split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in line)


def _yes(value: bool) -> str:  # noqa: FBT001 - the one thing it is about
    return "yes" if value else ""


def _harmless(value: str) -> str:
    """Spreadsheets run what begins like a formula (OWASP: CSV injection), some after blanks as well."""
    return f"'{value}" if value.lstrip().startswith(FORMULAS) or value[:1] in {"\t", "\r", "\n"} else value
