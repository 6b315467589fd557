"""Whatever is typed, imported, set or answered by a server is understood or refused in one sentence."""

import csv as standard_csv
import io
import json
import re
import time
from collections.abc import Callable

import httpx
from hypothesis import strategies as st

from bot import settings
from bot.classify import classify
from bot.errors import Refusal
from bot.reviews import Recognition
from bot.rules import language, recognition
from bot.rules.people import Person
from handlers import markup
from handlers.directory import csv, scim
from handlers.views import reviews
from tests.fuzz.mutations import WORDS, Change, changes, pool_of, spoilt
from tests.fuzz.search import search
from tests.town import MORNING

EXAMPLES = 60
FORMULA = re.compile(r"\s*[=+@－＝＋＠-]|[\t\r\n]")
PATIENCE = 2.0  # seconds of this thread for one text, on the slowest machine
SAID = (
    "Huge thanks to <@U0BEN>, the auditors left happy :tada: `code` > quote",
    "<@U0BEN> STILL hasn't sent the contract!!! It was due on Monday, AGAIN",
    "@ben @cy <!subteam^S1|@support> for the invoice #care #ownership &lt;3",
    "Merci beaucoup à <@U0CY|cy>, Danke an alle, gracias",
)
SHEET = "email,manager_email,department,title,slack_id\nada@k.example,mo@k.example,Sales,AM,U0ADA\n"
TYPED = ("#kudos", "Fri 16:00", "Europe/London", "care, ownership", "S1, S2", "U0ADA", "GB", "CH-ZH", "20")
USER = {
    "id": "1",
    "userName": "ada@k.example",
    "active": True,
    "title": "AM",
    "emails": [{"value": "ada@k.example", "primary": True, "type": "work"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "department": "Sales",
        "manager": {"value": "2", "$ref": "https://k.example/scim/2", "displayName": "Mo"},
    },
}
ANSWER = {"schemas": ["x"], "totalResults": 1, "startIndex": 1, "itemsPerPage": 1, "Resources": [USER]}


def texts(models: tuple[str, ...]) -> st.SearchStrategy[str]:
    """What people write, with something odd in the middle of it, over and over perhaps."""
    odd = st.one_of(st.sampled_from(WORDS), st.text(max_size=30), st.sampled_from(models))
    cut = st.integers(0, 60)
    made = st.builds(
        lambda a, odd, b, at, times: (a[:at] + odd + b[at:]) * times,
        st.sampled_from(models),
        odd,
        st.sampled_from(models),
        cut,
        st.sampled_from([1, 1, 1, 2, 20]),
    )
    return made.filter(_is_sound)  # the door lets no half of a pair in


def refusal(fn: Callable[[], object]) -> str:
    """The sentence of a refusal, empty where it was none; anything else that is raised is a bug."""
    try:
        fn()
    except Refusal as no:
        return no.sentence
    return ""


def _is_sound(text: str) -> bool:
    try:
        return bool(text.encode()) or True
    except UnicodeEncodeError:
        return False


def test_whatever_is_written_is_read_in_a_moment_and_alike_each_time() -> None:
    def is_read(text: str) -> None:
        began = time.thread_time()
        reading = language.read(text)
        assert time.thread_time() - began < PATIENCE
        assert reading == language.read(text)
        draft = recognition.read(markup.pieces(text))
        assert isinstance(draft, recognition.Draft)
        for line in classify([json.dumps({"id": 1, "text": text}).encode()]):
            assert json.loads(line)["label"] == reading.label

    search(is_read, texts(SAID), examples=EXAMPLES)


def test_whatever_lines_are_given_to_classify_are_answered_or_named() -> None:
    model = {"id": "7", "text": SAID[0]}

    def is_answered(example: tuple[list[Change], bytes]) -> None:
        changed, junk = example
        line = json.dumps(spoilt(model, changed, pool_of([model]))).encode() + junk
        why = refusal(lambda: [json.loads(one)["label"] for one in classify([line])])
        assert not why or why.startswith("Line 1: ")

    among = st.tuples(changes(), st.sampled_from([b"", b"", b"", b"\xff", b"}", b"\x00"]))
    search(is_answered, among, examples=EXAMPLES)


def test_whatever_file_is_imported_is_read_whole_or_refused() -> None:
    def is_read(example: tuple[bytes, int, int]) -> None:
        junk, at, times = example
        content = SHEET.encode() * times
        why = refusal(lambda: csv.read("people.csv", content[:at] + junk + content[at:]))
        assert not why or why.endswith("."), why

    junk = st.one_of(
        st.sampled_from([word.encode("utf-8", "surrogatepass") for word in WORDS]),
        st.binary(max_size=12),
        st.sampled_from([b'"', b'"\n', b";", b"\t", b"\r", b"\xef\xbb\xbf", b"\xff\xfe", b","]),
    )
    search(is_read, st.tuples(junk, st.integers(0, 120), st.integers(1, 3)), examples=EXAMPLES)


def test_whatever_a_setting_is_set_to_is_brought_into_its_one_form_or_refused() -> None:
    def is_settled(example: tuple[str, str]) -> None:
        name, typed = example
        setting = settings.known(name)
        if not refusal(lambda: setting.read(typed)):
            kept = setting.read(typed)
            assert setting.read(kept) == kept, f"{name} = {typed!r} is kept as {kept!r}"

    search(is_settled, st.tuples(st.sampled_from(sorted(settings.ALL)), texts(TYPED)), examples=2 * EXAMPLES)


def test_whatever_a_scim_server_answers_is_understood_or_refused() -> None:
    server = scim.Scim("https://scim.k.example/v2", "secret-token")

    def is_understood(example: tuple[list[Change], str]) -> None:
        changed, after = example
        body = json.dumps(spoilt(ANSWER, changed, pool_of([ANSWER]))).encode()
        odd = {"Retry-After": after} if after.isascii() and after.isprintable() else {}
        answer = httpx.Response(200, content=body, headers=odd)
        assert "secret-token" not in refusal(lambda: _read(server, answer))

    search(is_understood, st.tuples(changes(), st.sampled_from(WORDS)), examples=EXAMPLES)


def _read(server: scim.Scim, answer: httpx.Response) -> None:
    scim._retry_after(answer.headers)  # noqa: SLF001 - the parts that read what somebody else wrote
    for one in server._understood(answer).users:  # noqa: SLF001 - the same
        scim._read(one)  # noqa: SLF001 - the same


def test_no_cell_of_an_export_is_a_formula() -> None:
    def is_harmless(example: tuple[str, str, str]) -> None:
        shown = reviews.table(_one(*example))
        for row in standard_csv.reader(io.StringIO(shown, newline="")):
            assert not any(FORMULA.match(cell) for cell in row), row

    words = st.one_of(
        st.sampled_from(WORDS), st.text(max_size=12), st.sampled_from(["\n=1+1", " =1", "\t\t@x", "－1"])
    )
    search(is_harmless, st.tuples(words, words, words), examples=EXAMPLES)


def _one(name: str, reason: str, customer: str) -> Recognition:
    somebody = Person("U0BEN", "ben", name, "T1")
    besides = recognition.Besides(above=True, customer=customer, customer_words=reason)
    given = recognition.Kudos(
        1, somebody, (somebody,), reason, (reason,), MORNING, besides=besides, outcome=customer
    )
    return Recognition((somebody,), (given,), frozenset(), 30)
