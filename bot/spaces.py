"""A workspace as a whole: a channel of it that has a new id, and what is erased when it has left."""

from datetime import datetime

from bot.ports import Work
from bot.rules.installations import GRACE

SLACK = "Slack"  # who has changed a setting where nobody did


def channel_moved(work: Work, old: str, new: str, now: datetime) -> None:
    """Go on with a channel under its new id; the history of the settings keeps the old one."""
    for name, value in work.settings.current().items():
        if value == old:
            work.settings.change(name, new, SLACK, now)
    work.space.channel_moved(old, new)


def forget(work: Work, now: datetime) -> bool:
    """Erase all words and names of a workspace that left long enough ago; False where it came back."""
    if not work.space.has_left(now - GRACE):
        return False
    work.space.forget(now)
    return True
