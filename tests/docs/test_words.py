"""How the pages are written: decisions in one shape, quietly, and with nothing of anybody's workplace."""

import re

import pytest

from tests.docs.pages import ROOT, Page, page, pages

DECISIONS = [one for one in pages() if re.match(r"docs/decisions/\d", str(one))]
PARTS = ["Context", "Decision", "Consequences", "Evidence"]
AMERICAN = re.compile(
    r"\b(?:behavior|color|favor|honor|license|organization|recogniz|authoriz|apologiz|catalog|center)",
    re.IGNORECASE,
)
# Tags of HTML, and what a package calls its own licence.
NOT_OURS = re.compile(r"<[^>]+>|MIT License")


@pytest.mark.parametrize("one", DECISIONS, ids=str)
def test_a_decision_has_its_number_and_its_four_parts(one: Page) -> None:
    number = int(one.path.name[:4])
    assert one.text.startswith(f"# {number}. ")
    assert re.findall(r"^## (.+)$", one.text, re.MULTILINE) == PARTS
    parts = re.split(r"^## .+$", one.unfenced, flags=re.MULTILINE)[1:]
    assert all(len(part.split()) > 2 for part in parts)


def test_decisions_are_numbered_without_gaps_and_listed_by_their_titles() -> None:
    listed = re.findall(r"^(\d+)\. \[(.+)\]\((.+)\)$", page("docs/decisions/README.md").text, re.MULTILINE)
    titles = [one.text.splitlines()[0].removeprefix("# ") for one in DECISIONS]
    assert [f"{number}. {title}" for number, title, _ in listed] == titles
    assert [name for *_, name in listed] == [one.path.name for one in DECISIONS]
    assert [int(number) for number, *_ in listed] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("one", pages(), ids=str)
def test_a_page_is_quiet_british_and_complete(one: Page) -> None:
    assert one.text.startswith("# ")
    assert one.text.endswith("\n")
    assert "!" not in one.prose.replace("![", "[")
    assert not AMERICAN.findall(NOT_OURS.sub("", one.prose))


@pytest.mark.parametrize("one", pages(), ids=str)
def test_a_page_speaks_of_this_repository_only(one: Page) -> None:
    assert not re.findall(r"\.\./shared|\bsession \d", one.text)
    assert ROOT.as_posix() == "/" or f"{ROOT.as_posix()}/" not in one.text


def test_the_changelog_keeps_its_form() -> None:
    text = page("CHANGELOG.md").text
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[0] == "[Unreleased]"
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert kinds
