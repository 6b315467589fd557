"""From what a source tells to facts of the org chart: rows of a CSV file, users of a SCIM server."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.rules.chart import Fact, by_mail, circles

LONGEST_QUOTE = 80


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a CSV file; `line` is where it begins. E-mails are in lower case."""

    line: int
    email: str
    manager_email: str = ""
    department: str = ""
    title: str = ""
    slack_id: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that somebody must mend, with the line it is in."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class InSlack:
    """Those of the people in a file who are in Slack: by e-mail, and which of the ids exist."""

    by_email: Mapping[str, str]
    ids: frozenset[str]

    def member(self, row: Row) -> str:
        return row.slack_id or self.by_email.get(row.email) or by_mail(row.email)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A user of a SCIM server; `manager` is the id of another."""

    id: str
    email: str
    active: bool = True
    manager: str = ""
    department: str = ""
    title: str = ""


def read_rows(rows: Sequence[Row], known: InSlack) -> tuple[list[Fact], list[Problem]]:
    """Give the facts in a file and everything that is wrong with it; with a problem the facts are void."""
    by_email: dict[str, Row] = {}
    by_member: dict[str, Row] = {}
    problems: list[Problem] = []
    for row in rows:
        problem = _taken(row, known, by_email, by_member)
        if problem:
            problems.append(Problem(row.line, problem))
        # Even so it may be somebody's manager: one mistake is to be named once.
        by_email.setdefault(row.email, row)
        by_member.setdefault(known.member(row), row)
    facts = [_fact(row, known, by_email, problems) for row in by_email.values()]
    problems += _in_circles(facts, by_member)
    return facts, sorted(problems, key=lambda problem: problem.line)


def _taken(row: Row, known: InSlack, by_email: Mapping[str, Row], by_member: Mapping[str, Row]) -> str | None:
    """Say why a row cannot stand beside those before it."""
    if row.email in by_email:
        return f"{quoted(row.email)} is in line {by_email[row.email].line} already."
    if row.slack_id and row.slack_id not in known.ids:
        return f"nobody in Slack has the id {row.slack_id}; `goodword directory sync` reads Slack anew."
    other = by_member.get(known.member(row))
    if other:
        same = f"the same person in Slack as {quoted(other.email)} in line {other.line}"
        return f"{quoted(row.email)} is {same}."
    return None


def _fact(row: Row, known: InSlack, by_email: Mapping[str, Row], problems: list[Problem]) -> Fact:
    member = known.member(row)
    manager = None
    if row.manager_email:
        boss = by_email.get(row.manager_email)
        manager = known.member(boss) if boss else known.by_email.get(row.manager_email)
        if manager is None:
            who = quoted(row.manager_email)
            problems.append(Problem(row.line, f"the manager {who} is neither in this file nor in Slack."))
        elif manager == member:
            problems.append(Problem(row.line, f"{quoted(row.email)} cannot be their own manager."))
            manager = None
    return Fact(member, manager, row.department or None, row.title or None)


def _in_circles(facts: Iterable[Fact], by_member: Mapping[str, Row]) -> list[Problem]:
    found = []
    for circle in circles({fact.member: fact.manager for fact in facts if fact.manager}):
        rows = [by_member[member] for member in circle]
        way = " → ".join(quoted(row.email) for row in (*rows, rows[0]))
        lines = ", ".join(str(line) for line in sorted(row.line for row in rows))
        first = min(row.line for row in rows)
        found.append(Problem(first, f"{way}: they report to each other in a circle (lines {lines})."))
    return found


def read_colleagues(colleagues: Sequence[Colleague], by_email: Mapping[str, str]) -> list[Fact]:
    """Give the facts about everybody active. Somebody who left may still be a manager; the check says so.

    An e-mail that several have belongs to the first of them who is active.
    """
    ordered = sorted(colleagues, key=lambda one: not one.active)
    members = {one.id: by_email.get(one.email) or by_mail(one.email) for one in ordered}
    facts: dict[str, Fact] = {}
    for one in ordered:
        member = members[one.id]
        if one.active and member not in facts:
            boss = members.get(one.manager)
            manager = boss if boss != member else None
            facts[member] = Fact(member, manager, one.department or None, one.title or None)
    return list(facts.values())


def quoted(value: str) -> str:
    """A value of a file as it may be shown: on one line, not too long, nothing a terminal would obey."""
    seen = "".join(char if char.isprintable() else "�" for char in " ".join(value.split()))
    return seen if len(seen) <= LONGEST_QUOTE else f"{seen[: LONGEST_QUOTE - 1]}…"
