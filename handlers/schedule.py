"""The heartbeat: APScheduler knocks every second, and what is due is asked of the database."""

from collections.abc import Callable, Sequence

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

BEAT = 1  # seconds


def heartbeat(knock_at: Sequence[Callable[[], None]]) -> AsyncIOScheduler:
    """Build a scheduler with a single job in memory, which never skips a late beat and never piles up."""

    async def beat() -> None:
        for knock in knock_at:
            knock()

    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    scheduler.add_job(beat, IntervalTrigger(seconds=BEAT, timezone="UTC"))
    return scheduler
