"""What the model weighs in a message: words, pairs of them, what they mean to us, where mentions stand."""

from itertools import pairwise

from bot.rules.language import lexicon
from bot.rules.language.lexicon import Found
from bot.rules.language.markup import CHANNEL, EMOJI, LINK, MENTIONS, NUMBER, SIGN, WORD, Page, Token

NEAR = 4  # tokens around a mention that count as beside it
SIZES = (4, 8, 16, 32)  # tokens of a message
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
        *("good", "bad", "wearied", "plain", "opinion"),
    }
)
_PAIRED = _POLAR - {"verb", "neg", "hyp", "pronoun", "time"}
_NEAR_MENTIONS = _POLAR | {"time", "me", "us"}
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
