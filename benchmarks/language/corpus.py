"""Reads the labelled messages: `label flags:recipients|text`, one a line, or JSON as `given` has it.

The label is S (shout-out), C (complaint at a person), P (about a process), R (request) or N (neutral);
small letters after it are flags. `@a` stands for a person, `@A` for a user group. A shout-out credits
everybody mentioned, unless its recipients stand after a colon; a complaint at a person always blames one.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
LABELS = {"S": "shoutout", "C": "complaint_person", "P": "complaint_process", "R": "request", "N": "neutral"}
FLAGS = {
    "b": "person_blame",
    "o": "ordering",
    "a": "absolute",
    "s": "sarcasm",
    "t": "threat",
    "h": "shouting",
    "i": "insult",
}
_MENTION = re.compile(r"(?<!\w)@([A-Za-z])\b")
_EXPANDED = re.compile(r"<@[^>]+>")
EVERY = 4  # which messages are told again about others
OTHERS = (
    *(
        "Amina",
        "the night shift",
        "Tom in dispatch",
        "finance",
        "Mrs Okafor",
        "the warehouse",
        "Lena from IT",
    ),
    *("our support team", "Pavel", "the drivers", "the front desk", "Ngozi", "accounts", "the lab"),
)
# By the kind of a deed, the frames it is told in; what was simply done is thanked for.
DEEDS = {"+": ("+G", "+P"), "-": ("sG", "-P"), "=": ("+G", "+G")}
_NAMES = ("ada", "ben", "cy", "dee", "eve", "finn", "gus", "hal")


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled message, as Slack would deliver it."""

    id: str
    text: str
    label: str
    recipients: frozenset[str]
    flags: frozenset[str]


def load(folder: str) -> list[Example]:
    """Every example of a folder, in the order of the files' names; the same text twice is an error."""
    found = [one for path in sorted((HERE / folder).glob("*.txt")) for one in _read(path)]
    found += [one for path in sorted((HERE / folder).glob("*.jsonl")) for one in given(path)]
    texts: dict[str, str] = {}
    for one in found:
        if other := texts.get(one.text):
            raise SystemExit(f"{one.id} is the same as {other}")
        texts[one.text] = one.id
    return found


def given(file: Path) -> list[Example]:
    """Messages as `goodword classify` takes them, each with its `label`, `recipients` and `flags`."""
    lines = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
    return [
        Example(one["id"], one["text"], one["label"], frozenset(one["recipients"]), frozenset(one["flags"]))
        for one in lines
    ]


def with_others(examples: list[Example]) -> list[Example]:
    """Some messages again, about a group, a plain name or a team, so that who it is weighs little."""
    found = []
    for at, one in enumerate(examples):
        mentions = set(_EXPANDED.findall(one.text))
        if len(mentions) != 1 or at % EVERY or one.label not in {"shoutout", "complaint_person"}:
            continue
        if at % (2 * EVERY):
            other, recipients = mention("A", named=False), frozenset({id_of("A")})
        else:
            other, recipients = OTHERS[at % len(OTHERS)], frozenset[str]()
        text = _EXPANDED.sub(other, one.text)
        credited = recipients if one.recipients else frozenset[str]()
        found.append(Example(f"{one.id} again", text, one.label, credited, one.flags))
    return found


def with_deeds() -> list[Example]:
    """What people did, in two frames each: the same words around a good deed are praise, else sarcasm."""
    frames: dict[str, list[str]] = {}
    for line in _lines(HERE / "slots" / "frames.txt"):
        frames.setdefault(line[:2], []).append(line[3:])
    turns = dict.fromkeys(frames, 0)
    found = []
    for number, line in enumerate(_lines(HERE / "slots" / "deeds.txt"), start=1):
        kind, verbs, rest = line.split(" ", 2)
        doing, did = verbs.split("/")
        for frame in DEEDS[kind]:
            for _ in range(2):
                form = frames[frame][turns[frame] % len(frames[frame])]
                turns[frame] += 1
                said = form.replace("{}", f"{doing if frame[1] == 'G' else did} {rest}")
                told = {"+": "S", "s": "Cs", "-": "C"}[frame[0]]
                found.append(parse(f"deeds:{number}", f"{told}|{said}"))
    return found


def _lines(path: Path) -> Iterator[str]:
    return (
        line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    )


def _read(path: Path) -> Iterator[Example]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line and not line.startswith("#"):
            yield parse(f"{path.stem}:{number}", line)


def parse(id: str, line: str) -> Example:
    head, bar, text = line.partition("|")
    kind, colon, credited = head.partition(":")
    if not bar or kind[:1] not in LABELS or not set(kind[1:]) <= set(FLAGS):
        raise SystemExit(f"{id}: cannot be read: {line}")
    label = LABELS[kind[0]]
    flags = {FLAGS[letter] for letter in kind[1:]} | ({"person_blame"} if kind[0] == "C" else set())
    body = text.replace("\\n", "\n")
    letters = credited.strip("-") if colon else "".join(_MENTION.findall(body)) if kind[0] == "S" else ""
    named = sum(map(ord, text)) % 12 == 0  # one in twelve comes with a name, as Slack does it at times
    expanded = _MENTION.sub(lambda match: mention(match[1], named=named), body)
    return Example(id, expanded, label, frozenset(map(id_of, letters)), frozenset(flags))


def id_of(letter: str) -> str:
    return f"{'S' if letter.isupper() else 'U'}0TRAIN{letter.upper()}"


def mention(letter: str, *, named: bool) -> str:
    if letter.isupper():
        return f"<!subteam^{id_of(letter)}|@desk-{letter.lower()}>"
    name = f"|{_NAMES[ord(letter) % len(_NAMES)]}" if named else ""
    return f"<@{id_of(letter)}{name}>"
