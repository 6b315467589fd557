"""How else it could be said: for each flag a sentence or two, made only of what the text itself says."""

from collections.abc import Callable, Iterator, Sequence

from bot.rules.language import facts, lexicon, markup, verdict
from bot.rules.language.facts import Facts
from bot.rules.language.lexicon import Found
from bot.rules.language.markup import MENTIONS, SIGN, WORD, Page

HELP = "You didn't cause this problem, but we sure need your help to get it fixed."
WHY = {
    "threat": "A threat closes doors; a shared way up keeps them open.",
    "insult": "This is about somebody's abilities; what happened says more.",
    "person_blame": "This puts it on a person; the fact alone is stronger.",
    "ordering": "This reads like an order; a question with a date gets there as well.",
    "shouting": "Capitals and rows of marks read like shouting.",
    "absolute": "A count or a date is harder to argue with than always or never.",
    "sarcasm": "Irony is easily misread here; saying it straight helps.",
}
# For these the author may rather want to take it to their manager.
FOR_A_MANAGER = frozenset({"threat", "insult", "person_blame"})


def reword(page: Page, found: Sequence[Found], flags: Sequence[str]) -> str:
    """Another wording for the gravest flag that itself raises none; empty if there is no flag."""
    return say(page, found, flags[0]) if flags else ""


def say(page: Page, found: Sequence[Found], flag: str) -> str:
    """The first candidate for one flag in which a second reading finds nothing to say."""
    return next(text for text in _candidates(page, found, flag) if is_clean(text))


def is_clean(text: str) -> bool:
    """Whether a wording raises no flag when it is read again."""
    page = markup.read(text)
    label, flags = verdict.judge(page, lexicon.find(page.tokens))
    return bool(text) and not flags and label != "complaint_person"


def _candidates(page: Page, found: Sequence[Found], flag: str) -> Iterator[str]:
    known = facts.gather(page, found)
    if flag == "ordering":
        yield from _questions(page, found, known)
    if flag == "shouting":
        yield _in_small_letters(page)
    if flag == "absolute":
        yield _without(page, found, "absolute") if not known.count else ""
    form = _FORMS[flag]
    yield _capital(form(known))
    yield _capital(form(Facts(thing=known.thing)))
    yield _capital(form(Facts()))
    yield LAST_RESORT


LAST_RESORT = "Could we look at this together?"


def _questions(page: Page, found: Sequence[Found], known: Facts) -> Iterator[str]:
    for sentence in sorted({token.sentence for token in page.tokens}):
        asked = facts.request(page, found, sentence)
        if asked:
            yield f"Could you {asked}, please? If that can't be done, what could be?"
    if known.thing:
        by = f" by {known.due}" if known.due else ""
        yield f"Could you help me with {known.thing}{by}? If that can't be done, what could be?"


def _blame(known: Facts) -> str:
    thing = known.thing
    if thing and known.since:
        first = f"we have been waiting for {thing} {known.since}."
    elif thing and known.due:
        first = f"there is a problem with {thing}; the day we had in mind was {known.due}."
    elif thing:
        first = f"there is a problem with {thing}."
    else:
        first = "something has not gone as planned."
    matters = f" It matters to {known.customer}." if known.customer else ""
    return f"{first}{matters} {HELP}"


def _observation(known: Facts) -> str:
    thing = known.thing or "this"
    matters = f", and it matters to {known.customer}" if known.customer else ""
    return f"there is a problem with {thing}{matters}. Could we look at it together?"


def _shared_way(known: Facts) -> str:
    by = f" by {known.due}" if known.due else ""
    about = f" with {known.thing}" if known.thing else ""
    return f"could you help me{about}{by}? If we can't make it, shall we ask both our managers together?"


def _open_question(known: Facts) -> str:
    return (
        f"could you tell me where {known.thing} stands?"
        if known.thing
        else "could you tell me where this stands?"
    )


def _counted(known: Facts) -> str:
    since = f" {known.since}" if known.since.startswith("since") else ""
    if known.count:
        return f"this is the {known.count} time{since}. Could we find out together why?"
    return "this has come up before. Could we find out together why?"


def _straight(known: Facts) -> str:
    thing = known.thing or "this"
    when = f" by {known.due}" if known.due else ""
    return f"I had hoped for a better outcome with {thing}{when}. Could we talk about what to do next?"


def _asking(known: Facts) -> str:
    by = f" by {known.due}" if known.due else ""
    return f"could you help me with {known.thing or 'this'}{by}? If that can't be done, what could be?"


_FORMS: dict[str, Callable[[Facts], str]] = {
    "threat": _shared_way,
    "insult": _observation,
    "person_blame": _blame,
    "ordering": _asking,
    "shouting": _open_question,
    "absolute": _counted,
    "sarcasm": _straight,
}


def _in_small_letters(page: Page) -> str:
    """The same text without capitals and rows of marks; mentions stay as they are."""
    parts: list[str] = []
    end = None
    for token in page.tokens:
        if token.kind == SIGN and parts and parts[-1] == token.form:
            continue
        shown = token.form if token.kind == WORD and token.raw.isupper() else token.raw
        shown = "." if shown == "!" else shown
        if end is not None and token.start > end:
            parts.append(" ")
        parts.append(shown)
        end = token.end
    return _capital("".join(parts).strip()) if len(parts) > 2 else ""  # noqa: PLR2004 - a word alone says nothing


def _without(page: Page, found: Sequence[Found], name: str) -> str:
    out = {at for one in found if one.name == name for at in range(one.start, one.end)}
    if any(token.kind in MENTIONS for token in page.tokens):
        return ""
    parts: list[str] = []
    end = None
    for at, token in enumerate(page.tokens):
        if at in out:
            continue
        if parts and end is not None and token.start > end:
            parts.append(" ")
        parts.append(token.raw)
        end = token.end
    return _capital("".join(parts).strip())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
