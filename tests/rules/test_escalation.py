"""What may be reported: something has to have happened, and whoever reads it gets it in one message."""

from dataclasses import fields, replace

import pytest

from bot.errors import Refusal
from bot.rules.escalation import LONGEST_REPORT, Report


def test_without_what_happened_there_is_nothing_to_report() -> None:
    with pytest.raises(Refusal, match="What happened") as no:
        Report("  ", customer="It waits.").checked()
    assert no.value.field == "happened"


def test_all_answers_together_have_to_fit_into_one_message() -> None:
    whole = Report("x" * (LONGEST_REPORT - 400), *["y" * 100] * 4)
    assert whole.checked() is whole
    with pytest.raises(Refusal, match=r"are 5,001 characters; please keep them under 5,000") as no:
        replace(whole, tried="y" * 101).checked()
    assert no.value.field == "happened"


def test_every_answer_counts() -> None:
    for field in fields(Report):
        answers = {"happened": "x", field.name: "x" * (LONGEST_REPORT + 1)}
        if field.name == "link":
            Report(**answers).checked()
            continue
        with pytest.raises(Refusal):
            Report(**answers).checked()
