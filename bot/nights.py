"""What is done once a night: reading the directory anew, and telling administrators of gaps in the chart."""

import hashlib
from datetime import datetime, timedelta

from bot import desks, hops, people, settings
from bot.messages import AND_SO_ON, ChartGaps, StandInUnfit
from bot.ports import Work
from bot.rules.chart import Gaps
from bot.rules.nights import night

SYNC, GAPS, STAND_IN, WELL = "directory_sync", "chart_gaps", "stand_in", "well"
# As long as nothing is heard of who claimed it: a failure is followed by the next attempt an hour later,
# and so is a crash, while who is still at work keeps holding it.
AGAIN = timedelta(hours=1)
SHOWN = 10  # of each kind of gap; `goodword directory check` lists them all


def begin(work: Work, now: datetime) -> tuple[str, int]:
    """Claim this night's reading; gives the night and which attempt this is, 0 where it is not ours."""
    tonight = night(now, settings.chosen(work).timezone).isoformat()
    return tonight, work.claims.take(SYNC, tonight, now, hold=AGAIN)


def still_at_it(work: Work, tonight: str, now: datetime) -> None:
    work.claims.hold(SYNC, tonight, now + AGAIN)


def done(work: Work, tonight: str, unfit: str | None, now: datetime) -> None:
    """Close this night's reading, and tell administrators what is to mend where that has changed.

    `unfit` is why nothing can be brought to the channel that stands in, empty where it can.
    """
    work.claims.hold(SYNC, tonight, None)
    stand_in(work, unfit, now)
    found = people.check(work)
    # A chart about which nothing was said yet has no gaps: it is none.
    gaps = found.gaps if found.size else Gaps()
    if work.claims.is_news(GAPS, _mark(gaps), now) and gaps.to_mend:
        for administrator in work.people.administrators():
            work.outbox.put(administrator.id, _told(administrator.id, gaps), now)


def stand_in(work: Work, unfit: str | None, now: datetime) -> None:
    """Tell administrators that nothing can be brought to the channel that stands in, where that is news.

    They hear it of the channel, whether or not there is anything to be brought.
    """
    if unfit is None or not work.claims.is_news(STAND_IN, unfit or WELL, now):
        return
    desks.readers_changed(work, hops.stand_in_channel(work), now)
    for administrator in work.people.administrators() if unfit else ():
        work.outbox.put(administrator.id, StandInUnfit(administrator.id, unfit), now)


def _told(to: str, gaps: Gaps) -> ChartGaps:
    left = tuple(one.manager for one in gaps.left)
    return ChartGaps(
        to=to,
        without=gaps.without[:SHOWN],
        circles=tuple(_part_of(circle) for circle in gaps.circles[:SHOWN]),
        left=left[:SHOWN],
        counts=(len(gaps.without), len(gaps.circles), len(left)),
    )


def _part_of(circle: tuple[str, ...]) -> tuple[str, ...]:
    return circle if len(circle) <= SHOWN else (*circle[: SHOWN - 1], AND_SO_ON)


def _mark(gaps: Gaps) -> str:
    """The same for the same list, whatever its order."""
    left = sorted(one.manager for one in gaps.left)
    return hashlib.sha256(repr((sorted(gaps.without), gaps.circles, left)).encode()).hexdigest()
