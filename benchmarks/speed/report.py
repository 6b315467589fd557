"""What was measured, kept as rows, and the table in the page on performance made of them."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parent
KEPT = HERE / "results.json"
PAGE = HERE.parents[1] / "docs" / "performance.md"
MARK, END = "<!-- table: performance -->\n", "\n\n"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: `part` is what of the run measures it, `well` whether it is as wished."""

    part: str
    what: str
    measured: str
    wished: str = ""
    well: bool | None = None


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """The median, and from where to where three of four of them lie."""
    few = 4
    if len(values) < few:
        return f"{statistics.median(values):{form}}"
    low, _, high = statistics.quantiles(values, n=4)
    return f"{statistics.median(values):{form}} ({low:{form}} to {high:{form}})"


def ratios(ours: Sequence[float], base: Sequence[float]) -> list[float]:
    """Of each cycle ours to the baseline of the same cycle, for the machine is never the same twice."""
    return [one / other for one, other in zip(ours, base, strict=True)]


def at_least(part: str, what: str, values: Sequence[float], least: float) -> Line:
    return Line(part, what, spread(values), f"at least {least}", statistics.median(values) >= least)


def at_most(part: str, what: str, values: Sequence[float], most: float, unit: str = "") -> Line:
    form = ".0f" if unit == " MB" else ".2f"
    return Line(
        part,
        what,
        f"{spread(values, form)}{unit}",
        f"at most {most}{unit}",
        statistics.median(values) <= most,
    )


def keep(lines: Sequence[Line], parts: Sequence[str]) -> None:
    """Replace the lines of the parts that ran, and write the table anew."""
    kept: dict[str, list[dict[str, object]]] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    for part in parts:
        if new := [asdict(line) for line in lines if line.part == part]:
            kept[part] = new
    KEPT.write_text(json.dumps(kept, indent=1) + "\n")
    before, _, rest = PAGE.read_text().partition(MARK)
    PAGE.write_text(f"{before}{MARK}{table(kept)}{END}{rest.partition(END)[2]}")


def table(kept: dict[str, list[dict[str, object]]]) -> str:
    rows = ["| Part | What | Measured | Wished for | |", "| --- | --- | --- | --- | --- |"]
    signs = {True: "yes", False: "no", None: ""}
    for part, lines in kept.items():
        rows += [
            f"| {part} | {one['what']} | {one['measured']} | {one['wished']} | {signs[one['well']]} |"  # type: ignore[index]
            for one in lines
        ]
    return "\n".join(rows)
