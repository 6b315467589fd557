"""The lines to Slack that a command uses: by the token of the environment, or by those of the store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.branches import identity
from bot.config import Config
from bot.ports import Clock, Installations
from bot.rules.installations import Installation
from handlers import web
from handlers.identity import Identity
from handlers.tokens import Badge, BadgedClient, exchanger
from handlers.web import Clients
from storage.work import Store


@dataclass(frozen=True, slots=True)
class Line:
    """Who we are in one workspace, and the clients that speak there."""

    me: Identity
    clients: Clients


@asynccontextmanager
async def lines(config: Config, store: Store, now: Clock) -> AsyncIterator[list[Line]]:
    """Give one line for each workspace that is served; refuses where Slack does not take the one token."""
    async with web.session() as session:
        if config.slack_client_id:
            badges: list[Badge] = []
            yield await _installed(config, store, session, now, badges)
            for badge in badges:
                await badge.stop()
        else:
            clients = Clients(session, config.slack_bot_token.get_secret_value(), config.slack_api_url)
            yield [Line(await web.identify(clients), clients)]


async def _installed(
    config: Config, store: Store, session: Any, now: Clock, badges: list[Badge]
) -> list[Line]:
    url, secret = config.slack_api_url, config.slack_client_secret.get_secret_value()
    exchange = exchanger(Clients(session, "", url).speaker, config.slack_client_id, secret)
    standing = await store.register(lambda shelf: shelf.standing())
    found: list[Line] = []
    for account in standing.versions:
        held = await store.register(partial(_find, account=account))
        if held is None:
            continue
        badge = Badge(held, store.register, exchange, now, _left_to_the_bot)
        badges.append(badge)
        clients = Clients(session, "", url, partial(BadgedClient, badge))
        ours = [space for space in standing.spaces.values() if space.account == account]
        found += [Line(identity(space, held), clients) for space in ours]
    return found


def _find(shelf: Installations, account: str) -> Installation | None:
    return shelf.find(account)


async def _left_to_the_bot(_held: Installation) -> None:
    """A command only looks; that an installation has ended is written down by the bot that runs."""
