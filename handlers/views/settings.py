"""How the settings look to administrators: a list, a form for one of them, and what was changed before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.ports import Change
from bot.rules.people import Group
from bot.settings import ALL, LONGEST_VALUE, Setting
from handlers.payloads import Submission
from handlers.views import blocks
from handlers.views.blocks import Block, Element, plain

OPEN, CHANGE, HISTORY, FORM = "settings_open", "settings_change", "settings_history", "setting_form"
VALUE, PERSON, CHANNEL, GROUPS = "value", "person", "channel", "groups"
SOMEBODY = frozenset({"fallback", "executives"})  # a person or a private channel
LISTS = frozenset({"values", "support_departments", "support_groups"})  # too long for one line
CHANNELS, CHANNELS_FORM, MODE, LIKE_OTHERS = "channels_open", "channels_form", "mode", "default"
MODES = {"suggest": "ask the author", "auto": "record it at once", "off": "nothing"}
MOST_CHANNELS = 100  # with a mode of their own, shown in one list
MOST_CHANGES = 40  # shown; `goodword settings history` has them all
MOST_GROUPS = 1000  # of more than these the form grows too large for Slack (250 kB)
LONGEST_SHOWN, LONGEST_CHANGE = 900, 300  # characters of a value in a list


def title(name: str) -> str:
    """`recognition_channel` as people read it."""
    return name.replace("_", " ").capitalize()


def listing(values: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
    """Every setting with its value and a button to change it; `names` are those of ids in the values."""
    rows = [_row(setting, values[setting.name], names) for setting in ALL.values()]
    return {
        "type": "modal",
        "callback_id": "settings",
        "title": plain("Settings"),
        "close": plain("Close"),
        "blocks": [
            blocks.context("For this workspace. A change counts from the moment you save it."),
            *rows,
            blocks.buttons(blocks.button(HISTORY, "What was changed before")),
        ],
    }


def form(setting: Setting, value: str, groups: Sequence[Group]) -> dict[str, Any]:
    """The form for one setting; left empty, the default counts again."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": setting.name,
        "title": plain(title(setting.name)[:24]),
        "submit": plain("Save"),
        "close": plain("Back"),
        "blocks": [_explained(setting), *_inputs(setting, value, groups)],
    }


def history(changes: Sequence[Change], names: Mapping[str, str], timezone: str) -> dict[str, Any]:
    """The latest changes first, each with who and when."""
    lines = [_changed(change, names, timezone) for change in changes[:MOST_CHANGES]]
    if len(changes) > MOST_CHANGES:
        lines.append(f"{len(changes) - MOST_CHANGES} earlier ones are in the database.")
    return {
        "type": "modal",
        "callback_id": "settings_history",
        "title": plain("What was changed"),
        "close": plain("Back"),
        "blocks": [blocks.words(line) for line in lines or ["Nothing was changed so far."]],
    }


def channels(modes: Mapping[str, str], default: str) -> dict[str, Any]:
    """Which channels have a mode of their own, and the form to give one to a channel."""
    options = [blocks.option(blocks.capital(label), mode) for mode, label in MODES.items()]
    own = [blocks.line(blocks.channel(id), blocks.text(f": {MODES[mode]}")) for id, mode in modes.items()]
    listed = [blocks.rich(blocks.bullets(own[:MOST_CHANNELS]))] if own else []
    if len(own) > MOST_CHANNELS:
        listed.append(blocks.context(f"{len(own) - MOST_CHANNELS} more channels have a choice of their own."))
    where = "Everywhere else" if own else "Everywhere"
    said = f"{where}: {MODES[default]}. Goodword reads along only where it was invited."
    return {
        "type": "modal",
        "callback_id": CHANNELS_FORM,
        "title": plain("Thanks in channels"),
        "submit": plain("Save"),
        "close": plain("Close"),
        "blocks": [
            *listed,
            blocks.words(said),
            blocks.asked(
                CHANNEL, "Channel", {"type": "conversations_select", "filter": {"include": ["public"]}}
            ),
            blocks.asked(
                MODE,
                "What to do when somebody thanks a colleague there",
                {
                    "type": "static_select",
                    "options": [*options, blocks.option("As everywhere else", LIKE_OTHERS)],
                },
            ),
        ],
    }


def mode_chosen(sent: Submission) -> tuple[str, str]:
    """The channel and its mode; empty for none of its own."""
    mode = sent.field(MODE).selected_option.value
    return sent.field(CHANNEL).selected_conversation, "" if mode == LIKE_OTHERS else mode


def typed(sent: Submission) -> str:
    """What was entered, in whichever field the form had, as the command line would take it."""
    found = (
        sent.field(VALUE).value,
        sent.field(PERSON).selected_user,
        sent.field(CHANNEL).selected_conversation,
        ", ".join(option.value for option in sent.field(GROUPS).selected_options),
    )
    return next(filter(None, found), "")


def field_of(name: str) -> str:
    """The block beside which a refusal of this setting is shown."""
    return PERSON if name in SOMEBODY else GROUPS if name == "support_groups" else VALUE


def _row(setting: Setting, value: str, names: Mapping[str, str]) -> Block:
    change = blocks.button(CHANGE, "Change", value=setting.name)
    shown = blocks.parts(_shown(value, names), LONGEST_SHOWN)
    return blocks.titled(title(setting.name), f"{shown}\n{setting.meaning}.", change)


def _shown(value: str, names: Mapping[str, str]) -> str:
    return ", ".join(names.get(part, part) for part in value.split(", ")) or "none"


def _changed(change: Change, names: Mapping[str, str], timezone: str) -> str:
    when = _local(change.at, timezone)
    value = (
        "the default" if change.value is None else blocks.parts(_shown(change.value, names), LONGEST_CHANGE)
    )
    return f"{when}: {names.get(change.by, change.by)} set {title(change.name).lower()} to {value}."


def _local(moment: datetime, timezone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


def _explained(setting: Setting) -> Block:
    return blocks.words(f"{setting.meaning}. Left empty, it is {setting.default or 'none'}.")


def _inputs(setting: Setting, value: str, groups: Sequence[Group]) -> list[Block]:
    if setting.name in SOMEBODY:
        return _somebody(value)
    if setting.name == "support_groups" and groups:
        return [_groups(value, groups)]
    element: Element = {"type": "plain_text_input", "max_length": LONGEST_VALUE}
    if setting.name in LISTS:
        element["multiline"] = True
    if value:
        element["initial_value"] = value
    return [blocks.optional(VALUE, title(setting.name), element)]


def _somebody(value: str) -> list[Block]:
    person: Element = {"type": "users_select"}
    channel: Element = {
        "type": "conversations_select",
        "filter": {"include": ["private"], "exclude_external_shared_channels": True},
    }
    if value.startswith(("U", "W")):
        person["initial_user"] = value
    elif value:
        channel["initial_conversation"] = value
    return [
        blocks.optional(PERSON, "A person", person),
        blocks.optional(CHANNEL, "or a private channel that Goodword is in", channel),
    ]


def _groups(value: str, groups: Sequence[Group]) -> Block:
    options = [blocks.option(f"@{group.handle}", group.id) for group in groups[:MOST_GROUPS]]
    element: Element = {"type": "multi_static_select", **blocks.options(options)}
    chosen = [option for option in options if option["value"] in value.split(", ")]
    if chosen:
        element["initial_options"] = chosen
    return blocks.optional(GROUPS, "User groups", element)
