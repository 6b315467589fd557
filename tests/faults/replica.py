"""One replica of Goodword as a process of its own, as `goodword run` but with a short lease and no pace.

Its arguments are the lease in seconds and, where time is pretended, a file that says by how many seconds
the clock is ahead; everything else comes from the environment.
"""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

from bot import config, logs, serve
from handlers import schedule

if __name__ == "__main__":
    logs.set_up("INFO", "console")
    environment = config.read()
    plan = replace(serve.plan_of(environment), lease=timedelta(seconds=float(sys.argv[1])), pace=timedelta(0))
    if len(sys.argv) > 2:
        ahead = Path(sys.argv[2])
        schedule.BEAT = 0.1  # so that a day need not take a second
        plan = replace(plan, now=lambda: datetime.now(UTC) + timedelta(seconds=float(ahead.read_text())))
    uvloop.run(serve.run(environment, plan))
