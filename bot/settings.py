"""What administrators can set per workspace: names, defaults, and what a valid value is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import Refusal
from bot.holidays import is_known
from bot.messages import RECOGNITION
from bot.ports import Change, Work

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONGEST_NAME = 100  # characters of a department's name
LONGEST_VALUE = 3000  # characters of a setting; what one field of a form can hold


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
    # In small letters first: of some letters two are made, and what is kept has to be read again.
    typed = typed.strip().lower()
    words = [w.strip().removeprefix("#") for w in re.split(r"[,\s]+", typed) if w.strip("# ")]
    if not words or not all(re.fullmatch(r"[^\W_][\w\-]{0,49}", w) for w in words):
        raise Refusal("values are words separated by commas, such as: ownership, teamwork, care.")
    return ", ".join(dict.fromkeys(words))


def _fallback(typed: str) -> str:
    """A person's or a private channel's id; `none` where nobody stands in."""
    value = typed.strip().removeprefix("<@").removesuffix(">")
    if value.casefold() in {"", "none"}:
        return ""
    if not re.fullmatch(r"[UWCG][A-Z0-9]{6,}", value):
        raise Refusal("fallback is the id of a person or a private channel, such as U012AB3CD, or none.")
    return value


def _days(name: str, most: int) -> Callable[[str], str]:
    def read(typed: str) -> str:
        value = typed.strip()
        if not (value.isascii() and value.isdigit() and 1 <= int(value) <= most):
            raise Refusal(f"{name} is a number of days from 1 to {most}.")
        return str(int(value))

    return read


def _country(typed: str) -> str:
    """ISO 3166 country code, and a subdivision after a hyphen: `CH-ZH`."""
    value = typed.strip().upper()
    if value in {"", "NONE"}:
        return ""
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", value):
        raise Refusal("holidays is a country such as GB, or a part of one such as CH-ZH, or none.")
    if not is_known(value):
        raise Refusal(
            f"holidays: of {value} no holidays are known; GB is a country, and CH-ZH a part of one."
        )
    return value


def _digest_time(typed: str) -> str:
    """A weekday and a time of the day, such as `Fri 16:00`; the weekday by name, for numbers mislead."""
    day, _, clock = " ".join(typed.split()).partition(" ")
    days = [one for one in DAYS if day.casefold().startswith(one.casefold())]
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", clock)
    if not found or not days:
        raise Refusal("digest_time is a weekday and a time, such as: Fri 16:00.")
    return f"{days[0]} {int(found.group(1)):02}:{found.group(2)}"


def _departments(typed: str) -> str:
    names = [" ".join(name.split()) for name in typed.split(",")]
    kept = list(dict.fromkeys(name for name in names if name))
    if not kept or any(len(name) > LONGEST_NAME for name in kept):
        raise Refusal("support_departments are names separated by commas, such as: Support, Back Office.")
    return ", ".join(kept)


def _groups(typed: str) -> str:
    """Ids of user groups, separated by commas."""
    typed_ids = typed.replace(",", " ").split()
    found = [one.removeprefix("<!subteam^").partition("|")[0].removesuffix(">") for one in typed_ids]
    if found in ([], ["none"]):
        return ""
    if not all(re.fullmatch(r"S[A-Z0-9]{1,63}", one) for one in found):
        raise Refusal("support_groups are ids of user groups, such as S012AB3CD, or none.")
    return ", ".join(dict.fromkeys(found))


def _executives(typed: str) -> str:
    """A person's or a private channel's id; `none` where no such digest is wanted."""
    value = typed.strip().removeprefix("<@").removesuffix(">")
    if value.casefold() in {"", "none"}:
        return ""
    if not re.fullmatch(r"[UWCG][A-Z0-9]{1,63}", value):
        raise Refusal("executives is the id of a person or a private channel, such as U012AB3CD, or none.")
    return value


def _emoji(name: str) -> Callable[[str], str]:
    def read(typed: str) -> str:
        value = typed.strip().strip(":").casefold()
        if value == "none":
            return ""
        if not re.fullmatch(r"[a-z0-9_+'\-]{1,100}", value):
            raise Refusal(f"{name} is an emoji by its name, such as :kudos:, or none.")
        return value

    return read


def _number(name: str, most: int, *, of: str) -> Callable[[str], str]:
    def read(typed: str) -> str:
        value = typed.strip().casefold()
        if value == "off":
            return "0"
        if not (value.isascii() and value.isdigit() and int(value) <= most):
            raise Refusal(f"{name} is {of} from 0 to {most}; 0 switches it off.")
        return str(int(value))

    return read


def _one_of(name: str, *values: str) -> Callable[[str], str]:
    def read(typed: str) -> str:
        value = typed.strip().casefold()
        if value not in values:
            raise Refusal(f"{name} is one of {', '.join(values)}.")
        return value

    return read


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
        Setting(
            "digest_time",
            "Fri 16:00",
            "When the weekly digest is posted, in the time zone of the workspace",
            _digest_time,
        ),
        Setting(
            "support_departments",
            "Support, Customer Service, Customer Support, Technical Support, Back Office, Operations, "
            "Field Service",
            "Departments whose people count as support staff",
            _departments,
        ),
        Setting("support_groups", "", "User groups whose members count as support staff", _groups),
        Setting("executives", "", "Who gets the monthly digest: a person or a private channel", _executives),
        Setting("kudos_emoji", "kudos", "The emoji that thanks a message's author", _emoji("kudos_emoji")),
        Setting(
            "seconding_emoji",
            "raised_hands",
            "The emoji on a kudos that joins in",
            _emoji("seconding_emoji"),
        ),
        Setting(
            "kudos_per_day",
            "20",
            "How many kudos one person can give in a day",
            _number("kudos_per_day", 1000, of="a number"),
        ),
        Setting(
            "outcome_after_days",
            "14",
            "Days after a kudos until its giver is asked what it yielded; 0: never",
            _number("outcome_after_days", 365, of="a number of days"),
        ),
        Setting(
            "capture_default",
            "suggest",
            "What is done about thanks in ordinary talk: suggest asks the author, auto records, off",
            _one_of("capture_default", "suggest", "auto", "off"),
        ),
        Setting(
            "complaint_nudge",
            "on",
            "Whether somebody who complains at a colleague in public is shown another way, in private: "
            "on or off",
            _one_of("complaint_nudge", "on", "off"),
        ),
        Setting("fallback", "", "Who takes an escalation where the org chart has no answer", _fallback),
        Setting("timezone", "UTC", "The time zone the workspace lives by, such as Europe/Berlin", _timezone),
        Setting("holidays", "", "The country whose public holidays are no working days", _country),
        Setting(
            "reminder_after",
            "1",
            "Working days until the holder of an escalation is reminded",
            _days("reminder_after", 30),
        ),
        Setting(
            "hand_up_after",
            "2",
            "Working days until an escalation is handed one level up",
            _days("hand_up_after", 60),
        ),
        Setting(
            "retention_days",
            "180",
            "Days after closing until an escalation's words are erased",
            _days("retention_days", 3650),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The settings in force in one workspace."""

    recognition_channel: str
    values: tuple[str, ...]
    fallback: str
    timezone: str
    holidays: str
    reminder_after: int
    hand_up_after: int
    retention_days: int
    digest_time: str = "Fri 16:00"
    support_departments: tuple[str, ...] = ()
    support_groups: tuple[str, ...] = ()
    executives: str = ""
    kudos_emoji: str = ""
    seconding_emoji: str = ""
    kudos_per_day: int = 0
    outcome_after_days: int = 0
    capture_default: str = "suggest"
    complaint_nudge: bool = True


def chosen(work: Work) -> Chosen:
    return _chosen(frozenset(work.settings.current().items()))


@lru_cache(256)  # each kudos asks for them
def _chosen(kept: frozenset[tuple[str, str]]) -> Chosen:
    values = _with_defaults(dict(kept))
    return Chosen(
        recognition_channel=values["recognition_channel"],
        values=tuple(values["values"].split(", ")),
        fallback=values["fallback"],
        timezone=values["timezone"],
        holidays=values["holidays"],
        reminder_after=int(values["reminder_after"]),
        hand_up_after=int(values["hand_up_after"]),
        retention_days=int(values["retention_days"]),
        digest_time=values["digest_time"],
        support_departments=_listed(values["support_departments"]),
        support_groups=_listed(values["support_groups"]),
        executives=values["executives"],
        kudos_emoji=values["kudos_emoji"],
        seconding_emoji=values["seconding_emoji"],
        kudos_per_day=int(values["kudos_per_day"]),
        outcome_after_days=int(values["outcome_after_days"]),
        capture_default=values["capture_default"],
        complaint_nudge=values["complaint_nudge"] == "on",
    )


def _listed(value: str) -> tuple[str, ...]:
    return tuple(value.split(", ")) if value else ()


def current(work: Work) -> Mapping[str, str]:
    """Return every setting with its value, defaults filled in."""
    return _with_defaults(work.settings.current())


def _with_defaults(kept: Mapping[str, str]) -> Mapping[str, str]:
    return {name: kept.get(name, setting.default) for name, setting in ALL.items()}


def change(work: Work, name: str, typed: str, by: str, now: datetime) -> str:
    """Set one setting and keep who did it; gives the value as stored."""
    value = known(name).read(typed)
    if len(value) > LONGEST_VALUE:
        raise Refusal(f"{name} is a little long: please keep it under {LONGEST_VALUE:,} characters.")
    _fits_the_others({**current(work), name: value}, name)
    work.settings.change(name, value, by, now)
    _settled(work, name, now)
    return value


def restore(work: Work, name: str, by: str, now: datetime) -> None:
    """Let the default count again."""
    if known(name).name in work.settings.current():
        _fits_the_others({**current(work), name: ALL[name].default}, name)
        work.settings.change(name, None, by, now)
        _settled(work, name, now)


def _settled(work: Work, name: str, now: datetime) -> None:
    if name == "recognition_channel":
        work.outbox.release(now, RECOGNITION)  # what could not be posted before may find its way now


def _fits_the_others(values: Mapping[str, str], name: str) -> None:
    """Nothing is handed up before its holder was reminded."""
    first, then = values["reminder_after"], values["hand_up_after"]
    if name in {"reminder_after", "hand_up_after"} and int(then) < int(first):
        other, kept = ("hand_up_after", then) if name == "reminder_after" else ("reminder_after", first)
        raise Refusal(f"hand_up_after may not be less than reminder_after: {other} is {kept}.")


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
