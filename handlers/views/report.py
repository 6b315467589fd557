"""The report for administrators, in plain words: whether thanks reach everybody, and nobody by name."""

from bot.digests import Fairness
from bot.rules.calendar import zone_of
from bot.rules.digest import QUIET_FOR
from handlers.views import digest as view


def in_words(found: Fairness) -> str:
    zone = zone_of(found.timezone)
    since, until = found.since.astimezone(zone), found.until.astimezone(zone)
    paragraphs = [
        f"Thanks of the last 90 days, {since:%Y-%m-%d} to {until:%Y-%m-%d}.",
        "\n".join(["Between the front office and the back office:", *_balance(found)]),
        "\n".join(["How they are spread:", *(f"  {line}" for line in _spread(found))]),
        "\n".join(["Who is left out:", f"  {_unthanked(found)}"]),
        "\n".join(["Rings:", f"  {_rings(found)}"]),
    ]
    return "\n\n".join(paragraphs)


def _balance(found: Fairness) -> list[str]:
    lines = [f"  {view.in_balance(one)}" for one in found.balance]
    return lines or ["  No thanks went from one to the other. Are departments in the org chart?"]


def _spread(found: Fairness) -> list[str]:
    if not found.thanks:
        return ["Nobody was thanked."]
    if found.spread is None:
        return ["Too few people were thanked to say how."]
    return [view.in_spread(found.spread)]


def _unthanked(found: Fairness) -> str:
    if not found.staff:
        return "No support staff are known: the setting support_departments says who they are."
    people = "person" if found.staff == 1 else "people"
    return (
        f"Of {found.staff} {people} in support and the back office, {found.unthanked} heard no thanks for "
        f"{QUIET_FOR.days} days. Their names are told to their own managers."
    )


def _rings(found: Fairness) -> str:
    rings = found.rings
    if not rings.groups:
        return "No people who mainly thank each other."
    many = "One group of people who" if rings.groups == 1 else f"{rings.groups} groups of people who"
    return (
        f"{many} mainly thank each other: {rings.people} people, with {rings.thanks} "
        f"of {found.thanks} thanks."
    )
