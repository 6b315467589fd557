"""What administrators can set per workspace: names, defaults, and what a valid value is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import Refusal
from bot.messages import RECOGNITION
from bot.ports import Change, Work


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `read` turns what was typed into its stored form, or refuses with a sentence."""

    name: str
    default: str
    meaning: str
    read: Callable[[str], str]


def _channel(typed: str) -> str:
    """A channel as `#name` or as its id; Slack's own limit for names is 80 characters."""
    value = typed.strip()
    if re.fullmatch(r"[CG][A-Z0-9]{6,}", value):
        return value
    name = value.removeprefix("#").lower()
    if not re.fullmatch(r"[\w\-]{1,80}", name):
        raise Refusal("recognition_channel is a channel such as #kudos, or its id such as C012AB3CD.")
    return f"#{name}"


def _values(typed: str) -> str:
    words = [w.strip().removeprefix("#") for w in re.split(r"[,\s]+", typed.strip()) if w.strip("# ")]
    if not words or not all(re.fullmatch(r"[^\W_][\w\-]{0,49}", w) for w in words):
        raise Refusal("values are words separated by commas, such as: ownership, teamwork, care.")
    return ", ".join(dict.fromkeys(w.lower() for w in words))


def _timezone(typed: str) -> str:
    """A name of the IANA time zone database; its capitals need not be known by heart."""
    name = typed.strip().replace(" ", "_")
    zones = {zone.casefold(): zone for zone in available_timezones()}
    if name.casefold() not in zones:
        near = get_close_matches(name.casefold(), zones, n=1)
        hint = f"did you mean {zones[near[0]]}?" if near else "Europe/Berlin and America/New_York are two."
        raise Refusal(f"timezone is the name of a time zone; {hint}")
    return ZoneInfo(zones[name.casefold()]).key


ALL = {
    s.name: s
    for s in (
        Setting("recognition_channel", "#kudos", "The channel in which people are thanked", _channel),
        Setting(
            "values",
            "ownership, teamwork, care, craft, courage",
            "The company's values: known #tags",
            _values,
        ),
        Setting("timezone", "UTC", "The time zone the workspace lives by, such as Europe/Berlin", _timezone),
    )
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The settings in force in one workspace."""

    recognition_channel: str
    values: tuple[str, ...]
    timezone: str


def chosen(work: Work) -> Chosen:
    values = current(work)
    return Chosen(
        recognition_channel=values["recognition_channel"],
        values=tuple(values["values"].split(", ")),
        timezone=values["timezone"],
    )


def current(work: Work) -> Mapping[str, str]:
    """Return every setting with its value, defaults filled in."""
    kept = work.settings.current()
    return {name: kept.get(name, setting.default) for name, setting in ALL.items()}


def change(work: Work, name: str, typed: str, by: str, now: datetime) -> str:
    """Set one setting and keep who did it; gives the value as stored."""
    value = known(name).read(typed)
    work.settings.change(name, value, by, now)
    if name == "recognition_channel":
        work.outbox.release(now, RECOGNITION)  # what could not be posted before may find its way now
    return value


def history(work: Work) -> list[Change]:
    return work.settings.history()


def channels_since(work: Work, moment: datetime) -> list[str]:
    """Every recognition channel that was in force at some time since then, the latest first."""
    found = []
    for made in work.settings.history():
        if made.name == "recognition_channel":
            found.append(made.value or ALL[made.name].default)
            if made.at <= moment:
                return found
    return [*found, ALL["recognition_channel"].default]


def known(name: str) -> Setting:
    if name in ALL:
        return ALL[name]
    near = get_close_matches(name, ALL, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(ALL)}."
    raise Refusal(f"There is no setting called {name}; {hint}")
