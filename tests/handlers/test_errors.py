"""Where an exception becomes a sentence: with a reference for the log, and never with anybody's words."""

import asyncio
import logging
import re

import pytest

from bot import logs
from bot.errors import Refusal
from handlers.errors import error_on_form, reference, sentence_for_trouble
from handlers.office import Answer

WORDS = "what somebody wrote in confidence"


async def _fails() -> Answer | None:
    raise ValueError(WORDS)


async def test_a_refusal_is_given_as_it_stands() -> None:
    async def refuses() -> Answer | None:
        raise Refusal("Who <helped> you?")

    answer = await sentence_for_trouble(refuses)
    assert answer is not None
    assert answer["text"] == "Who &lt;helped&gt; you?"
    assert answer["blocks"][0]["elements"][0]["elements"][0]["text"] == "Who <helped> you?"


async def test_what_went_well_is_given_on() -> None:
    async def answers() -> Answer | None:
        return {"text": "Done."}

    assert await sentence_for_trouble(answers) == {"text": "Done."}
    assert await error_on_form(answers, "reason") == {"text": "Done."}


async def test_a_bug_is_a_sentence_with_the_reference_that_the_log_has_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await sentence_for_trouble(_fails)
    form = await error_on_form(_fails, "reason")

    assert answer is not None
    assert form is not None
    assert form["response_action"] == "errors"
    for said, record in zip((answer["text"], form["errors"]["reason"]), caplog.records, strict=True):
        (mark,) = re.findall(r"\b[0-9a-f]{8}\b", said)
        assert f"reference {mark}" in record.getMessage()
        assert "ValueError" in record.getMessage()
        assert "test_errors.py:" in record.getMessage()
        assert WORDS not in said + record.getMessage()
        assert record.exc_info is None  # a traceback would end with the message


async def test_every_trouble_has_a_reference_of_its_own() -> None:
    marks = {reference(ValueError(WORDS)) for _ in range(20)}
    assert len(marks) == 20


async def test_a_bug_in_a_request_is_known_by_the_mark_of_the_request() -> None:
    async def within_a_request() -> tuple[str, str]:
        return logs.begin(), reference(ValueError(WORDS))

    begun = [await asyncio.create_task(within_a_request()) for _ in range(2)]
    assert [mark for mark, _ in begun] == [said for _, said in begun]
    assert begun[0] != begun[1]
    assert not logs.current()
