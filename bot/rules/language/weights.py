"""The learnt weights as they lie in their file: looked up there, and never spread out in memory.

As a dict they took 17 MB and a fifth of the time of a start. A lookup takes a microsecond or two, and most
of what people write was looked up before.
"""

from bisect import bisect_right
from functools import lru_cache

BLOCK = 256  # bytes that a lookup searches, or a little more
REMEMBERED = 8192  # features, in 2 MB


class _Numbers(dict[bytes, int]):
    """Whole numbers by how they are written: there are few, and to read one anew takes longer.

    Nothing is written for a nought, of which a third of all are: so there is room for more features.
    """

    def __missing__(self, written: bytes) -> int:
        return self.setdefault(written, int(written or b"0"))


class Weights:
    """Lines of a feature, a tab and numbers with spaces between, by feature; the first is another kind."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._numbers = _Numbers()
        # Where each block begins, which is the end of the line before it; and the first feature of each.
        self._starts = [text.index(b"\n")]
        while (at := text.find(b"\n", self._starts[-1] + BLOCK, -1)) >= 0:
            self._starts.append(at)
        self._firsts = [text[at + 1 : text.find(b"\t", at)] for at in self._starts]
        self._starts.append(len(text))
        # Gives a feature's weight for each class; None for one that was not learnt.
        self.get = lru_cache(REMEMBERED)(self._read)

    def __contains__(self, feature: object) -> bool:
        return isinstance(feature, str) and self.get(feature) is not None

    def _read(self, feature: str) -> tuple[int, ...] | None:
        name = feature.encode(errors="surrogatepass")  # half a character may come from anywhere
        block = bisect_right(self._firsts, name) - 1
        if block < 0:
            return None
        at = self._text.find(b"\n%b\t" % name, self._starts[block], self._starts[block + 1])
        if at < 0:
            return None
        at += len(name) + 2
        return tuple([self._numbers[one] for one in self._text[at : self._text.index(b"\n", at)].split(b" ")])
