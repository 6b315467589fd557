"""What the clauses of a message say, each read by itself: praise that ends in a sting is no praise."""

from collections.abc import Iterator, Sequence
from itertools import islice

from bot.rules.language import features, lexicon, model
from bot.rules.language.markup import MENTIONS, SIGN, WORD, Page, Token

# By how much a complaint must be ahead in what follows a "but", and in what is said of another person.
STINGS_AFTER_BUT = -0.5
STINGS_ANOTHER = 0.4
_TURNING = lexicon.words("turning")
_TURNING_WITHIN = lexicon.words("turning within")
_APART = frozenset(";:\u2013\u2014")
_FEWEST = 3  # tokens that say anything
_MOST = 12  # clauses of a message that are read, as each takes as long as a short message


def sting(page: Page) -> bool:
    """Whether a clause blames somebody: one after a "but", or one about somebody of whom no other speaks."""
    if _spurns(page.tokens):
        return True
    clauses = [*islice(_clauses(page.tokens), _MOST)]
    if any(_turns(clause) and _blame(clause) > STINGS_AFTER_BUT for clause in clauses[1:]):
        return True
    people = [{token.form for token in clause if token.kind in MENTIONS} for clause in clauses]
    return any(
        _is_of_another(people, at) and _blame(clause) > STINGS_ANOTHER for at, clause in enumerate(clauses)
    )


def _spurns(tokens: Sequence[Token]) -> bool:
    """Whether one is praised for not being another: "and not @b", "unlike @b"."""
    return any(
        token.kind in MENTIONS
        and (before.form == "unlike" or (before.form == "not" and first.form in {"and", ","}))
        for first, before, token in zip(tokens, tokens[1:], tokens[2:], strict=False)
    )


def _is_of_another(people: Sequence[set[str]], at: int) -> bool:
    """Whether this clause is about somebody, and others about somebody else and nobody of these."""
    others = set().union(*people[:at], *people[at + 1 :])
    return bool(people[at] and others) and not people[at] & others


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


def _blame(clause: Sequence[Token]) -> float:
    """By how much a complaint is ahead of everything else, in these words alone."""
    if len(clause) < _FEWEST:
        return -1.0
    page = Page(tuple(token._replace(sentence=0) for token in clause), (), code=False, length=0)
    scores = model.score(features.extract(page, lexicon.find(page.tokens)))
    return scores["complaint_person"] - max(
        scores[label] for label in model.LABELS if label != "complaint_person"
    )
