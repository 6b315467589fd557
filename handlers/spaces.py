"""What happens to channels of a workspace: one has a new id, is shared, or is read by others."""

from functools import partial

from bot import desks, nights, spaces
from handlers.office import Office
from handlers.payloads import ChannelMoved, ChannelRead, Event


async def channel_moved(office: Office, event: Event) -> None:
    told = ChannelMoved.model_validate(event.event)
    move = partial(spaces.channel_moved, old=told.old_channel_id, new=told.new_channel_id, now=office.now())
    await office.transact(event.team_id, move)
    await _look_anew(office, event.team_id, told.new_channel_id)


async def readers_changed(office: Office, event: Event) -> None:
    """Somebody joined or left, or it is shared with another organisation or no more.

    It is no more than a reason to ask: what is shown there hangs on what Slack says when it is drawn.
    """
    await _look_anew(office, event.team_id, ChannelRead.model_validate(event.event).channel)


async def _look_anew(office: Office, workspace: str, channel: str) -> None:
    look = partial(desks.readers_changed, channel=channel, now=office.now())
    if await office.transact(workspace, look):
        unfit = await office.read_stand_in(workspace)
        await office.transact(workspace, partial(nights.stand_in, unfit=unfit, now=office.now()))
