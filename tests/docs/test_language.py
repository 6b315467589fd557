"""The errors that docs/language.md shows are errors still."""

import re

from benchmarks.language import corpus
from bot.rules import language
from tests.docs.pages import page

LANGUAGE = page("docs/language.md")
NAMES = {
    "shoutout": "shout-out",
    "complaint_person": "complaint",
    "complaint_process": "process",
    "neutral": "neutral",
}


def test_the_errors_are_in_the_validation_set_and_are_still_made() -> None:
    known = {re.sub(r"<@U0TRAIN(\w)[^>]*>", r"@\1", one.text): one for one in corpus.load("validation")}
    shown = re.findall(r"^\| `(.+)` \| (\S+) \| (\S+) \| .+ \|$", LANGUAGE.text, re.MULTILINE)
    assert len(shown) == 10
    for text, truth, told in shown:
        one = known[_with_letters(text, known)]
        assert (NAMES[one.label], NAMES[language.read(one.text).label]) == (truth, told), text


def _with_letters(text: str, known: dict[str, corpus.Example]) -> str:
    """The page calls them by name, the set by letters."""
    found = [other for other in known if re.sub(r"@\w", "@", other) == re.sub(r"@\w+", "@", text)]
    assert len(found) == 1, text
    return found[0]
