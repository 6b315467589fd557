"""What an operator does from the command line: migrate, verify, settings, somebody's data, keys."""

import asyncio
import getpass
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

from bot import hops, kudos, privacy, settings
from bot.app import schema_missing, utc_now
from bot.config import Config
from bot.errors import Refusal
from bot.lines import lines
from bot.ports import Work
from handlers import web
from handlers.manifest import manifest
from handlers.rooms import refused_as_stand_in
from storage import engine as engines
from storage import keys, migrations, restoring, workspaces
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
    value = settings.known(name).read(typed)
    async with open_store(config) as store:
        if name == "fallback" and value:
            await _needs_a_fit(config, store, workspace, value)
        return await in_one(config, store, workspace, change)


async def _needs_a_fit(config: Config, store: Store, workspace: str | None, fallback: str) -> None:
    """Refuse a fallback to which nothing could be brought, as far as can be known here."""
    if not hops.is_channel(fallback):
        unfit = await in_one(config, store, workspace, partial(unfit_person, id=fallback))
    elif config.missing():
        return  # Slack cannot be asked now; `goodword check` and each escalation will
    else:
        unfit = await _unfit_in_slack(config, workspace, fallback)
    if unfit:
        raise Refusal(f"{fallback} cannot be the fallback: {unfit}.")


def unfit_person(work: Work, id: str) -> str:
    person = work.people.find(id)
    if person is None:  # before the first reading of the directory nobody is known
        return "nobody here has this id" if work.people.count() else ""
    if person.bot or not person.active:
        return f"{person.name} {'is an app' if person.bot else 'has left'}"
    return "" if person.home == work.workspace else f"{person.name} belongs to another organisation"


async def _unfit_in_slack(config: Config, workspace: str | None, fallback: str) -> str:
    async with open_store(config, keys_of(config)) as store, lines(config, store, utc_now) as found:
        ours = await in_one(config, store, workspace, lambda work: work.workspace)
        clients = [line.clients for line in found if line.me.workspace == ours]
        return await unfit_channel(clients[0], fallback) if clients else ""


async def unfit_channel(clients: web.Clients, channel: str) -> str:
    return refused_as_stand_in(await web.stand_in_channel(clients, channel))


async def release(config: Config, workspace: str | None) -> int:
    """Let everything that was parked try again."""
    async with open_store(config) as store:
        return await in_one(config, store, workspace, lambda work: work.outbox.release(utc_now()))


async def restored(config: Config) -> str:
    """After a restore: what still waits may stand in Slack already, and is looked for there first."""
    async with open_store(config) as store:
        waiting = await store.across(partial(restoring.restored, now=utc_now()))
    many = "One message that waits is" if waiting == 1 else f"{waiting} messages that wait are"
    return f"{many} looked for in Slack before being said. Numbers given since the backup are left out."


@asynccontextmanager
async def open_store(config: Config, encryption_key: str = "") -> AsyncIterator[Store]:
    """Open the database for a moment, if its schema is that of this version."""
    with engines.reachable():
        store = Store(config.database_url.get_secret_value(), encryption_key=encryption_key)
        try:
            missing = await asyncio.to_thread(schema_missing, store)
            if missing:
                raise Refusal(missing)
            yield store
        finally:
            await store.close()


async def in_one(config: Config, store: Store, workspace: str | None, fn: Callable[[Work], T]) -> T:
    by_token = not config.missing() and not config.slack_client_id
    if by_token and not await store.across(workspaces.every, only_reads=True):
        await _add_the_token_s_own(config, store)
    found = await _workspaces(store, workspace)
    if len(found) > 1:
        raise Refusal(
            f"There are several workspaces: add --workspace {' or '.join(one.id for one in found)}."
        )
    return await store.transact(found[0].id, fn)


async def _add_the_token_s_own(config: Config, store: Store) -> None:
    """Let settings be made before the first `run`: the token says which workspace it is for."""
    async with web.session() as session:
        token = config.slack_bot_token.get_secret_value()
        me = await web.identify(web.Clients(session, token, config.slack_api_url))
    known = workspaces.Workspace(me.workspace, me.name, me.bot_user, me.url)
    await store.across(partial(workspaces.add, workspace=known, now=utc_now()))


async def _workspaces(store: Store, workspace: str | None) -> list[workspaces.Workspace]:
    # Whoever names one may mean one that the app was removed from, such as to erase somebody there.
    every = await store.across(partial(workspaces.every, also_left=bool(workspace)), only_reads=True)
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


def manifest_for(url: str, *, calls: bool = False, many: bool = False) -> dict[str, Any]:
    """Give the manifest for a Goodword that Slack reaches at `url`, with or without the path.

    With `calls` it is for one that calls Slack itself, by Socket Mode; only browsers that install it in
    `many` workspaces need an address then.
    """
    if calls and not many:
        return manifest("", socket=True)
    if not url.startswith("https://") or not url.removeprefix("https://").strip("/"):
        raise Refusal("Slack only calls https addresses: --url https://…")
    address = f"{url.rstrip('/').removesuffix('/slack/events')}/slack/events"
    return manifest(address, socket=calls, many=many)


async def export(config: Config, workspace: str | None, typed: str) -> str:
    """All that is kept about one person, as JSON."""

    def read(work: Work) -> privacy.Document:
        member, _ = privacy.find(work, typed)
        about = {"workspace": work.workspace, "exported_at": utc_now().isoformat()}
        return about | privacy.export(work, member)

    async with open_store(config, keys_of(config)) as store:
        document = await in_one(config, store, workspace, read)
    return json.dumps(document, ensure_ascii=False, indent=2)


async def who(config: Config, workspace: str | None, typed: str) -> tuple[str, str]:
    """(member, name) of whom somebody means; refuses where that is nobody, or several people."""
    async with open_store(config) as store:
        return await in_one(config, store, workspace, partial(privacy.find, typed=typed))


async def erase(config: Config, workspace: str | None, member: str) -> str:
    """Erase one person by their id; gives a sentence. What stands in Slack follows once Goodword runs."""
    erasing = partial(privacy.erase, member=member, source=f"erase:{uuid4().hex}", now=utc_now())
    async with open_store(config, keys_of(config)) as store:
        done = await in_one(config, store, workspace, erasing)
    reports = "one escalation" if done.escalations == 1 else f"{done.escalations} escalations"
    stays = "" if done.left else " They are still in this Slack, so their place in the directory stays."
    return f"{done.name} is erased: the words of {done.kudos} kudos and of {reports}.{stays}"


def keys_of(config: Config) -> str:
    """The encryption keys; where they have to be made, the operator is told."""
    database_url = config.database_url.get_secret_value()
    key, sentence = keys.keys_for(database_url, config.goodword_encryption_key.get_secret_value())
    if sentence:
        print(sentence, file=sys.stderr)  # noqa: T201 - what is asked for goes to standard output
    return key


def new_key() -> str:
    return storage_secrets.new_key()


async def rotate_key(config: Config) -> str:
    """Encrypt every escalation and every token anew with the newest key; gives a sentence with how many."""
    key = keys_of(config)
    cipher = storage_secrets.Cipher(key)
    async with open_store(config, key) as store:
        escalations = await store.across(partial(relock_all, cipher=cipher))
        installations = await store.register(lambda shelf: shelf.relock())
    tokens = f" Installations: {installations}." if installations else ""
    return f"Escalations under the newest key now: {escalations}.{tokens}"
