"""Every command of `goodword`, with what it takes and what it prints."""

import json
import os
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer
import uvloop

from bot import checkup, directory, logs, operate, report, serve
from bot import config as environment
from bot import workers as several
from bot.errors import Refusal

T = TypeVar("T")
Workspace = Annotated[str | None, typer.Option(help="The workspace's id, where there are several.")]

goodword = typer.Typer(
    name="goodword",
    help="Thank people where it is heard. Settings come from the environment; the README lists them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
settings = typer.Typer(help="List, get or set what administrators can choose.", no_args_is_help=True)
goodword.add_typer(settings, name="settings")
people = typer.Typer(
    help="Who reports to whom: import it, read it anew, look for gaps.", no_args_is_help=True
)
goodword.add_typer(people, name="directory")


@goodword.command()
def run(
    workers: Annotated[
        int, typer.Option(help="Processes that share the port, on PostgreSQL.", min=1, max=256)
    ] = 1,
) -> None:
    """Run against Slack: over HTTP, or in Socket Mode where SLACK_APP_TOKEN is set."""
    config = environment.read()
    logs.set_up(config.log_level, config.log_format)
    if workers == 1:
        _await(serve.run(config))
    elif code := several.run(config, workers):
        raise typer.Exit(code)


@goodword.command()
def playground(
    port: Annotated[int, typer.Option(help="The port of its page.", min=0, max=65535)] = 8000,
) -> None:
    """Serve the whole bot with a pretend Slack and a web page: no account, no tokens."""
    from bot.apart import nursery  # noqa: PLC0415 - `run` does without it
    from bot.playground import playground as open_playground  # noqa: PLC0415 - the same

    logs.set_up("WARNING", "console")
    with nursery() as forks:  # before there are threads
        _await(open_playground(port, forks))


@goodword.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    print(operate.migrate(environment.read()))


@goodword.command()
def check(
    release: Annotated[bool, typer.Option("--release", help="Let parked messages try again.")] = False,  # noqa: FBT002
    workspace: Workspace = None,
) -> None:
    """Look at configuration, database, org chart, key, token, scopes, channels and parked messages."""
    config = environment.read()
    if release:
        count = _await(operate.release(config, workspace))
        print(f"{count} {'message' if count == 1 else 'messages'} will be tried again.")
        return
    _report(_await(checkup.check(config)))


@goodword.command()
def restored() -> None:
    """After a restore, before the start: say nothing again that Slack has already."""
    print(_await(operate.restored(environment.read())))


@goodword.command()
def verify(workspace: Workspace = None) -> None:
    """Recompute every total from the ledger."""
    _report(_await(operate.verify(environment.read(), workspace)))


@goodword.command()
def manifest(
    url: Annotated[str, typer.Option(help="Where Slack reaches Goodword.")] = "https://goodword.example.com",
    socket: Annotated[bool, typer.Option("--socket", help="For Socket Mode, without an address.")] = False,  # noqa: FBT002
    many: Annotated[bool, typer.Option("--many", help="For many workspaces, by OAuth.")] = False,  # noqa: FBT002
) -> None:
    """Print the Slack app manifest."""
    print(json.dumps(operate.manifest_for(url, calls=socket, many=many), indent=2))


@goodword.command()
def classify() -> None:
    """Read messages as JSON Lines on standard input and say what Goodword makes of each."""
    from bot.classify import classify as classified  # noqa: PLC0415 - the other commands do without it

    for line in classified(sys.stdin.buffer):
        print(line, flush=True)


@goodword.command("new-key")
def new_key() -> None:
    """Print a new encryption key."""
    print(operate.new_key())


@goodword.command("rotate-key")
def rotate_key() -> None:
    """Encrypt every escalation and token anew with the first key of GOODWORD_ENCRYPTION_KEY."""
    print(_await(operate.rotate_key(environment.read())))


@goodword.command()
def export(
    user: Annotated[str, typer.Option(help="By @handle, name, e-mail or id.")],
    output: Annotated[Path | None, typer.Option(help="A new file that only you may read.")] = None,
    workspace: Workspace = None,
) -> None:
    """Give all that is kept about one person, as JSON."""
    document = _await(operate.export(environment.read(), workspace, user))
    if output is None:
        print(document)
    else:
        _write(output, f"{document}\n")


@goodword.command()
def erase(
    user: Annotated[str, typer.Option(help="By @handle, name, e-mail or id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,  # noqa: FBT002
    workspace: Workspace = None,
) -> None:
    """Erase what one person wrote, and name them no more."""
    config = environment.read()
    member, name = _await(operate.who(config, workspace, user))
    if not yes:
        _make_sure(name)
    print(_await(operate.erase(config, workspace, member)))


@goodword.command()
def digest(
    kind: Annotated[
        Literal["weekly", "manager", "executive"], typer.Option(help="Which of them.")
    ] = "weekly",
    week: Annotated[
        str | None, typer.Option(help="A week such as 2026-W47, or a month such as 2026-11.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show it.")] = False,  # noqa: FBT002
    workspace: Workspace = None,
) -> None:
    """Send a digest by hand, by default that of the period in progress, which ends it; or only show it."""
    print(_await(report.digest(environment.read(), workspace, kind, week or "", dry_run=dry_run)))


@goodword.command("report")
def fairness(workspace: Workspace = None) -> None:
    """Say in numbers whether thanks reach everybody; nobody is named."""
    print(_await(report.fairness(environment.read(), workspace)))


@settings.command("list")
def list_settings(workspace: Workspace = None) -> None:
    """List every setting with its value."""
    for setting, value in _await(operate.list_settings(environment.read(), workspace)):
        print(f"{setting.name} = {value}\n    {setting.meaning}")


@settings.command("get")
def get_setting(name: str, workspace: Workspace = None) -> None:
    """Print one setting's value."""
    print(_await(operate.get_setting(environment.read(), workspace, name)))


@settings.command("set")
def set_setting(name: str, value: str, workspace: Workspace = None) -> None:
    """Change one setting; who and when is kept."""
    print(f"{name} = {_await(operate.set_setting(environment.read(), workspace, name, value))}")


@people.command("import")
def import_people(
    file: Annotated[
        Path, typer.Argument(help="A CSV file: email,manager_email,department,title and slack_id.")
    ],
    workspace: Workspace = None,
) -> None:
    """Let a CSV file say who reports to whom; with any problem in it nothing is imported."""
    print(_await(directory.import_file(environment.read(), workspace, file)))


@people.command("sync")
def sync_people() -> None:
    """Read everybody from Slack, then SCIM where it is configured."""
    print(_await(directory.sync(environment.read())))


@people.command("check")
def check_people(workspace: Workspace = None) -> None:
    """Name who has no manager, whose managers form a circle, and managers who left."""
    _report(_await(directory.check(environment.read(), workspace)))


@people.command("show")
def show_person(
    person: Annotated[str, typer.Argument(help="By @handle, name, e-mail or id.")],
    workspace: Workspace = None,
) -> None:
    """Say who somebody is in the org chart, and which source says so."""
    print("\n".join(_await(directory.show(environment.read(), workspace, person))))


def _write(file: Path, words: str) -> None:
    """Into a file that was not there before, and that nobody else may read."""
    try:
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refusal(f"{file} is there already, and is left as it is: name another file.") from None
    except OSError as error:
        raise Refusal(f"{file} cannot be written: {error.strerror}.") from None
    with os.fdopen(made, "w", encoding="utf-8") as out:
        out.write(words)


def _make_sure(name: str) -> None:
    print(
        f"What {name} wrote is erased for good. Type the name to go on: ", end="", file=sys.stderr, flush=True
    )
    typed = sys.stdin.readline().strip()
    if typed != name:
        print(file=sys.stderr)
        raise Refusal("That is not the name, so nothing was erased.")


def _report(findings: Sequence[operate.Finding]) -> None:
    for finding in findings:
        print(f"{'✓' if finding.well else '✗'} {finding.sentence}")
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


def _await(work: Coroutine[Any, Any, T]) -> T:
    return uvloop.run(work)
