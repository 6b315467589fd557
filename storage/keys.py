"""Where the encryption key comes from: the environment, or a file beside the SQLite database."""

import os
from pathlib import Path

from bot.errors import Refusal
from storage.engine import address
from storage.secrets import new_key


def keys_for(database_url: str, given: str) -> tuple[str, str]:
    """Give the keys to use, and one sentence to tell the operator (empty when there is nothing to tell).

    PostgreSQL serves many processes on many machines, so there the key must come from the environment.
    """
    if given.strip():
        return given, ""
    url = address(database_url)
    if url.get_backend_name() != "sqlite":
        raise Refusal(
            "Please set GOODWORD_ENCRYPTION_KEY: escalations are encrypted; `goodword new-key` prints a key."
        )
    path = key_file(str(url.database))
    if path.exists():
        return _read(path), ""
    return _made(path), f"A new encryption key lies in {path}: keep a copy of it apart from the database."


def key_file(database: str) -> Path:
    return Path(f"{database}.key")


def has_key(database_url: str, given: str) -> bool:
    """Whether there is a key already, so that none has to be made."""
    url = address(database_url)
    return bool(given.strip()) or (
        url.get_backend_name() == "sqlite" and key_file(str(url.database)).exists()
    )


def _read(path: Path) -> str:
    try:
        key = path.read_text("ascii").strip()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it holds no key"
        raise Refusal(f"The encryption key in {path} cannot be read: {why}.") from None
    if not key:
        raise Refusal(
            f"The key file {path} is empty: put your copy of the key into it. If there is none and "
            "nothing was escalated yet, remove the file, and a new one is made."
        )
    return key


def _made(path: Path) -> str:
    key = new_key()
    # O_EXCL: of two processes that start at once only one makes the file, the other reads it.
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise Refusal(
            f"No encryption key can be kept at {path} ({error.strerror}): set GOODWORD_ENCRYPTION_KEY."
        ) from None
    with os.fdopen(file, "w", encoding="ascii") as made:
        made.write(key)
    return key
