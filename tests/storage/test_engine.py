"""DATABASE_URL: what is taken, what is refused, and that no refusal gives a password away."""

from pathlib import Path

import pytest

from bot.errors import Refusal
from storage import engine as engines


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///goodword.db", "sqlite"),
        ("sqlite:////var/lib/goodword.db", "sqlite"),
        ("postgresql://ada:pw@db/goodword", "postgresql+psycopg"),
        ("postgres://ada:pw@db/goodword", "postgresql+psycopg"),
        ("postgresql+psycopg://ada:pw@db:5433/goodword", "postgresql+psycopg"),
    ],
)
def test_both_engines_are_taken_under_their_usual_names(url: str, driver: str) -> None:
    assert engines.address(url).drivername == driver


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "DATABASE_URL is no database address; sqlite:///goodword.db is one."),
        ("goodword.db", "DATABASE_URL is no database address; sqlite:///goodword.db is one."),
        (
            "postgresql://ada:s3cret@db:port/x",
            "DATABASE_URL is no database address; sqlite:///goodword.db is one.",
        ),
        ("mysql://ada:s3cret@db/x", "DATABASE_URL starts with mysql: use sqlite:///… or postgresql://…."),
        ("s3cret+x://ada:s3cret@db/x", "DATABASE_URL starts with"),
        (
            "sqlite://",
            "DATABASE_URL needs a file, such as sqlite:///goodword.db: kudos are kept for good.",
        ),
        (
            "sqlite:///:memory:",
            "DATABASE_URL needs a file, such as sqlite:///goodword.db: kudos are kept for good.",
        ),
    ],
)
def test_anything_else_is_refused_with_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(Refusal) as no:
        engines.build(url)
    assert no.value.sentence.startswith(sentence)
    assert ":s3cret" not in no.value.sentence


@pytest.mark.parametrize(
    "url",
    ["sqlite:////no/such/folder/goodword.db", "postgresql://ada:s3cret@127.0.0.1:1/goodword"],
)
def test_a_database_that_does_not_answer_is_a_sentence_without_its_password(url: str) -> None:
    engine = engines.build(url)
    with pytest.raises(Refusal) as no, engines.reachable(), engine.connect():
        pass
    engine.dispose()
    assert no.value.sentence.startswith("The database in DATABASE_URL cannot be used: ")
    assert "s3cret" not in no.value.sentence
    assert "\n" not in no.value.sentence


def test_a_refusal_on_its_way_passes_as_it_is() -> None:
    with pytest.raises(Refusal, match=r"^No\.$"), engines.reachable():
        raise Refusal("No.")


def test_what_is_erased_from_sqlite_is_overwritten(tmp_path: Path) -> None:
    engine = engines.build(f"sqlite:///{tmp_path / 'goodword.db'}")
    with engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar_one() == 1
    engine.dispose()
