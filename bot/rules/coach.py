"""The coach: what it would say about a wording, and the wording it would offer; it keeps nothing."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.rules.escalation import Report
from bot.rules.language import lexicon, markup, spans, verdict, wording
from bot.rules.language.markup import Page

BLAME = "person_blame"
# Words that point at somebody, beside their name: persons, and the names that teams go by.
SOMEBODY = frozenset(
    {
        *("you", "your", "yours", "yourself", "he", "him", "his", "himself", "she", "her", "hers", "herself"),
        *("they", "them", "their", "theirs", "themselves", "who", "whoever", "nobody", "no-one", "anyone"),
        *("someone", "somebody", "everybody", "everyone", "people", "guys", "folks", "team", "teams"),
        *("department", "colleague", "colleagues", "coworker", "coworkers", "support", "service", "sales"),
    }
)
MOST = 2  # suggestions at a time, gravest first
LONGEST_AT_ONCE = 200  # characters; as long as what the model has learnt from


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


def suggestions(words: str, names: Collection[str] = ()) -> tuple[Suggestion, ...]:
    """At most `MOST`, gravest first, one for each kind; each wording raises nothing when it is read again.

    `names` are what the people may be called whom the text is about.
    """
    found: dict[str, Suggestion] = {}
    for start, text in _sentences(words):
        for one in _about(text, start, names):
            found.setdefault(one.flag, one)
    return tuple(sorted(found.values(), key=lambda one: verdict.FLAGS.index(one.flag))[:MOST])


def neutral(report: Report | None, names: Collection[str] = ()) -> str:
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
    lines = [lead + said for lead, answer in parts if (said := _neutral(answer, names))]
    while lines and suggestions("\n".join(lines)):
        lines.pop()  # together they may say more than each alone
    return "\n".join(lines)


def _neutral(answer: str, names: Collection[str]) -> str:
    said: list[str] = []
    for start, text in _sentences(answer, longest=0):
        worded = next(
            (one.wording.removesuffix(wording.HELP).strip() for one in _about(text, start, names)),
            text.strip(),
        )
        if worded and worded not in said:
            said.append(worded)
    return " ".join(said)


def _bare(said: str) -> str:
    return said.removesuffix(wording.HELP).strip()


def _about(text: str, start: int, names: Collection[str]) -> Iterator[Suggestion]:
    page = markup.read(text)
    found = lexicon.find(page.tokens)
    _, flags = verdict.judge(page, found)
    for span in spans.where(page, found, flags):
        # What only says that something went wrong is just what the coach would like to read.
        if span.flag == BLAME and not _points_at_somebody(text, names):
            continue
        place = (start + span.start, start + span.end)
        other = wording.say(page, found, span.flag)
        yield Suggestion(place, wording.WHY[span.flag], other, span.flag, span.flag in wording.FOR_A_MANAGER)


def _points_at_somebody(text: str, names: Collection[str]) -> bool:
    said = {word.strip("\u2019'.,;:!?()\"") for word in text.casefold().replace("\u2019", "'").split()}
    said |= {word.partition("'")[0] for word in said}
    called = {word for name in names for word in name.casefold().split()}
    return "@" in text or bool(said & (SOMEBODY | called))


def _sentences(words: str, longest: int = LONGEST_AT_ONCE) -> Iterator[tuple[int, str]]:
    """A short text as a whole; a long one sentence by sentence, each with the place where it begins."""
    if len(words) <= longest:
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
