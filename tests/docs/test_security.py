"""Whatever the page on security says is defended has a test by that name."""

import ast

from tests.docs.pages import ROOT, code, page

SECURITY = page("docs/security.md")


def test_every_test_that_is_named_exists() -> None:
    rows = SECURITY.tables["defended"]
    assert len(rows) > 25
    for against, how, named in rows:
        assert against
        assert how
        file, _, test = code(named).partition("::")
        functions = {
            node.name
            for node in ast.walk(ast.parse((ROOT / file).read_text()))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        }
        assert functions, f"{file} holds no test"
        assert not test or test in functions, f"{file} has no {test}"
