"""What an operator does to the directory from the command line: import, sync, check, show."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bot import people
from bot.app import scim_of, utc_now
from bot.config import Config
from bot.errors import Refusal
from bot.lines import Line, lines
from bot.operate import Finding, in_one, keys_of, open_store
from bot.people import Checkup, Place
from bot.ports import Changes, Work
from bot.rules.chart import Gaps, email_in, in_force, trusted_sources
from bot.rules.people import listed
from bot.rules.sources import quoted
from handlers.directory import csv
from handlers.directory.reading import Colleagues, read_everything
from handlers.directory.slack import Directory
from storage.work import Store

SOURCES = {"csv": "CSV", "scim": "SCIM", "slack": "Slack"}


async def import_file(config: Config, workspace: str | None, path: Path) -> str:
    """Let a CSV file say who reports to whom; gives one sentence that says what came of it."""
    sheet = csv.read_file(path)  # before the transaction, which others wait for
    take = partial(people.import_rows, name=sheet.name, rows=sheet.rows, problems=sheet.problems)
    async with open_store(config) as store:
        changes = await in_one(config, store, workspace, take)
        await in_one(config, store, workspace, people.seat)  # who was met meanwhile
    return f"{quoted(sheet.name)} was imported: {_differs(changes)}."


def _differs(changes: Changes) -> str:
    if not changes.new + changes.changed + changes.gone:
        return f"{changes.total:,} people, all as before"
    parts = {"new": changes.new, "changed": changes.changed, "no longer there": changes.gone}
    return (
        f"{changes.total:,} people, {listed(f'{count:,} {what}' for what, count in parts.items() if count)}"
    )


async def sync(config: Config) -> str:
    """Read everybody from Slack, then SCIM where it is configured; gives a sentence."""
    if missing := config.missing():
        raise Refusal(f"Please set {' and '.join(missing)}: docs/install.md says where to find them.")
    key = keys_of(config) if config.slack_client_id else ""
    async with open_store(config, key) as store, lines(config, store, utc_now) as found:
        said = [await _read(config, store, line, named=len(found) > 1) for line in found]
    return "\n".join(said) or "Goodword is installed nowhere yet: open /slack/install in a browser."


async def _read(config: Config, store: Store, line: Line, *, named: bool) -> str:
    directory = Directory(line.clients.reader, store.transact, utc_now)
    workspace = line.me.workspace
    done = await read_everything(workspace, directory, _scim(config), store.transact, _nobody_asks)
    return f"{line.me.name}: {done.sentence}" if named else done.sentence


def _scim(config: Config) -> Colleagues | None:
    url = config.goodword_scim_url
    return scim_of(url, config.goodword_scim_token.get_secret_value())


async def _nobody_asks() -> None: ...


async def check(config: Config, workspace: str | None) -> list[Finding]:
    """Look through the org chart, naming everybody there is something to mend about."""
    async with open_store(config) as store:
        return findings(await in_one(config, store, workspace, people.check))


def findings(found: Checkup) -> list[Finding]:
    if not found.size:
        advice = "import a CSV, configure SCIM, or give Slack's profiles a field Manager"
        return [Finding(well=False, sentence=f"Nobody in the org chart has a manager: {advice}.")]
    lines = [*_to_mend(found.gaps, found.name), *_to_know(found.gaps, found.name)]
    if not found.gaps.to_mend:
        whole = Finding(well=True, sentence=f"The org chart is whole: {found.size:,} people have a manager.")
        return [whole, *lines]
    return lines


def _to_mend(gaps: Gaps, name: Callable[[str], str]) -> Iterator[Finding]:
    for circle in gaps.circles:
        way = " → ".join(name(member) for member in (*circle, circle[0]))
        yield Finding(well=False, sentence=f"They report to each other in a circle: {way}.")
    for left in gaps.left:
        why = "is not in Slack" if email_in(left.manager) else "has left"
        reports = listed(name(member) for member in left.reports)
        yield Finding(
            well=False, sentence=f"{name(left.manager)} {why} and is still the manager of {reports}."
        )
    if gaps.without:
        yield Finding(well=False, sentence=f"Without a manager: {listed(map(name, gaps.without))}.")


def _to_know(gaps: Gaps, name: Callable[[str], str]) -> Iterator[Finding]:
    if gaps.top:
        who = listed(map(name, gaps.top))
        yield Finding(well=True, sentence=f"At the top, with reports and without a manager: {who}.")
    if gaps.unmet:
        who = listed(map(name, gaps.unmet))
        yield Finding(well=True, sentence=f"In the org chart under an e-mail nobody in Slack has: {who}.")
    if gaps.hidden:
        who = listed(map(name, gaps.hidden))
        yield Finding(
            well=True, sentence=f"Slack shows no e-mail, by which CSV and SCIM could find them: {who}."
        )


async def show(config: Config, workspace: str | None, typed: str) -> list[str]:
    """Say who somebody is in the org chart, line by line."""
    async with open_store(config) as store:
        return await in_one(config, store, workspace, partial(_shown, typed=typed))


def _shown(work: Work, typed: str) -> list[str]:
    place = people.find(work, typed)
    says = in_force(place.member, place.said)
    source = {field: f" ({SOURCES[one]})" for field, one in trusted_sources(place.said).items()}
    reports = "one person" if place.reports == 1 else f"{place.reports:,} people"
    return [
        _who(place),
        f"Manager: {quoted(place.above[0]) if place.above else 'none'}{source.get('manager', '')}",
        f"Chain: {_chain(place)}",
        f"Department: {quoted(says.department or 'unknown')}{source.get('department', '')}",
        f"Title: {quoted(says.title or 'unknown')}{source.get('title', '')}",
        f"Reports: {reports}",
    ]


def _who(place: Place) -> str:
    person = place.person
    if person is None:
        return f"{quoted(email_in(place.member) or place.member)} (not in Slack)"
    about = [
        f"@{person.handle}",
        person.email or "no e-mail",
        person.id,
        *([] if person.active else ["left"]),
    ]
    return f"{quoted(person.name)} ({', '.join(about)})"


def _chain(place: Place) -> str:
    way = " → ".join(quoted(name) for name in place.above) or "nobody above"
    return f"{way} → and round again: a circle" if place.chain.circular else way
