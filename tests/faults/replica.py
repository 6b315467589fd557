"""One replica of Goodword as a process of its own, as `goodword run` but with a short lease and no pace.

Its arguments are the lease in seconds; everything else comes from the environment.
"""

import sys
from dataclasses import replace
from datetime import timedelta

import uvloop

from bot import config, logs, serve

if __name__ == "__main__":
    logs.set_up("INFO", "console")
    environment = config.read()
    plan = replace(serve.plan_of(environment), lease=timedelta(seconds=float(sys.argv[1])), pace=timedelta(0))
    uvloop.run(serve.run(environment, plan))
