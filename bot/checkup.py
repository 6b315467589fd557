"""What `goodword check` looks at: settings, database, tokens, scopes, channels, people, parked messages."""

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

from bot import hops, people, settings
from bot.app import utc_now
from bot.config import Config
from bot.errors import Refusal
from bot.lines import Line, lines
from bot.operate import Finding, keys_of, open_store, unfit_channel, unfit_person
from bot.ports import Parked, Work
from bot.rules.people import listed
from handlers import socket, verdicts, web
from handlers.manifest import SCOPES
from storage import keys, migrations, workspaces

ENOUGH_ROOM = 500 * 1024**2  # bytes on the disk of an SQLite file, as in docs/operations/alerts.yaml


async def check(config: Config) -> list[Finding]:
    """Look at configuration, database, tokens, scopes, channel, people and parked messages, in this order."""
    missing = config.missing()
    findings = [Finding(well=False, sentence=f"{name} is not set.") for name in missing]
    of_database = await _of_database(config)
    findings += of_database
    if not missing:
        findings += await _of_line(config)
        findings += await _of_slack(config, database=of_database[0].well)
    return findings


async def _of_database(config: Config) -> list[Finding]:
    try:
        key, of_key = _key_to_check(config)
        async with open_store(config, key) as store:
            found = [
                Finding(well=True, sentence=f"The database answers; its schema is {migrations.latest()}."),
                *of_key,
                *_of_room(store.room()),
            ]
            for one in await store.across(workspaces.every, only_reads=True):
                found += await store.transact(one.id, partial(_of_workspace, name=one.name))
                found += await store.transact(one.id, partial(_of_escalations, name=one.name, key=bool(key)))
            return found
    except Refusal as no:
        return [Finding(well=False, sentence=no.sentence)]


def _of_room(left: int | None) -> list[Finding]:
    if left is None or left >= ENOUGH_ROOM:
        return []
    sentence = f"Only {left // 1024**2} MB are left on the disk of the database: make room."
    return [Finding(well=False, sentence=sentence)]


def _key_to_check(config: Config) -> tuple[str, list[Finding]]:
    """The keys, if there are any: to look makes none, as the first start does on SQLite."""
    url, given = config.database_url.get_secret_value(), config.goodword_encryption_key.get_secret_value()
    try:
        if keys.has_key(url, given) or not url.startswith("sqlite"):
            return keys_of(config), []
    except Refusal as no:
        return "", [Finding(well=False, sentence=no.sentence)]
    return "", []


def _of_escalations(work: Work, name: str, *, key: bool) -> list[Finding]:
    """The chart, the key, and the fallback where it is a person."""
    findings = []
    chart = people.check(work)
    if not chart.size or chart.gaps.to_mend:
        why = "has gaps" if chart.size else "is empty"
        sentence = f"{name}: the org chart {why}: `goodword directory check` says where."
        findings.append(Finding(well=False, sentence=sentence))
    else:
        findings.append(Finding(well=True, sentence=f"{name}: the org chart has no gaps."))
    if key:
        unreadable = work.escalations.unreadable()
        many = "one escalation" if unreadable == 1 else f"{unreadable} escalations"
        sentence = (
            f"{name}: the words of {many} cannot be read with the keys at hand: add the key they were "
            "written with to the end of GOODWORD_ENCRYPTION_KEY."
        )
        good = f"{name}: the encryption key reads every escalation."
        findings.append(Finding(well=not unreadable, sentence=sentence if unreadable else good))
    fallback = settings.chosen(work).fallback
    if not fallback:
        sentence = f"{name}: nobody stands in where the org chart has no answer: set the fallback."
        findings.append(Finding(well=True, sentence=sentence))
    elif not hops.is_channel(fallback):
        why = unfit_person(work, fallback)
        sentence = f"{name}: the fallback {fallback} cannot be used: {why}."
        findings.append(
            Finding(well=not why, sentence=sentence if why else f"{name}: the fallback is there.")
        )
    return findings


def _of_workspace(work: Work, name: str) -> list[Finding]:
    findings = [Finding(well=True, sentence=f"{name}: {work.people.count()} people are known.")]
    parked = work.outbox.parked()
    if parked:
        by_mail = [one for one in parked if one.to.startswith("mail:")]
        in_slack = [one for one in parked if one not in by_mail]
        findings += [
            _refused(name, who, some)
            for who, some in (("Slack", in_slack), ("The mail server", by_mail))
            if some
        ]
    return findings


def _refused(name: str, who: str, parked: list[Parked]) -> Finding:
    reasons = listed(sorted({one.reason for one in parked}))
    count = "a message" if len(parked) == 1 else f"{len(parked)} messages"
    what = f"{who} refused {count} since {parked[0].since:%Y-%m-%d %H:%M} UTC ({reasons})"
    advice = "mend that, then `goodword check --release` lets them try again"
    return Finding(well=False, sentence=f"{name}: {what}: {advice}.")


async def _of_slack(config: Config, *, database: bool) -> list[Finding]:
    many = bool(config.slack_client_id)
    if many and not database:
        return []  # that is where the tokens are
    opened: Any = open_store(config, keys_of(config) if many else "") if database else nullcontext()
    try:
        async with opened as store, lines(config, store, utc_now) as found:
            every = [
                _named(one, line.me.name) if many else one
                for line in found
                for one in await _of_space(line, config, database=database, many=many)
            ]
    except Refusal as no:
        return [Finding(well=False, sentence=no.sentence)]
    nowhere = "Goodword is installed nowhere yet: open /slack/install in a browser."
    return every or [Finding(well=False, sentence=nowhere)]


def _named(one: Finding, name: str) -> Finding:
    return Finding(well=one.well, sentence=f"{name}: {one.sentence}")


async def _of_space(line: Line, config: Config, *, database: bool, many: bool) -> list[Finding]:
    me, clients = line.me, line.clients
    if many:
        try:
            me = replace(me, scopes=(await web.identify(clients)).scopes)
        except Refusal:
            sentence = "Slack does not take its token: open /slack/install in a browser and install it anew."
            return [Finding(well=False, sentence=sentence)]
    found = [Finding(well=True, sentence=f"Slack knows the token: {me.name}."), _of_scopes(me.scopes)]
    if database:
        found.append(await _of_channel(config, clients, me.workspace))
        found += await _of_stand_in(config, clients, me.workspace)
    return found


async def _of_line(config: Config) -> list[Finding]:
    """Whether Slack would give a line for Socket Mode; it is not opened, for Slack counts them."""
    token = config.slack_app_token.get_secret_value()
    if not token:
        return []
    async with web.session() as session:
        address = await web.line_address(session, token, config.slack_api_url)
    if isinstance(address, verdicts.Failed):
        return [Finding(well=False, sentence=socket.not_accepted(address.reason))]
    return [Finding(well=True, sentence="Slack knows the app-level token, and Socket Mode is switched on.")]


async def _of_stand_in(config: Config, clients: web.Clients, workspace: str) -> list[Finding]:
    async with open_store(config) as store:
        channel = await store.transact(workspace, hops.stand_in_channel)
    if not channel:
        return []
    try:
        why = await unfit_channel(clients, channel)
    except Refusal as no:
        return [Finding(well=False, sentence=no.sentence)]
    if why:
        return [Finding(well=False, sentence=f"The fallback {channel} cannot be used: {why}.")]
    return [Finding(well=True, sentence=f"The fallback {channel} is a private channel with Goodword in it.")]


def _of_scopes(granted: frozenset[str]) -> Finding:
    lacking = sorted(SCOPES.keys() - granted)
    if lacking:
        what = ", ".join(lacking)
        return Finding(
            well=False, sentence=f"The app lacks {what}: update it from `goodword manifest` and reinstall."
        )
    return Finding(well=True, sentence="Every scope that is needed was granted.")


async def _of_channel(config: Config, clients: web.Clients, workspace: str) -> Finding:
    async with open_store(config) as store:
        channel = (await store.transact(workspace, settings.chosen)).recognition_channel
    try:
        found = await web.finds_channel(clients, channel, workspace)
    except Refusal as no:
        return Finding(well=False, sentence=no.sentence)
    if found:
        return Finding(well=True, sentence=f"The recognition channel {channel} is there.")
    advice = "create it, invite Goodword if it is private, or name another with `goodword settings set`"
    return Finding(well=False, sentence=f"The recognition channel {channel} cannot be found: {advice}.")
