"""The decision: what a message is, and which of its words a coach would speak about."""

from collections.abc import Mapping, Sequence

from bot.rules.language import clauses, features, model, recipients, tongue
from bot.rules.language.lexicon import Found
from bot.rules.language.markup import CHANNEL, EMOJI, MENTIONS, SIGN, WORD, Page

NEUTRAL = "neutral"
# Gravest first: the order in which the coach speaks of them.
FLAGS = ("threat", "insult", "person_blame", "ordering", "shouting", "absolute", "sarcasm")

# By how much a complaint must be ahead of every other: a wrong interruption is worse than a miss.
SURE_OF_BLAME = 0.24
SURE_OF_IRONY = 0.9  # of blame that is dressed as thanks, with no word to show it
# The same of a shout-out, by what speaks for it (`features.evidence`); grim words beside open thanks make it
# harder, and so does it where no word of thanks or praise is known to us, but at most a deed.
SURE_OF_PRAISE = {"open": 0.2, "glad": 0.2, "deed": 0.8, "passed on": 0.5, "mild": 0.6, "none": 0.8}
SURE_BESIDE_GRIM = {**SURE_OF_PRAISE, "open": 0.3}
SURE_IT_IS_MEANT = 0.15  # what the second opinion on praise must be above
UNLIKELY = -0.6  # below it, the best of what is left is none
# What a flag's margin must be above: without a word that speaks for it, and with one.
FLAGGED = {
    "ordering": (0.0, -0.1),
    "absolute": (0.1, -0.7),
    "sarcasm": (0.0, -0.2),
    "threat": (0.0, -0.25),
    "shouting": (0.0, 0.0),
    "insult": (0.0, -0.55),
}
SPEAKS_FOR = {
    "ordering": {"urge"},
    "absolute": {"absolute"},
    "sarcasm": {"sarcasm", "rolleyes", "ironic"},
    "threat": {"threat"},
    "shouting": set[str](),
    "insult": {"insult"},
}
# Which labels a flag can stand beside.
BESIDE = {
    "ordering": {"complaint_person", "request"},
    "absolute": {"complaint_person"},
    "sarcasm": {"complaint_person", "complaint_process", "request"},
    "threat": {"complaint_person", "request"},
    "shouting": {"complaint_person", "complaint_process", "request"},
    "insult": {"complaint_person"},
}
LOUD_WORDS = 2
LEAST_LOUD = 0.5
_EDGED = frozenset({"ironic", "rolleyes", "wearied", "but", "absolute", "neg"})
_SOMEBODY = frozenset({"team", "person", "name", "pronoun", "you"})


def judge(page: Page, found: Sequence[Found]) -> tuple[str, tuple[str, ...]]:
    """The label, and the flags in the order of their gravity."""
    if not any(token.kind == WORD for token in page.tokens + page.aside):
        return NEUTRAL, ()
    if not tongue.is_ours(page.tokens or page.aside, model.weights()):
        return NEUTRAL, ()
    scores = model.score(features.extract(page, list(found)))
    label = _label(scores, page, found)
    return label, _flags(scores, label, page, found)


def _label(scores: Mapping[str, float], page: Page, found: Sequence[Found]) -> str:
    """The likeliest label; but praise and complaints only if they are far enough ahead of every other."""
    best = max(model.LABELS, key=lambda label: scores[label])
    rest = [label for label in model.LABELS if label not in {"shoutout", "complaint_person"}]
    if best in rest:
        return best
    names = {one.name for one in found if not page.tokens[one.start].quoted}
    if "advance" in names and not names & features.GRIM:  # thanks for what has not been done
        return max(rest, key=lambda label: scores[label])
    ahead = scores[best] - max(scores[label] for label in model.LABELS if label != best)
    if best == "shoutout":
        sure = _is_praise(scores[model.MEANT], ahead, page, found)
    else:
        slurred = "insult" in names  # which leaves little doubt of what is meant
        sure = slurred or ahead >= (SURE_OF_BLAME if _may_be_blame(page, found) else SURE_OF_IRONY)
    if sure:
        return best
    second = max(rest, key=lambda label: scores[label])
    if scores["shouting"] > 0 and is_loud(page) and scores["complaint_person"] > scores[second]:
        return "complaint_person"  # few shout at somebody in praise
    return second if scores[second] > UNLIKELY else NEUTRAL


def _may_be_blame(page: Page, found: Sequence[Found]) -> bool:
    """Open thanks with nothing grim or ironic beside them are no blame, unless all else says so."""
    names = {one.name for one in found if not page.tokens[one.start].quoted}
    return features.evidence(page, found) != ("open", False) or bool(names & _EDGED)


def _is_praise(meant: float, ahead: float, page: Page, found: Sequence[Found]) -> bool:
    """Whether both opinions are sure enough, for what speaks for it, that this credits somebody."""
    kind, grim = features.evidence(page, found)
    if ahead < (SURE_BESIDE_GRIM if grim else SURE_OF_PRAISE)[kind]:
        return False
    if meant <= SURE_IT_IS_MEANT:
        return False
    if kind in {"mild", "none"} and recipients.leaves_out(page):
        return False  # one of two is praised at the other's cost as often as not
    if clauses.sting(page):
        return False
    tokens = page.tokens
    if any(one.name == "rolleyes" and tokens[one.start].kind == EMOJI for one in found):
        return False
    return _names_somebody(page, found)


def _names_somebody(page: Page, found: Sequence[Found]) -> bool:
    if any(token.kind in MENTIONS for token in page.tokens + page.aside):
        return True
    if any(one.name in _SOMEBODY for one in found):
        return True
    return any(
        token.raw[:1].isupper() and before.kind not in {SIGN, CHANNEL}
        for before, token in zip(page.tokens, page.tokens[1:], strict=False)
    )


def _flags(scores: Mapping[str, float], label: str, page: Page, found: Sequence[Found]) -> tuple[str, ...]:
    names = {one.name for one in found if not page.tokens[one.start].quoted}
    raised = {
        flag
        for flag, least in FLAGGED.items()
        if label in BESIDE[flag] and scores[flag] > least[bool(SPEAKS_FOR[flag] & names)]
    }
    if label == "complaint_person":
        raised.add("person_blame")
    if "shouting" in raised and not is_loud(page):
        raised.discard("shouting")
    elif label in BESIDE["shouting"] and is_loud(page):
        raised.add("shouting")
    return tuple(flag for flag in FLAGS if flag in raised)


def is_loud(page: Page) -> bool:
    """Whether capitals or rows of exclamation and question marks stand in it; acronyms alone are not loud."""
    words = [token for token in page.tokens if token.kind == WORD and len(token.raw) > 1 and not token.quoted]
    capitals = [token for token in words if token.raw.isupper()]
    long = sum(len(token.raw) > 3 for token in capitals)  # noqa: PLR2004 - shorter ones are acronyms
    if long and len(capitals) > LOUD_WORDS - 1 and len(capitals) >= LEAST_LOUD * len(words):
        return True
    run = 0
    for token in page.tokens:
        run = run + 1 if token.form in {"!", "?"} and token.kind == SIGN else 0
        if run > 1:
            return True
    return False
