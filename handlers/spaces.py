"""What happens to a workspace as a whole: a channel of it has a new id."""

from functools import partial

from bot import spaces
from handlers.office import Office
from handlers.payloads import ChannelMoved, Event


async def channel_moved(office: Office, event: Event) -> None:
    told = ChannelMoved.model_validate(event.event)
    move = partial(spaces.channel_moved, old=told.old_channel_id, new=told.new_channel_id, now=office.now())
    await office.transact(event.team_id, move)
    # It may be shared with another organisation now: if it stands in for managers, who reads it is news.
    await office.read_stand_in(event.team_id)
