"""What an operator does from the command line: migrate, check, verify, settings."""

import asyncio
import getpass
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from bot import kudos, settings
from bot.app import schema_missing, utc_now
from bot.config import Config
from bot.errors import Refusal
from bot.ports import Parked, Work
from bot.rules.people import listed
from handlers import slack
from handlers.manifest import SCOPES, manifest
from storage import engine as engines
from storage import keys, migrations, workspaces
from storage import secrets as storage_secrets
from storage.escalations import relock_all
from storage.work import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, and the sentence that says so."""

    well: bool
    sentence: str


def migrate(config: Config) -> str:
    with engines.reachable():
        revision = migrations.upgrade(config.database_url.get_secret_value())
    return f"The database is at schema {revision}."


async def verify(config: Config, workspace: str | None) -> list[Finding]:
    """Recompute every total of every workspace from the ledger."""
    async with open_store(config) as store:
        return [await _verified(store, one) for one in await _workspaces(store, workspace)]


async def _verified(store: Store, one: workspaces.Workspace) -> Finding:
    wrong = await store.transact(one.id, kudos.verify)
    if wrong:
        return Finding(well=False, sentence="\n".join((f"{one.name}: totals and ledger differ.", *wrong)))
    size = await store.transact(one.id, lambda work: work.kudos.size())
    return Finding(well=True, sentence=f"{one.name}: {size} kudos, and every total agrees with the ledger.")


async def list_settings(config: Config, workspace: str | None) -> list[tuple[settings.Setting, str]]:
    async with open_store(config) as store:
        values = await in_one(config, store, workspace, settings.current)
    return [(setting, values[name]) for name, setting in settings.ALL.items()]


async def get_setting(config: Config, workspace: str | None, name: str) -> str:
    settings.known(name)
    async with open_store(config) as store:
        return (await in_one(config, store, workspace, settings.current))[name]


async def set_setting(config: Config, workspace: str | None, name: str, typed: str) -> str:
    change = partial(settings.change, name=name, typed=typed, by=_operator(), now=utc_now())
    async with open_store(config) as store:
        return await in_one(config, store, workspace, change)


async def release(config: Config, workspace: str | None) -> int:
    """Let everything that was parked try again."""
    async with open_store(config) as store:
        return await in_one(config, store, workspace, lambda work: work.outbox.release(utc_now()))


async def check(config: Config) -> list[Finding]:
    """Look at configuration, database, token, scopes, channel, people and parked messages, in this order."""
    missing = config.missing()
    findings = [Finding(well=False, sentence=f"{name} is not set.") for name in missing]
    of_database = await _of_database(config)
    findings += of_database
    if not missing:
        findings += await _of_slack(config, database=of_database[0].well)
    return findings


async def _of_database(config: Config) -> list[Finding]:
    try:
        async with open_store(config) as store:
            found = [
                Finding(well=True, sentence=f"The database answers; its schema is {migrations.latest()}.")
            ]
            for one in await store.across(workspaces.every, only_reads=True):
                found += await store.transact(one.id, partial(_of_workspace, name=one.name))
            return found
    except Refusal as no:
        return [Finding(well=False, sentence=no.sentence)]


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
    async with slack.session() as session:
        token = config.slack_bot_token.get_secret_value()
        clients = slack.Clients(session, token, config.slack_api_url)
        try:
            me = await slack.identify(clients)
        except Refusal as no:
            return [Finding(well=False, sentence=no.sentence)]
        found = [Finding(well=True, sentence=f"Slack knows the token: {me.name}.")]
        found.append(_of_scopes(me.scopes))
        if database:
            found.append(await _of_channel(config, clients, me.workspace))
        return found


def _of_scopes(granted: frozenset[str]) -> Finding:
    lacking = sorted(SCOPES.keys() - granted)
    if lacking:
        what = ", ".join(lacking)
        return Finding(
            well=False, sentence=f"The app lacks {what}: update it from `goodword manifest` and reinstall."
        )
    return Finding(well=True, sentence="Every scope that is needed was granted.")


async def _of_channel(config: Config, clients: slack.Clients, workspace: str) -> Finding:
    async with open_store(config) as store:
        channel = (await store.transact(workspace, settings.chosen)).recognition_channel
    try:
        found = await slack.finds_channel(clients, channel, workspace)
    except Refusal as no:
        return Finding(well=False, sentence=no.sentence)
    if found:
        return Finding(well=True, sentence=f"The recognition channel {channel} is there.")
    advice = "create it, invite Goodword if it is private, or name another with `goodword settings set`"
    return Finding(well=False, sentence=f"The recognition channel {channel} cannot be found: {advice}.")


@asynccontextmanager
async def open_store(config: Config) -> AsyncIterator[Store]:
    """Open the database for a moment, if its schema is that of this version."""
    with engines.reachable():
        store = Store(config.database_url.get_secret_value())
        try:
            missing = await asyncio.to_thread(schema_missing, store)
            if missing:
                raise Refusal(missing)
            yield store
        finally:
            await store.close()


async def in_one(config: Config, store: Store, workspace: str | None, fn: Callable[[Work], T]) -> T:
    if not await store.across(workspaces.every, only_reads=True) and not config.missing():
        await _add_the_token_s_own(config, store)
    found = await _workspaces(store, workspace)
    if len(found) > 1:
        raise Refusal(
            f"There are several workspaces: add --workspace {' or '.join(one.id for one in found)}."
        )
    return await store.transact(found[0].id, fn)


async def _add_the_token_s_own(config: Config, store: Store) -> None:
    """Let settings be made before the first `run`: the token says which workspace it is for."""
    async with slack.session() as session:
        token = config.slack_bot_token.get_secret_value()
        me = await slack.identify(slack.Clients(session, token, config.slack_api_url))
    known = workspaces.Workspace(me.workspace, me.name, me.bot_user, me.url)
    await store.across(partial(workspaces.add, workspace=known, now=utc_now()))


async def _workspaces(store: Store, workspace: str | None) -> list[workspaces.Workspace]:
    every = await store.across(workspaces.every, only_reads=True)
    found = [one for one in every if workspace in {None, one.id}]
    if not every:
        raise Refusal("No workspace is known yet: `goodword run` adds it when it first talks to Slack.")
    if not found:
        raise Refusal(f"There is no workspace {workspace}: known are {', '.join(one.id for one in every)}.")
    return found


def _operator() -> str:
    """Who changes a setting from the command line, for its history."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (OSError, KeyError, ImportError):  # a container may run under a number without a name
        return "command line"


def manifest_for(url: str) -> dict[str, Any]:
    """Give the manifest for a Goodword that Slack reaches at `url`, with or without the path."""
    if not url.startswith("https://") or not url.removeprefix("https://").strip("/"):
        raise Refusal("Slack only calls https addresses: --url https://…")
    return manifest(f"{url.rstrip('/').removesuffix('/slack/events')}/slack/events")


def new_key() -> str:
    return storage_secrets.new_key()


async def rotate_key(config: Config) -> int:
    """Encrypt every escalation anew with the newest key; gives how many rows were."""
    database_url = config.database_url.get_secret_value()
    key, _ = keys.keys_for(database_url, config.goodword_encryption_key.get_secret_value())
    async with open_store(config) as store:
        return await store.across(partial(relock_all, cipher=storage_secrets.Cipher(key)))
