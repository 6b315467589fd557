"""Every link leads somewhere, every picture is there, and every page can be found from the README."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Page, page, pages

LINKS = [(one, link) for one in pages() for link in one.links]
INSIDE = [(one, link) for one, link in LINKS if "://" not in link]
PICTURE = (".png", ".jpg", ".svg", ".gif")


def target(one: Page, link: str) -> Path:
    name = link.partition("#")[0]
    return (one.path.parent / name).resolve() if name else one.path


@pytest.mark.parametrize(("one", "link"), INSIDE, ids=str)
def test_a_link_leads_to_a_file_of_the_repository_and_to_a_heading_in_it(one: Page, link: str) -> None:
    there = target(one, link)
    assert there.is_file(), f"{one}: {link}"
    assert there.is_relative_to(ROOT)
    anchor = link.partition("#")[2]
    assert not anchor or anchor in Page(there).anchors, f"{one}: {link}"


def test_links_and_pictures_were_looked_at() -> None:
    assert len(INSIDE) > len(pages())
    assert {link for one, link in INSIDE if link.endswith(PICTURE)} >= {
        "docs/images/playground-light.png",
        "docs/images/playground-dark.png",
    }


def test_links_elsewhere_are_encrypted() -> None:
    assert {link.partition("://")[0] for _, link in LINKS if "://" in link} == {"https"}


def test_every_page_can_be_found_from_the_readme() -> None:
    found, ahead = set[Path](), [page("README.md")]
    while ahead:
        one = ahead.pop()
        found.add(one.path)
        reached = {target(one, link) for link in one.links if "://" not in link}
        ahead += [Page(path) for path in reached - found if path.suffix == ".md" and path.is_file()]
    assert found == {one.path for one in pages()}


def test_every_picture_says_what_is_seen() -> None:
    pictures = [tag for one in pages() for tag in re.findall(r"<img\b[^>]*>", one.prose)]
    pictures += [f'alt="{words}"' for one in pages() for words in re.findall(r"!\[([^\]]*)\]", one.prose)]
    assert pictures
    for tag in pictures:
        said = re.search(r'alt="([^"]+)"', tag)
        assert said, tag
        assert len(said[1].split()) > 5, tag
