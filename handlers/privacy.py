"""Export my data, erase me: read → ask → answer, by messages, for a click in the Home tab has no answer."""

from functools import partial

from bot import privacy
from handlers.office import Office
from handlers.payloads import Click
from handlers.views import privacy as view


async def export_wanted(office: Office, click: Click) -> None:
    document = await office.transact(click.team.id, partial(privacy.export, member=click.user.id))
    parts = len(view.pages(document))
    send = partial(privacy.send_export, person=click.user.id, parts=parts, now=office.now())
    await office.transact(click.team.id, send)


async def erasing_wanted(office: Office, click: Click) -> None:
    source = f"click:{click.trigger_id}"
    erase = partial(privacy.erase_oneself, person=click.user.id, source=source, now=office.now())
    await office.transact(click.team.id, erase)
