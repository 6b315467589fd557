"""Measure, and write the table of docs/performance.md anew: `make bench`, or some parts of it by name.

`--large` measures the digest over five million kudos as well, which takes some minutes and 3 GB of disk.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.speed import deliveries, footprint, history, processes, report, requests
from benchmarks.speed.report import Line

PARTS: dict[str, Callable[[Path], list[Line]]] = {
    "kudos": requests.kudos,
    "events": requests.events,
    "deliveries": deliveries.deliveries,
    "digest": history.digest,
    "routing": history.routing,
    "start": footprint.start,
    "memory": footprint.memory,
    "processes": processes.processes,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; all of them without")
    parser.add_argument("--large", action="store_true", help="measure five million kudos, too")
    parser.add_argument("--dry", action="store_true", help="leave the page as it is")
    asked = parser.parse_args()
    if unknown := {*asked.parts} - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if not shutil.which("wrk"):
        sys.exit("wrk makes the load and is not installed: on Debian, apt-get install wrk.")
    if not shutil.which("taskset"):
        print("taskset is missing, so server and load share their cores.")
    found: list[Line] = []
    for name in asked.parts or PARTS:
        found += _measured(
            name, partial(history.digest, large=asked.large) if name == "digest" else PARTS[name]
        )
        if not asked.dry:
            report.keep(found, [name])


def _measured(name: str, part: Callable[[Path], list[Line]]) -> list[Line]:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="goodword-bench-") as folder:
        try:
            lines = part(Path(folder))
        except Exception:
            print((Path(folder) / "log").read_text()[-3000:] if (Path(folder) / "log").exists() else "")
            raise
    print(f"{name}: {time.perf_counter() - began:.0f} s")
    for line in lines:
        sign = {True: "well", False: "NOT WELL", None: ""}[line.well]
        print(f"  {line.what}: {line.measured}  [{line.wished}] {sign}")
    return lines


if __name__ == "__main__":
    main()
