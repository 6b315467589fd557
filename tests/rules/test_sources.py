"""From rows and SCIM users to facts: every problem with its line, and nothing a terminal would obey."""

from bot.rules.chart import Fact
from bot.rules.sources import Colleague, InSlack, Problem, Row, quoted, read_colleagues, read_rows

ADA, MO, EVE = "ada@x.example", "mo@x.example", "eve@x.example"
SLACK = InSlack({ADA: "U1", MO: "U2"}, frozenset({"U1", "U2", "U9"}))


def problems(*rows: Row) -> list[tuple[int, str]]:
    return [(one.line, one.sentence) for one in read_rows(rows, SLACK)[1]]


def test_who_is_in_slack_stands_under_their_id_and_everybody_else_under_their_e_mail() -> None:
    facts, wrong = read_rows([Row(2, ADA, EVE, "Sales", "Rep"), Row(3, EVE)], SLACK)
    assert facts == [Fact("U1", f"mail:{EVE}", "Sales", "Rep"), Fact(f"mail:{EVE}")]
    assert wrong == []


def test_a_manager_may_be_in_slack_only_and_a_slack_id_wins_over_the_e_mail() -> None:
    facts, wrong = read_rows([Row(2, "other@x.example", MO, slack_id="U9")], SLACK)
    assert (facts, wrong) == ([Fact("U9", "U2")], [])


def test_everything_that_is_wrong_is_told_with_its_line() -> None:
    assert problems(
        Row(2, ADA, "nobody@x.example"),
        Row(3, ADA),
        Row(4, MO, MO),
        Row(5, "z@x.example", slack_id="U7"),
        Row(6, "w@x.example", slack_id="U1"),
    ) == [
        (2, "the manager nobody@x.example is neither in this file nor in Slack."),
        (3, f"{ADA} is in line 2 already."),
        (4, f"{MO} cannot be their own manager."),
        (5, "nobody in Slack has the id U7; `goodword directory sync` reads Slack anew."),
        (6, f"w@x.example is the same person in Slack as {ADA} in line 2."),
    ]


def test_circles_are_named_with_all_their_members() -> None:
    rows = [
        Row(2, "a@x", "b@x"),
        Row(3, "b@x", "c@x"),
        Row(4, "c@x", "a@x"),
        Row(5, "d@x", "e@x"),
        Row(6, "e@x", "d@x"),
    ]
    assert problems(*rows) == [
        (2, "a@x → b@x → c@x → a@x: they report to each other in a circle (lines 2, 3, 4)."),
        (5, "d@x → e@x → d@x: they report to each other in a circle (lines 5, 6)."),
    ]


def test_a_row_with_a_flaw_may_still_be_somebody_s_manager() -> None:
    assert problems(Row(2, EVE, slack_id="U7"), Row(3, ADA, EVE)) == [
        (2, "nobody in Slack has the id U7; `goodword directory sync` reads Slack anew.")
    ]


def test_scim_users_are_matched_by_e_mail_and_the_inactive_are_only_managers() -> None:
    users = [
        Colleague("1", ADA, manager="2", department="Sales", title="Rep"),
        Colleague("2", "left@x.example", active=False, manager="3"),
        Colleague("3", EVE, manager="3"),
        Colleague("4", MO, manager="unknown"),
        Colleague("5", ADA, active=True, manager="4"),
    ]
    assert read_colleagues(users, SLACK.by_email) == [
        Fact("U1", "mail:left@x.example", "Sales", "Rep"),
        Fact(f"mail:{EVE}"),
        Fact("U2"),
    ]


def test_what_is_quoted_from_a_file_stays_on_its_line_and_moves_no_cursor() -> None:
    assert quoted("a\x1b[2Jb\r\n=cmd|' /C calc'!A0") == "a�[2Jb =cmd|' /C calc'!A0"
    assert quoted("\u202eevil") == "�evil"
    assert len(quoted("x" * 500)) == 80
    assert Problem(2, "x") == Problem(2, "x")
