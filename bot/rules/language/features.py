"""What the model weighs in a message: words, pairs of them, what they mean to us, where mentions stand."""

from collections.abc import Sequence
from itertools import pairwise

from bot.rules.language import lexicon, outline
from bot.rules.language.lexicon import Found
from bot.rules.language.markup import CHANNEL, EMOJI, LINK, MENTIONS, NUMBER, SIGN, WORD, Page, Token

NEAR = 4  # tokens around a mention that count as beside it
SIZES = (4, 8, 16, 32)  # tokens of a message
STORY = 6  # tokens from which something is told, not only named
LONG = 5  # letters from which the beginning and the end of a word are features, too
_POLAR = frozenset(
    {
        *(
            "thank",
            "credit",
            "praise",
            "saved",
            "posout",
            "fail",
            "insult",
            "negout",
            "badthing",
            "thing",
            "team",
        ),
        *("person", "sarcasm", "absolute", "threat", "urge", "ask", "self", "deny", "hyp", "report", "relay"),
        *(
            "joy",
            "rolleyes",
            "banter",
            "courtesy",
            "robot",
            "cover",
            "verb",
            "pronoun",
            "you",
            "but",
            "neg",
            "name",
        ),
        *("good", "bad", "wearied", "plain", "opinion", "me", "us", "ironic", "advance"),
    }
)
_PAIRED = _POLAR - {"verb", "neg", "hyp", "pronoun", "time"}
_NEAR_MENTIONS = _POLAR | {"time", "me", "us"}
OPEN = frozenset({"thank", "credit", "praise"})
GLAD = frozenset({"thank", "credit", "praise", "saved", "posout", "good", "joy"})
DEEDS = frozenset({"saved", "posout"})  # what somebody did, and how it ended; blame tells such as well
GRIM = frozenset({"fail", "insult", "negout", "badthing", "bad", "rolleyes", "threat"})
_REASONS = frozenset(
    {"for", "on", "who", "that", "because", "für", "dass", "pour", "d'", "qui", "por", "que", "kwa"}
)
SHAPES = dict.fromkeys(MENTIONS, "@") | {CHANNEL: "#c", LINK: "#l", NUMBER: "0"}


def extract(page: Page, found: list[Found]) -> set[str]:
    """The names of everything that holds of a message."""
    tokens = page.tokens
    shapes = [_shape(token) for token in tokens]
    own = [one for one in found if not tokens[one.start].quoted]
    features = {"bias"}
    features.update(_words(tokens, shapes))
    features.update(_classes(own, tokens))
    features.update(_mentions(tokens, own))
    features.update(_whole(page, tokens, own))
    features.update(_drift(tokens, own))
    features.update(_acts(tokens, own))
    features.update(outline.pairs(tokens, found))
    return features


def _shape(token: Token) -> str:
    if token.quoted:
        return "q"
    if token.kind == WORD:
        return token.form if not token.form[0].isdigit() else "0x"
    if token.kind == EMOJI:
        return ":" + token.form
    return SHAPES.get(token.kind, token.form)


def _words(tokens: tuple[Token, ...], shapes: list[str]) -> set[str]:
    features = set()
    before, two = "^", ""
    for token, shape in zip(tokens, shapes, strict=True):
        if shape == "-" or shape == "*" or shape == "_":  # noqa: PLR1714 - this is faster
            continue
        features.add("w:" + shape)
        features.add(f"b:{before} {shape}")
        if two:
            features.add(f"t:{two} {before} {shape}")
        if token.kind == WORD and len(shape) >= LONG and shape != "q":
            features.add("p:" + shape[:4])
            features.add("s:" + shape[-3:])
            if len(shape) > LONG:
                features.add("p:" + shape[:5])
                features.add("s:" + shape[-4:])
        two, before = before, shape
    features.add(f"b:{before} $")
    return features


def _classes(found: list[Found], tokens: tuple[Token, ...]) -> set[str]:
    features: set[str] = set()
    last = [one for one in found if one.name in _POLAR]
    names = {one.name for one in last}
    features.update("k:" + name for name in names)
    paired = sorted(names & _PAIRED)
    features.update(f"kk:{a}+{b}" for at, a in enumerate(paired) for b in paired[at + 1 :])
    for a, b in pairwise(last):
        if b.start - a.end <= NEAR and b.start >= a.end:
            features.add(f"ks:{a.name}>{b.name}")
    if last:
        if last[0].start == 0:
            features.add("k0:" + last[0].name)
        final = tokens[-1].sentence
        features.update("kf:" + one.name for one in last if final and tokens[one.start].sentence == final)
        features.update("ki:" + one.name for one in last if final and tokens[one.start].sentence == 0)
    return features


def _mentions(tokens: tuple[Token, ...], found: list[Found]) -> set[str]:
    features = set()
    at_mentions = [at for at, token in enumerate(tokens) if token.kind in MENTIONS]
    features.add(f"m:{min(len(at_mentions), 3)}")
    if at_mentions:
        features.add("m0" if at_mentions[0] == 0 else "m+")
        if at_mentions[-1] >= len(tokens) - 2:
            features.add("m$")
        if any(tokens[at].kind == "group" for at in at_mentions):
            features.add("mg")
    for at in at_mentions[:3]:
        for one in found:
            if one.name in _NEAR_MENTIONS:
                if 0 <= one.start - at - 1 <= NEAR:
                    features.add("ma:" + one.name)
                elif 0 <= at - one.end <= NEAR:
                    features.add("mb:" + one.name)
        after = tokens[at + 1].form if at + 1 < len(tokens) else "$"
        features.add("m>" + after)
        if after[-2:] == "ed" or after[-3:] == "ing" or after[-1:] == "s":
            features.add("m>~" + after[-2:])
    return features


def _drift(tokens: tuple[Token, ...], found: list[Found]) -> set[str]:
    """Whether glad words or grim ones prevail: in all of it, in its last sentence, and what comes first."""
    if not tokens:
        return set()
    glad = {one.start for one in found if one.name in GLAD}
    grim = {one.start for one in found if one.name in GRIM} - glad
    features = {
        f"drift:{max(-3, min(3, len(glad) - len(grim)))}",
        f"glad:{min(len(glad), 3)}",
        f"grim:{min(len(grim), 3)}",
    }
    final = tokens[-1].sentence
    last_glad = any(tokens[at].sentence == final for at in glad)
    last_grim = any(tokens[at].sentence == final for at in grim)
    features.add(f"last:{'+' if last_glad else ''}{'-' if last_grim else ''}")
    if glad and grim:
        features.add("glad first" if min(glad) < min(grim) else "grim first")
    denied = {one.start for one in found if one.name == "neg"}
    if any(at - 1 in denied or at - 2 in denied for at in glad):
        features.add("not glad")
    return features


def thanks_openly(tokens: Sequence[Token], found: Sequence[Found]) -> list[int]:
    """The places of mentions beside which a word of thanks or praise stands."""
    ends = [one.end for one in found if one.name in OPEN and not tokens[one.start].quoted]
    mentions = [at for at, token in enumerate(tokens) if token.kind in MENTIONS]
    return [at for at in mentions if any(-NEAR <= at - end <= NEAR for end in ends)]


def evidence(page: Page, found: Sequence[Found]) -> tuple[str, bool]:
    """What speaks most for praise, and whether anything grim is said beside it.

    "open" thanks beside a mention, other "glad" words, a "deed" and how it ended, words in a quote and so
    "passed on", a "mild" word, or "none".
    """
    names = {one.name for one in found if not page.tokens[one.start].quoted}
    grim = bool(names & GRIM)
    if thanks_openly(page.tokens, found):
        return "open", grim
    if names & (GLAD - DEEDS - {"good"}):
        return "glad", grim
    if names & DEEDS:
        return "deed", grim
    if any(one.name in GLAD - DEEDS for one in lexicon.find(page.aside)):
        return "passed on", grim
    return ("mild" if "good" in names else "none"), grim


def _acts(tokens: tuple[Token, ...], found: list[Found]) -> set[str]:
    """What the message does: thank somebody for something, order something, ask for something."""
    features: set[str] = set()
    grim = any(one.name in GRIM for one in found)
    near = thanks_openly(tokens, found)
    if near:
        reason = any(token.form in _REASONS for token in tokens[near[0] :]) or len(tokens) - near[0] > STORY
        features.add("open" + (" for" if reason else "") + (" grim" if grim else ""))
        features.add("open" + (" asks" if any(one.name == "ask" for one in found) else " does not ask"))
        if any(one.name == "courtesy" for one in found):
            features.add("open courtesy")
    verbs = {one.start for one in found if one.name == "verb"}
    asks = any(one.name == "ask" for one in found)
    opening = True
    before: Token | None = None
    for at, token in enumerate(tokens):
        if before is None or before.sentence != token.sentence or before.form == ",":
            opening = True
        if opening and token.kind == WORD:
            if at in verbs and not (before and before.form == "," and before.sentence == 0 and at > STORY):
                features.add("order" + (" please" if asks else ""))
                features.add(f"order:{min(token.sentence, 1)}")
            opening = False
        before = token
    return features


def _whole(page: Page, tokens: tuple[Token, ...], found: list[Found]) -> set[str]:
    features = set()
    size = len(tokens)
    features.add(f"n:{next((most for most in SIZES if size <= most), 99)}")
    if page.aside:
        features.add("quote")
        features.update("qk:" + one.name for one in lexicon.find(page.aside[:60]) if one.name in _POLAR)
        features.update("q>" + token.form for token in tokens[:2] if token.kind == WORD)
    if page.code:
        features.add("code")
    if not tokens:
        return features
    features.add(f"sent:{min(tokens[-1].sentence + 1, 4)}")
    signs = {token.form for token in tokens if token.kind == SIGN}
    features.update("has" + sign for sign in signs & set("?!\u2026"))
    features.add("end" + (tokens[-1].form if tokens[-1].kind == SIGN else tokens[-1].kind))
    marks = sum(token.form == "!" for token in tokens)
    if marks > 1:
        features.add("!!")
    words = [token for token in tokens if token.kind == WORD]
    loud = sum(token.raw.isupper() and len(token.raw) > 1 for token in words)
    if loud:
        features.add("loud" if loud > 2 and loud * 2 > len(words) else "caps")  # noqa: PLR2004
    capital = [
        t
        for t, b in zip(tokens[1:], tokens, strict=False)
        if t.kind == WORD and t.raw[:1].isupper() and b.kind != SIGN
    ]
    if any(len(token.raw) > 1 for token in capital):
        features.add("proper")
    if words and words[0].raw[:1].isupper() and any(one.start == 0 and one.name == "name" for one in found):
        features.add("name0")
    features.update(f"first:{token.form}" for token in words[:1])
    return features
