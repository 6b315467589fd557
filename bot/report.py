"""What an operator asks of digests: to show or send one by hand, and whether thanks reach everybody."""

from functools import partial

from bot import digests
from bot.app import utc_now
from bot.config import Config
from bot.digests import Edition, Ways
from bot.holidays import is_holiday
from bot.operate import in_one, open_store
from bot.rules.periods import Kind
from handlers import mail
from handlers.views import digest as view
from handlers.views import report


async def digest(config: Config, workspace: str | None, kind: Kind, week: str, *, dry_run: bool) -> str:
    """Show what would be said, to whom; or send it, which ends its period."""
    smtp_url = config.goodword_smtp_url.get_secret_value()
    mail.read(smtp_url)  # refused here rather than when it is sent
    ways = Ways(is_holiday, by_mail=bool(smtp_url))
    make = partial(digests.by_hand, kind=kind, week=week, now=utc_now(), ways=ways, send=not dry_run)
    async with open_store(config) as store:
        editions = await in_one(config, store, workspace, make)
    if not editions:
        return f"There is nothing to tell in the {kind} digest of this period, so nobody is written to."
    return "\n\n".join(_shown(one) if dry_run else _sent(one) for one in editions)


async def fairness(config: Config, workspace: str | None) -> str:
    """Say in numbers whether thanks reach everybody."""
    async with open_store(config) as store:
        found = await in_one(config, store, workspace, partial(digests.fair, now=utc_now()))
    return report.in_words(found)


def _shown(one: Edition) -> str:
    period = one.digest.period
    would = "was sent this" if one.made else "would be sent this"
    heading = f"{one.name} {would}, for {period.name} ({view.when(period)}):"
    lines = (f"    {line}".rstrip() for line in view.in_words(one.digest).splitlines())
    return "\n".join([heading, "", *lines])


def _sent(one: Edition) -> str:
    period = one.digest.period
    if one.made:
        return f"{one.name} had the digest of {period.name} before, so it was not sent again."
    return f"{one.name} will be sent the digest of {period.name} ({view.when(period)}) in a moment."
