"""The coach: what it would say about a wording, and the wording it would offer; it keeps nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.rules.escalation import Report
from bot.rules.language import lexicon, markup, spans, verdict, wording
from bot.rules.language.markup import Page

MOST = 2  # suggestions at a time, gravest first
LONGEST_SENTENCE = 600  # characters that are read as one


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to word otherwise: where it stands (from, to), why, and how it could be said.

    `for_a_manager` says that the author may rather want to take it to their manager.
    """

    span: tuple[int, int]
    why: str
    wording: str
    flag: str = ""
    for_a_manager: bool = False


def suggestions(words: str) -> tuple[Suggestion, ...]:
    """At most `MOST`, gravest first, one for each kind; each wording raises nothing when it is read again."""
    found: dict[str, Suggestion] = {}
    for start, text in _sentences(words):
        for one in _about(text, start):
            found.setdefault(one.flag, one)
    return tuple(sorted(found.values(), key=lambda one: verdict.FLAGS.index(one.flag))[:MOST])


def neutral(report: Report | None) -> str:
    """The neutral form of a report, from which a manager words what goes further; empty if there is none.

    What raises no flag stays as it is; what does is worded anew from its own facts; nothing is added.
    """
    if report is None:
        return ""
    parts = (
        ("", report.happened),
        ("For the customer: ", report.customer),
        ("Promised: ", report.promised),
        ("Tried: ", report.tried),
        ("What would help: ", report.would_help),
    )
    return "\n".join(lead + said for lead, answer in parts if (said := _neutral(answer)))


def _neutral(answer: str) -> str:
    said: list[str] = []
    for start, text in _sentences(answer):
        worded = next(
            (one.wording.removesuffix(wording.HELP).strip() for one in _about(text, start)), text.strip()
        )
        if worded and worded not in said:
            said.append(worded)
    return " ".join(said)


def _about(text: str, start: int) -> Iterator[Suggestion]:
    page = markup.read(text)
    found = lexicon.find(page.tokens)
    _, flags = verdict.judge(page, found)
    for span in spans.where(page, found, flags):
        place = (start + span.start, start + span.end)
        other = wording.say(page, found, span.flag)
        yield Suggestion(place, wording.WHY[span.flag], other, span.flag, span.flag in wording.FOR_A_MANAGER)


def _sentences(words: str) -> Iterator[tuple[int, str]]:
    """A short text as a whole; a long one sentence by sentence, each with the place where it begins."""
    if len(words) <= LONGEST_SENTENCE // 3:
        if words.strip():
            yield 0, words
        return
    page: Page = markup.read(words)
    start = 0
    tokens = page.tokens
    for token, after in pairwise(tokens):
        if after.sentence != token.sentence and token.end - start > 0:
            yield start, words[start : after.start]
            start = after.start
    if words[start:].strip():
        yield start, words[start:]
