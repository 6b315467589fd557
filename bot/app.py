"""The roof: it alone sees every room, and builds everything in the order in which it is built."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bot import logs, settings
from bot.branches import Branch, Branches, Many, Single
from bot.digests import Ways
from bot.errors import Refusal
from bot.holidays import is_holiday
from bot.ports import Clock, Waiting
from bot.rules import language
from handlers import front, install, mail, readiness, routes, web
from handlers.delivery import Postman
from handlers.directory.nightly import Nightly
from handlers.directory.reading import Colleagues, read_everything
from handlers.directory.slack import Directory
from handlers.identity import Identity
from handlers.line import Patience
from handlers.mail import Mailer
from handlers.manifest import SCOPES
from handlers.metrics import Metrics
from handlers.office import Office
from handlers.schedule import Watch, heartbeat
from handlers.socket import Socket, socket_to
from handlers.tokens import exchanger
from storage import engine as engines
from storage import migrations, workspaces
from storage.work import Store

log = logging.getLogger("goodword")

SYNC_AGAIN = 60.0  # seconds after which a directory that could not be read is read again


def utc_now() -> datetime:
    return datetime.now(UTC)


def _nothing(_kind: str, _summary: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What a running Goodword is built from.

    `told` hears what happens, as (kind, summary): `request`, `transaction` or `delivery`. For `lease`
    and `pace` see `storage.work.Store`. With `bot_token` it serves that one workspace; without, every one
    that is installed by way of `client_id` and `client_secret`.
    """

    database_url: str
    encryption_key: str
    bot_token: str
    signing_secret: str
    api_url: str
    app_token: str = ""
    now: Clock = utc_now
    lease: timedelta = timedelta(seconds=30)
    pace: timedelta = timedelta(seconds=1)
    client_id: str = ""
    client_secret: str = ""
    told: Callable[[str, str], None] = _nothing
    scim_url: str = ""
    scim_token: str = ""
    smtp_url: str = ""
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True)
class Bot:
    """A Goodword that runs: `asgi` answers HTTP, `wake` makes it look at what is due.

    `me` is who we are; of several workspaces it has no id. `introduced` is done once the directory of
    each that was installed at the start was read: whole, where that was still to be done tonight.

    In Socket Mode `socket` is to be started, and HTTP has no door for Slack's requests.
    """

    asgi: Any
    me: Identity
    store: Store
    wake: Callable[[], None]
    introduced: asyncio.Task[None]
    branches: Branches
    socket: Socket | None


@asynccontextmanager
async def running(plan: Plan) -> AsyncIterator[Bot]:
    """Start everything but the HTTP server; leaving the block stops it in the reverse order."""
    async with AsyncExitStack() as closing:
        store = Store(
            plan.database_url,
            encryption_key=plan.encryption_key,
            lease=plan.lease,
            pace=plan.pace,
            in_a_hurry=True,
            request=logs.current,
        )
        closing.push_async_callback(store.close)
        await _needs_current_schema(store)
        await asyncio.to_thread(language.prepare)  # or the first message in a channel would wait for it
        session = web.session()
        closing.push_async_callback(session.close)
        metrics, pulse = Metrics(), readiness.Pulse()
        anonymous = web.Clients(session, "", plan.api_url)
        branches, me = await _branches(plan, store, metrics, session, anonymous)
        closing.push_async_callback(branches.stop)  # after the postman, whose letters need their tokens
        postman = Postman(
            store,
            store.transact,
            branches.clients_of,
            plan.now,
            partial(_delivered, plan, metrics, pulse),
            plan.pace,
            branches.served,
            plan.lease,
            Mailer(mail.read(plan.smtp_url)),
            partial(pulse.beat, readiness.POSTMAN),
        )
        store.on_commit = partial(_committed, plan, postman)
        bolt = routes.bolt_for(branches.office_of, anonymous.reader, plan.signing_secret, branches.heard)
        road = front.Road(bolt, partial(_answered, plan, metrics))
        socket = socket_to(road, session, plan.app_token, plan.api_url, metrics.line, plan.patience)
        door = None if socket else front.Front(road, plan.signing_secret, lambda: plan.now().timestamp())
        delivering = asyncio.create_task(postman.run())
        closing.push_async_callback(_finish, delivering)
        closing.push_async_callback(postman.stop)
        beating = heartbeat([partial(pulse.beat, readiness.HEARTBEAT), postman.wake, branches.beat])
        beating.start()
        closing.callback(beating.shutdown, wait=False)
        ready = readiness.Readiness(
            pulse,
            partial(_schema_missing, store),
            partial(_stuck, store, plan, branches),
            store.room,
            socket.missing if socket else str,
        )
        counted = metrics.door(partial(_waiting, store, plan, branches), ready.missing, store.room)
        doors = _doors(plan, store, anonymous, branches)
        site = front.site(door, ready.missing, counted, doors, ready.dead)
        yield Bot(site, me, store, postman.wake, branches.introduced, branches, socket)


async def _branches(
    plan: Plan, store: Store, metrics: Metrics, session: Any, anonymous: web.Clients
) -> tuple[Branches, Identity]:
    """One workspace by its token, or all where the app is installed."""
    build = partial(_branch, plan, store, metrics)
    if plan.bot_token:
        clients = web.Clients(session, plan.bot_token, plan.api_url)
        me = await web.identify(clients)
        known = workspaces.Workspace(me.workspace, me.name, me.bot_user, me.url)
        await store.across(partial(workspaces.add, workspace=known, now=plan.now()))
        return Single(build(me, clients, "")), me
    many = Many(
        store.register,
        store.transact,
        partial(web.Clients, session, "", plan.api_url),
        exchanger(anonymous.speaker, plan.client_id, plan.client_secret),
        plan.now,
        build,
    )
    await many.start()
    return many, Identity("", "every workspace where it is installed", "", "", frozenset())


def _branch(
    plan: Plan, store: Store, metrics: Metrics, me: Identity, clients: web.Clients, account: str
) -> Branch:
    """Build what there is for one workspace, and begin to read its directory."""
    directory = Directory(clients.reader, store.transact, plan.now)
    read_stand_in = partial(directory.read_stand_in, me.workspace)
    scim = scim_of(plan.scim_url, plan.scim_token)
    read = partial(read_everything, me.workspace, directory, scim, store.transact)
    nightly = Nightly(me.workspace, read, store.transact, plan.now)
    office = Office(
        me,
        store.transact,
        plan.now,
        clients.speaker,
        directory.introduce,
        directory.read_stand_in,
        directory.heard,
    )
    ways = Ways(is_holiday, by_mail=bool(plan.smtp_url))
    told = metrics.digests_due, metrics.look_failed
    watch = Watch(store.transact, me.workspace, plan.now, read_stand_in, ways, *told)
    reading = asyncio.create_task(_read_directory(directory, nightly, me.workspace))
    missing = asyncio.create_task(_say_what_is_missing(store, clients, me))
    return Branch(office, clients, nightly, watch, (reading, missing), account)


def _doors(plan: Plan, store: Store, anonymous: web.Clients, branches: Branches) -> Sequence[front.Opening]:
    """The doors for installing it, where it may be in several workspaces."""
    if not isinstance(branches, Many):
        return ()
    app = install.App(plan.client_id, plan.client_secret, SCOPES.keys())
    return install.Doors(app, store.register, anonymous.speaker, plan.now, branches.installed).openings()


def scim_of(url: str, token: str) -> Colleagues | None:
    """The SCIM service, if there is one."""
    if not url:
        return None
    # Its models take half a second to import, which every other start and command would wait for.
    from handlers.directory.scim import Scim  # noqa: PLC0415 - see above

    return Scim(url, token)


async def _needs_current_schema(store: Store) -> None:
    with engines.reachable():
        missing = await asyncio.to_thread(schema_missing, store)
    if missing:
        raise Refusal(missing)


def schema_missing(store: Store) -> str:
    """One sentence if the schema is not that of this version; empty when it is."""
    found = migrations.revision_of(store.engine)
    if found == migrations.latest():
        return ""
    if found is None:
        return "The database is still empty: run `goodword migrate` first."
    wanted = migrations.latest()
    older = f"The database is at schema {found}, this version needs {wanted}: run `goodword migrate`."
    stranger = migrations.stranger(found)
    if stranger and migrations.is_only_wider(store.engine):
        return ""
    return stranger or older


async def _schema_missing(store: Store) -> str:
    return await asyncio.to_thread(schema_missing, store)


async def _stuck(store: Store, plan: Plan, branches: Branches, seconds: float) -> bool:
    return await store.stuck(plan.now() - timedelta(seconds=seconds), branches.served())


async def _read_directory(directory: Directory, nightly: Nightly, workspace: str) -> None:
    """Meet everybody in the background; who is thanked before that is looked up one by one."""
    if await nightly.look():
        return
    while True:
        try:
            met = await directory.sync(workspace)
        except Exception as error:  # noqa: BLE001 - Slack may be down, and thanking still works
            log.warning("the directory could not be read (%s); trying again soon", type(error).__name__)
            await asyncio.sleep(SYNC_AGAIN)
        else:
            log.info("the directory knows %d people and %d user groups", met.people, met.groups)
            return


async def _say_what_is_missing(store: Store, clients: web.Clients, me: Identity) -> None:
    """Log one sentence for each thing an administrator should mend, without holding up the start."""
    try:
        channel = (await store.transact(me.workspace, settings.chosen)).recognition_channel
        found = await web.finds_channel(clients, channel, me.workspace)
    except Exception as error:  # noqa: BLE001 - it is only a courtesy
        log.warning("could not look for the recognition channel: %s", type(error).__name__)
        return
    if not found:
        log.warning(
            "There is no channel %s: create it, or name another with `goodword settings set`.", channel
        )


async def _finish(task: asyncio.Task[None]) -> None:
    await task


async def _waiting(store: Store, plan: Plan, branches: Branches) -> Waiting:
    async with asyncio.timeout(readiness.WITHIN):
        return await store.waiting(plan.now(), branches.served())


def _answered(plan: Plan, metrics: Metrics, kind: str, status: int, seconds: float) -> None:
    metrics.answered(kind, status, seconds)
    plan.told("request", f"{kind} answered with {status}")


def _committed(plan: Plan, postman: Postman, name: str, queued: int) -> None:
    if queued:
        postman.wake()
    # Those only read what is about to be sent, or look whether something is due.
    if not name.startswith(("compose.", "nights.")) and (queued or name != "digests.look"):
        plan.told("transaction", f"{name} committed{f', {queued} to say' if queued else ''}")


def _delivered(plan: Plan, metrics: Metrics, pulse: readiness.Pulse, kind: str, how: str) -> None:
    pulse.beat(readiness.DELIVERY)
    metrics.delivered(kind, how)
    plan.told("delivery", f"{kind} {how}")
