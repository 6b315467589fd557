"""The org chart as Slack's profiles tell it: the title, and the fields labelled Manager and Department."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.rules.chart import FIELDS, Fact, Field

PERSON = re.compile(r"[UW][A-Z0-9]+")
# Nobody of whom Slack tells any more; what they said before stays.
UNSEEN = frozenset({"user_not_found", "user_not_visible", "users_not_found"})


@dataclass(frozen=True, slots=True)
class Labels:
    """The ids of the workspace's own profile fields; empty where there is no such field."""

    manager: str = ""
    department: str = ""

    def __bool__(self) -> bool:
        return bool(self.manager or self.department)


async def read_labels(client: AsyncWebClient, workspace: str) -> Labels | None:
    """Find the fields by their label, for they have no fixed id; None where the scope was not granted."""
    try:
        answer = await client.team_profile_get(team_id=workspace)
    except SlackApiError as error:
        if error.response.get("error") == "missing_scope":
            return None
        raise
    found: dict[tuple[str, bool], str] = {}
    for field in answer["profile"].get("fields") or ():
        label = str(field.get("label", "")).strip().casefold()
        found.setdefault((label, field.get("type") == "user"), str(field["id"]))
    return Labels(found.get(("manager", True), ""), found.get(("department", False), ""))


async def read_fact(client: AsyncWebClient, id: str, labels: Labels) -> Fact | None:
    try:
        answer = await client.users_profile_get(user=id)
    except SlackApiError as error:
        if error.response.get("error") in UNSEEN:
            return None
        raise
    return fact_of(id, answer["profile"], labels)


def fact_of(id: str, profile: Mapping[str, Any], labels: Labels) -> Fact:
    """Read a profile. Its `fields` are an object, but a list or nothing where none is filled in."""
    fields = profile.get("fields")
    filled = fields if isinstance(fields, dict) else {}
    named = PERSON.match(_value(filled, labels.manager))
    manager = named[0] if named and named[0] != id else None
    department = _value(filled, labels.department) or None
    return Fact(id, manager, department, str(profile.get("title") or "").strip() or None)


def heard_of(user: Mapping[str, Any], labels: Labels | None) -> tuple[Fact, Collection[Field]]:
    """Give what a user object tells, and which fields of it that are.

    In users.list, and in some events, the company's own fields are left out without a word; that is no
    reason to forget a manager.
    """
    told = user.get("profile")
    profile = told if isinstance(told, dict) else {}
    fact = fact_of(str(user["id"]), profile, labels or Labels())
    complete = labels is not None and (profile.get("fields") or not labels)
    return fact, FIELDS if complete else ("title",)


def _value(fields: Mapping[str, Any], id: str) -> str:
    field = fields.get(id) if id else None
    return str(field.get("value") or "").strip() if isinstance(field, dict) else ""
