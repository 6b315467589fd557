"""How well messages are read: `python -m benchmarks.language [FILE.jsonl] [--errors]`.

Without a file it is the validation set; a file has lines `{id, text, label, recipients, flags}`. Precision is
how many of those found are right, recall how many of those there are were found.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.language import corpus
from benchmarks.language.corpus import Example
from bot.rules import language
from bot.rules.language import Reading

Read = tuple[Example, Reading]


def main(arguments: Sequence[str]) -> None:
    files = [Path(one) for one in arguments if not one.startswith("--")]
    examples = [one for file in files for one in corpus.given(file)] or corpus.load("validation")
    language.read("the first message also reads the weights")
    milliseconds, read = [], []
    for one in examples:
        start = time.process_time()
        reading = language.read(one.text)
        milliseconds.append((time.process_time() - start) * 1000)
        read.append((one, reading))
    print("\n".join(table(read)))
    milliseconds.sort()
    longest = milliseconds[int(0.95 * len(read))]
    print(f"\n{len(read)} messages, 95 of 100 in at most {longest:.2f} ms of processor time")
    if "--errors" in arguments:
        print("\n".join(errors(read)))


def table(read: Sequence[Read]) -> list[str]:
    """One row for each question asked of a message."""
    rows = [_row("Shout-out", read, _is("shoutout"), _found("shoutout"))]
    rows.append(_row("Complaint at a person", read, _is("complaint_person"), _found("complaint_person")))
    rows.append(_row("Any flag", read, lambda one: bool(one.flags), lambda one: bool(one.flags)))
    detected = [(one, got) for one, got in read if one.label == got.label == "shoutout"]
    exact = sum(one.recipients == frozenset(got.recipients) for one, got in detected)
    wrong = sum(got.label == "shoutout" and one.label == "complaint_person" for one, got in read)
    right = sum(one.label == got.label for one, got in read)
    return [
        "| | Precision | Recall |",
        "| --- | --- | --- |",
        *rows,
        f"| Recipients exactly right, of shout-outs found | {_share(exact, len(detected))} | |",
        f"| Complaints taken for a shout-out | {wrong} of {len(read)} | |",
        f"| Label right | {_share(right, len(read))} | |",
    ]


def errors(read: Sequence[Read]) -> list[str]:
    return [
        f"{one.id} {one.label} {sorted(one.flags)} -> {got.label} {list(got.flags)}: {one.text!r}"
        for one, got in read
        if one.label != got.label or bool(one.flags) != bool(got.flags)
    ]


def _is(label: str) -> Callable[[Example], bool]:
    return lambda one: one.label == label


def _found(label: str) -> Callable[[Reading], bool]:
    return lambda one: one.label == label


def _row(
    name: str, read: Sequence[Read], truth: Callable[[Example], bool], told: Callable[[Reading], bool]
) -> str:
    both = sum(truth(one) and told(got) for one, got in read)
    precision = _share(both, sum(told(got) for _, got in read))
    return f"| {name} | {precision} | {_share(both, sum(truth(one) for one, _ in read))} |"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "none"


if __name__ == "__main__":
    main(sys.argv[1:])
