"""The decision: what a message is, and which of its words a coach would speak about."""

from collections.abc import Mapping, Sequence

from bot.rules.language import features, model, tongue
from bot.rules.language.lexicon import Found
from bot.rules.language.markup import CHANNEL, EMOJI, MENTIONS, SIGN, WORD, Page

NEUTRAL = "neutral"
# Gravest first: the order in which the coach speaks of them.
FLAGS = ("threat", "insult", "person_blame", "ordering", "shouting", "absolute", "sarcasm")

# By how much a label must be ahead of every other. A wrong interruption is worse than a miss.
SURE = {"shoutout": 0.55, "complaint_person": 0.1}
# What must not be there in a shout-out: the margin of the complaint, and of each flag.
MOST_BESIDE_PRAISE = {"complaint_person": -0.1, "sarcasm": -0.35, "insult": 0.0, "threat": 0.0}
FLAGGED = {"ordering": 0.0, "absolute": 0.0, "sarcasm": 0.0, "threat": 0.0, "shouting": 0.0, "insult": 0.0}
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
_SOMEBODY = frozenset({"team", "person", "name", "pronoun", "you"})


def judge(page: Page, found: Sequence[Found]) -> tuple[str, tuple[str, ...]]:
    """The label, and the flags in the order of their gravity."""
    if not any(token.kind == WORD for token in page.tokens + page.aside):
        return NEUTRAL, ()
    if not tongue.is_ours(page.tokens or page.aside, model.weights()):
        return NEUTRAL, ()
    scores = model.score(features.extract(page, list(found)))
    label = _label(scores, page, found)
    return label, _flags(scores, label, page)


def _label(scores: Mapping[str, float], page: Page, found: Sequence[Found]) -> str:
    """The likeliest label; but praise and complaints only if they are far enough ahead of every other."""
    best = max(model.LABELS, key=lambda label: scores[label])
    rest = [label for label in model.LABELS if label not in SURE]
    if best in rest:
        return best
    ahead = scores[best] - max(scores[label] for label in model.LABELS if label != best)
    if ahead < SURE[best] or (best == "shoutout" and _is_no_praise(scores, page, found)):
        return max(rest, key=lambda label: scores[label])
    return best


def _is_no_praise(scores: Mapping[str, float], page: Page, found: Sequence[Found]) -> bool:
    if any(scores[other] > most for other, most in MOST_BESIDE_PRAISE.items()):
        return True
    tokens = page.tokens
    if any(one.name == "rolleyes" and tokens[one.start].kind == EMOJI for one in found):
        return True
    return not _names_somebody(page, found)


def _names_somebody(page: Page, found: Sequence[Found]) -> bool:
    if any(token.kind in MENTIONS for token in page.tokens + page.aside):
        return True
    if any(one.name in _SOMEBODY for one in found):
        return True
    return any(
        token.raw[:1].isupper() and before.kind not in {SIGN, CHANNEL}
        for before, token in zip(page.tokens, page.tokens[1:], strict=False)
    )


def _flags(scores: Mapping[str, float], label: str, page: Page) -> tuple[str, ...]:
    raised = {flag for flag, least in FLAGGED.items() if scores[flag] > least and label in BESIDE[flag]}
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
