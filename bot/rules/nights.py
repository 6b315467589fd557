"""Which night it is: what is done once a night is done in the small hours of the workspace."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

BEGINS = timedelta(hours=3)  # after midnight


def night(now: datetime, timezone: str) -> date:
    """The night that began last, by the workspace's own clock.

    Reckoned by what the clock on the wall shows, so that a change of the clocks gives no night twice.
    """
    wall = now.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    return (wall - BEGINS).date()
