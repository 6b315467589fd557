"""What the clauses of a message say, each read by itself: praise that ends in a sting is told by the sting."""

from collections.abc import Iterator, Sequence

from bot.rules.language import features, lexicon, model, recipients
from bot.rules.language.markup import MENTIONS, SIGN, WORD, Page, Token

# By how much a complaint must be ahead, in what is said after a "but", and of somebody who is not credited.
STINGS_AFTER_BUT = -0.5
STINGS_ANOTHER = 0.4
_TURNING = lexicon.words("turning")
_TURNING_WITHIN = lexicon.words("turning within")
_APART = frozenset(";:\u2013\u2014")
_FEWEST = 3  # tokens that say anything


def sting(page: Page) -> bool:
    """Whether a clause blames somebody: one that follows a "but", or one about another than is credited."""
    first, *others = [*_clauses(page.tokens)] or [[]]
    if not others:
        return False
    if any(_turns(clause) and _blame(clause) > STINGS_AFTER_BUT for clause in others):
        return True
    about = [(clause, {*_mentioned(clause)}) for clause in (first, *others)]
    return any(
        people
        and _blame(clause) > STINGS_ANOTHER
        and any(some and not some & people for _, some in about)
        and not any(some & people for other, some in about if other is not clause)
        for clause, people in about
    )


def _clauses(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Sentences, and what stands behind a dash or a word that turns them."""
    clause: list[Token] = []
    for token in tokens:
        ends = clause and (
            token.sentence != clause[-1].sentence
            or (clause[-1].kind == SIGN and clause[-1].form in _APART)
            or (token.kind == WORD and token.form in _TURNING_WITHIN)
        )
        if ends:
            yield clause
            clause = []
        clause.append(token)
    if clause:
        yield clause


def _turns(clause: Sequence[Token]) -> bool:
    """Whether it begins with a "but", and is not about somebody who is mentioned in it."""
    return clause[0].form in _TURNING and not any(token.kind in MENTIONS for token in clause)


def _mentioned(clause: Sequence[Token]) -> Iterator[str]:
    return (token.form for token in clause if token.kind in MENTIONS)


def _blame(clause: Sequence[Token]) -> float:
    """By how much a complaint is ahead of everything else, in these words alone."""
    if len(clause) < _FEWEST:
        return -1.0
    page = Page(tuple(token._replace(sentence=0) for token in clause), (), code=False, length=0)
    scores = model.score(features.extract(page, lexicon.find(page.tokens)))
    return scores["complaint_person"] - max(
        scores[label] for label in model.LABELS if label != "complaint_person"
    )
