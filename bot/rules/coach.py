"""The coach's place: what it would say about a wording, and the wording it would offer.

There is no language engine yet, so it says nothing; forms show whatever it says.
"""

from dataclasses import dataclass

from bot.rules.escalation import Report

MOST = 2  # suggestions at a time, gravest first


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to word otherwise: where it stands (from, to), why, and how it could be said."""

    span: tuple[int, int]
    why: str
    wording: str


def suggestions(words: str) -> tuple[Suggestion, ...]:  # noqa: ARG001 - the engine will read them
    return ()


def neutral(report: Report | None) -> str:  # noqa: ARG001 - the engine will read it
    """The neutral form of a report, from which a manager words what goes further; empty if there is none."""
    return ""
