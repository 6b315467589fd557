"""A contract for import-linter: these modules import what is listed, and the standard library."""

import sys
from collections.abc import Iterable
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Only(Contract):
    """Refuses also the packages nobody thought of; the built-in contracts forbid by name.

    `modules` may import themselves, `may_import` and the standard library, and with `installed_packages`
    any package that is not ours. A name stands for everything below it, too.
    """

    type_name = "only"

    modules = fields.ListField(subfield=fields.StringField())
    may_import = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    installed_packages = fields.BooleanField(default=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 — theirs
        # import-linter puts a field's value where its declaration stood, which no type checker can see.
        modules = cast("list[str]", self.modules)
        allowed = [*modules, *cast("list[str]", self.may_import)]
        ours = cast("list[str]", self.session_options["root_packages"])
        breaches = [
            f"{importer} -> {imported}"
            for importer in sorted(graph.modules)
            if is_below(importer, modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not is_below(imported, [*allowed, *sys.stdlib_module_names])
            if is_below(imported, ours) or not cast("bool", self.installed_packages)
        ]
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for breach in check.metadata["breaches"]:
            output.print_error(f"- {breach}", bold=False)
        output.new_line()


def is_below(module: str, names: Iterable[str]) -> bool:
    return any(f"{module}.".startswith(f"{name}.") for name in names)
