"""A CSV file as people make them: every dialect of spreadsheets, and every mistake with its line."""

from pathlib import Path

import pytest

from bot.errors import Refusal
from bot.rules.sources import Row
from handlers.directory.csv import read, read_file

HEAD = "email,manager_email,department,title\n"
FIRST = "The first line of people.csv is to be email,manager_email,department,title"
ADA = Row(2, "ada@x.example", "mo@x.example", "Sales", "Account Manager")


def problems(content: str) -> list[tuple[int, str]]:
    return [(one.line, one.sentence) for one in read("people.csv", content.encode()).problems]


def refused(content: bytes | str) -> str:
    with pytest.raises(Refusal) as no:
        read("people.csv", content if isinstance(content, bytes) else content.encode())
    return no.value.sentence


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_what_spreadsheets_write_is_read(separator: str, ending: str, encoding: str) -> None:
    rows = [
        ["Title", "E-Mail".replace("E-M", "em"), "Manager Email", "department"],
        ["Account Manager", "Ada@X.example ", " MO@x.example", "Sales"],
    ]
    content = ending.join(separator.join(row) for row in rows) + ending
    assert read("people.csv", content.encode(encoding)).rows == (ADA,)


def test_the_separator_of_the_columns_is_found_even_where_another_stands_in_a_title() -> None:
    content = (
        "email;manager_email;department;title\nada@x.example;mo@x.example;Sales;Manager, Accounts, EMEA\n"
    )
    assert read("p", content.encode()).rows[0].title == "Manager, Accounts, EMEA"


def test_quoted_cells_may_hold_separators_quotes_and_line_ends_and_lines_are_still_counted() -> None:
    content = HEAD + 'ada@x.example,,"Sales, ""North""\n and\nSouth",\n\n\nbad,,,\nmo@x.example,,,\n'
    sheet = read("people.csv", content.encode())
    assert sheet.rows[0].department == 'Sales, "North"\n and\nSouth'
    assert sheet.rows[1] == Row(8, "mo@x.example")
    assert [(one.line, one.sentence) for one in sheet.problems] == [(7, "bad is no e-mail address.")]


def test_a_slack_id_may_be_given() -> None:
    content = "slack_id,email,manager_email,department,title\nU012AB3CD,ada@x.example,,,\n,mo@x.example,,,\n"
    assert [row.slack_id for row in read("p", content.encode()).rows] == ["U012AB3CD", ""]


@pytest.mark.parametrize(
    "email",
    [
        "ada",
        "ada@",
        "@x.example",
        "ada@x",
        "a b@x.example",
        "a@b@x.example",
        "<ada@x.example>",
        "a@.",
        "a,b@x.y",
        "x" * 250 + "@x.example",
    ],
)
def test_what_is_no_e_mail_is_told(email: str) -> None:
    ((line, sentence),) = problems(f'{HEAD}"{email}",,,\n')
    assert line == 2
    assert sentence.endswith(" is no e-mail address.")


def test_all_problems_are_found_at_once() -> None:
    content = (
        "email,manager_email,department,title,slack_id\n"
        "ada@x.example,mo,Sales,Rep,\n"
        "ben@x.example,,Support\n"
        ",,,,\n"
        ",mo@x.example,Sales,,\n"
        "cy@x.example,,,,cy\n"
        f"dee@x.example,,{'x' * 501},,\n"
    )
    assert problems(content) == [
        (2, "manager_email: mo is no e-mail address."),
        (3, "3 cells where the header has 5 columns."),
        (5, "the e-mail is missing."),
        (6, "cy is no id of somebody in Slack, such as U012AB3CD."),
        (7, "the department is longer than 500 characters."),
    ]


def test_an_open_quotation_mark_is_told_with_the_line_it_is_in() -> None:
    assert problems(HEAD + 'ada@x.example,,,\nben@x.example,,"Support,\ncy@x.example,,,\n') == [
        (3, "a quotation mark stands wrongly, so that this line and what follows cannot be read.")
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "people.csv is empty: its first line is to be email,manager_email,department,title."),
        ("\ufeff\n \n", "people.csv is empty: its first line is to be email,manager_email,department,title."),
        (HEAD, "people.csv has a header and nobody below it, so nothing was imported."),
        (
            "mail,manager_email,department,title\na@x.example,,,\n",
            f"{FIRST}; there is no column mail (did you mean email?); missing: email.",
        ),
        (
            "email,manager_email,department,title,departement\n",
            f"{FIRST}; there is no column departement.",
        ),
        (
            "email,manager_email,department,title,title\n",
            f"{FIRST}; there twice: title.",
        ),
        (
            "ada@x.example,mo@x.example,Sales,Rep\n",
            "people.csv has no header: its first line is to be email,manager_email,department,title.",
        ),
        (
            '{\n  "people": []\n}',
            "people.csv has no header: its first line is to be email,manager_email,department,title.",
        ),
        (b"PK\x03\x04\x00\x00", "people.csv is a spreadsheet: save it as CSV (UTF-8), and import that."),
        (
            HEAD.encode() + b"a@x.example,,,\nb@x.example,,Verk\xe4ufer,\n",
            "people.csv is not UTF-8 (line 3): save it as CSV (UTF-8).",
        ),
        (HEAD.encode("utf-16"), "people.csv is not UTF-8 (line 1): save it as CSV (UTF-8)."),
        (b"\x00\x01\x02", "people.csv is no CSV file: it is not text."),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_sentence(content: bytes | str, sentence: str) -> None:
    assert refused(content) == sentence


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    for path, sentence in (
        (tmp_path / "none.csv", f"There is no file {tmp_path / 'none.csv'}."),
        (tmp_path, f"{tmp_path} is a folder, not a file."),
    ):
        with pytest.raises(Refusal) as no:
            read_file(path)
        assert no.value.sentence == sentence


def test_what_a_problem_quotes_is_harmless_in_a_terminal() -> None:
    ((_, sentence),) = problems(HEAD + '"\x1b]0;pwned\x07=cmd|A1\n@evil",,,\n')
    assert sentence == "�]0;pwned�=cmd|A1 @evil is no e-mail address."
