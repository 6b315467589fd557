"""The one exception a rule raises on purpose: a "no" that is a sentence."""


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error
    """Nothing was done, and `sentence` tells the person what to do instead.

    Plain text: whoever shows it escapes it for its medium. `field` names the part of a form it is about.
    """

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotIntroduced(Refusal):
    """Somebody named is not in our directory yet; it may help to look them up and ask again."""

    def __init__(self, people: frozenset[str], groups: frozenset[str]) -> None:
        super().__init__(
            "I have not met everyone you named yet. Please try again in a minute; nothing was recorded."
        )
        self.people = people
        self.groups = groups
