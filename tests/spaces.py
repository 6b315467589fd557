"""Towns in which one Goodword serves several pretend workspaces, installed by OAuth."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx

from bot.app import Bot, Plan, running
from bot.rules.installations import Installation, Space
from bot.serve import bound, open_to_slack
from handlers.identity import Identity
from handlers.manifest import manifest
from handlers.playground import Company, Exchange, PretendClock, PretendSlack, sample_company, serve_all
from storage.work import Store
from tests.town import APP_TOKEN, BY_SOCKET, KEY, MORNING, PATIENT, SECRET, SOCKET, Town

CLIENT_ID, CLIENT_SECRET = "1234.5678", "the-client-secret"
FIRST, SECOND, ORGANISATION = "T0FIRST001", "T0SECOND01", "E0WHOLE001"
NAMES = {FIRST: "Kestrel", SECOND: "Merlin"}


@dataclass
class Spaces:
    """`towns` by the id of their workspace; `url` is where Goodword listens."""

    exchange: Exchange
    bot: Bot
    towns: dict[str, Town]
    url: str
    begin: Callable[[], None]

    @property
    def first(self) -> Town:
        return self.towns[FIRST]

    @property
    def second(self) -> Town:
        return self.towns[SECOND]

    async def installs(self, account: str) -> httpx.Response:
        """Somebody goes to the door with a browser, says yes in Slack, and comes back."""
        self.exchange.chosen = account
        async with httpx.AsyncClient(follow_redirects=True) as browser:
            answer = await browser.get(f"{self.url}/slack/install")
        await self.bot.branches.introduced
        return answer

    async def settled(self) -> None:
        for one in self.towns.values():
            await one.settled()


def under_other_ids(company: Company) -> Company:
    """The same people and channels as in another workspace of one organisation; the app's id is the same."""

    def other(id: str) -> str:
        return id if id == company.bot_user else f"{id[:-1]}9"

    people = [
        replace(one, id=other(one.id), manager=one.manager and other(one.manager)) for one in company.people
    ]
    rooms = [
        replace(one, id=other(one.id), members=tuple(map(other, one.members))) for one in company.channels
    ]
    groups = [
        replace(one, id=other(one.id), members=tuple(map(other, one.members))) for one in company.groups
    ]
    return replace(company, people=tuple(people), channels=tuple(rooms), groups=tuple(groups))


def slacks_of(*ids: str, clock: PretendClock, apart: bool, socket: bool = False) -> list[PretendSlack]:
    """Workspaces with the very same people and channels, under the same ids unless they are set apart."""
    company = sample_company()
    first = ids[0]
    return [
        PretendSlack(
            company=replace(
                under_other_ids(company) if apart and id != first else company,
                id=id,
                name=NAMES[id],
                domain=NAMES[id].lower(),
            ),
            manifest=manifest("https://goodword.example.com/slack/events", socket=socket, many=True),
            app_token=APP_TOKEN,
            signing_secret=SECRET,
            bot_token=f"xoxb-{id}",
            clock=clock,
            rate_limits=False,
            **(BY_SOCKET if socket else PATIENT),
        )
        for id in ids
    ]


@asynccontextmanager
async def spaces(
    database_url: str,
    *,
    installed: Iterable[str] = (),
    rotates: bool = False,
    granted: Sequence[str] = (),
    plan: Callable[[Plan], Plan] = lambda plan: plan,
    socket: bool = SOCKET,
) -> AsyncIterator[Spaces]:
    """One Goodword for two workspaces; in those of `installed` it was installed before it started.

    With `granted` they are of one organisation, which lets the app work in those.
    """
    clock = PretendClock(MORNING)
    exchange = Exchange(
        slacks_of(FIRST, SECOND, clock=clock, apart=bool(granted), socket=socket),
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        clock=clock,
        rotates=rotates,
    )
    if granted:
        exchange.organisation(ORGANISATION, "Falcons", [FIRST, SECOND], granted)
    async with serve_all(exchange):
        for account in installed:
            await installed_before(exchange, database_url, account)
        async with served_by(exchange, database_url, plan) as made:
            yield made


@asynccontextmanager
async def served_by(
    exchange: Exchange,
    database_url: str,
    plan: Callable[[Plan], Plan] = lambda plan: plan,
) -> AsyncIterator[Spaces]:
    """A replica beside workspaces that are served already; `begin` forgets what it told of up to then."""
    heard: list[Town] = []

    def tell(kind: str, summary: str) -> None:
        for one in heard:
            one.told(kind, summary)

    built = Plan(
        database_url,
        KEY,
        "",
        SECRET,
        f"{exchange.base_url}/api/",
        now=exchange.clock.now,
        pace=timedelta(0),
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        app_token=APP_TOKEN if exchange.first.links.wanted else "",
        told=tell,
    )
    async with AsyncExitStack() as closing:
        bot = await closing.enter_async_context(running(plan(built)))
        listening = closing.enter_context(bound("127.0.0.1", 0))
        ours = await closing.enter_async_context(open_to_slack(bot, listening))
        closing.callback(exchange.clock.subscribe(bot.wake))
        exchange.redirect_url = f"{ours}/slack/oauth_redirect"
        towns = {id: Town(slack, as_seen_in(bot, slack)) for id, slack in exchange.slacks.items()}
        for slack in exchange.slacks.values():
            slack.request_url = f"{ours}/slack/events"
        await bot.introduced
        heard += towns.values()

        def begin() -> None:
            for one in towns.values():
                one.happened.clear()

        yield Spaces(exchange, bot, towns, ours, begin)


def as_seen_in(bot: Bot, slack: PretendSlack) -> Bot:
    """The same Goodword, with who it is in one workspace, as stories of one workspace want it."""
    company = slack.company
    me = Identity(company.id, company.name, company.bot_user, company.bot_id, frozenset())
    return replace(bot, me=me)


async def installed_before(exchange: Exchange, database_url: str, account: str) -> None:
    """Keep an installation as if it had been made through the doors just now."""
    answer: dict[str, Any] = exchange.install(account)
    made = exchange.installed[account]
    company = exchange.slacks[made.teams[0]].company
    store = Store(database_url, encryption_key=KEY)
    held = Installation(
        account=account,
        name=made.name,
        bot_user=company.bot_user,
        bot_id=company.bot_id,
        token=answer["access_token"],
        installed_at=exchange.clock.now(),
        enterprise=made.enterprise or "",
        org_wide=made.org_wide,
        url=f"https://{company.domain}.slack.com/",
        scopes=answer["scope"],
        refresh_token=answer.get("refresh_token", ""),
        expires_at=exchange.clock.now() + timedelta(hours=12) if exchange.rotates else None,
    )
    found = [Space(id, exchange.slacks[id].company.name, account) for id in made.teams]
    await store.register(lambda shelf: shelf.keep(held, found, exchange.clock.now()))
    await store.close()
