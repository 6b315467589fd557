"""`goodword classify`: what comes in, what goes out, and the sentence about a line that cannot be read."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bot.classify import classify
from bot.errors import Refusal
from tests.bot.command import ROOT


def test_each_line_is_answered_under_its_id() -> None:
    lines = [
        b'\xef\xbb\xbf{"id": 1, "text": "Huge thanks to <@U0BEN> for repairing the pump on a Sunday"}\n',
        b"\n",
        b'{"id": "b", "text": "<@U0BEN> fix the header now, no excuses", "more": true}\n',
    ]
    first, second = map(json.loads, classify(lines))
    assert first == {"id": 1, "label": "shoutout", "recipients": ["U0BEN"], "flags": [], "suggestion": ""}
    assert (second["id"], second["label"], second["flags"]) == ("b", "request", ["ordering"])
    assert second["suggestion"].startswith("Could you fix the header")


def test_it_answers_before_the_next_line_is_read() -> None:
    def typing() -> Iterator[bytes]:
        yield b'{"id": 1, "text": "good morning"}'
        pytest.fail("read ahead")

    assert json.loads(next(classify(typing())))["label"] == "neutral"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"hello", "this is no JSON"),
        (b"\xff\xfe", "this is no JSON"),
        (b"[1]", "this is no JSON object"),
        (b'{"id": 1}', "there is no text"),
        (b'{"text": "x"}', "there is no id"),
        (b'{"id": 1.5, "text": "x"}', "the id must be a text or a whole number"),
        (b'{"id": 1, "text": ["x"]}', "the text must be a text"),
    ],
)
def test_a_bad_line_is_named_in_one_sentence(line: bytes, sentence: str) -> None:
    with pytest.raises(Refusal) as no:
        list(classify([b"\n", b'{"id": 1, "text": "good morning"}\n', line]))
    assert no.value.sentence.startswith(f"Line 3: {sentence}; one such as")


def test_the_command_answers_what_it_could_read_and_then_fails() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bot", "classify"],
        cwd=ROOT,
        input=b'{"id": 1, "text": "good morning"}\nhello\n',
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 1
    assert json.loads(ran.stdout)["id"] == 1
    assert ran.stderr.decode().startswith("Line 2: this is no JSON")
    assert ran.stderr.count(b"\n") == 1
