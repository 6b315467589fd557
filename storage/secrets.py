"""People's words under lock: encrypted with the newest key, readable with any key that is still listed."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import Refusal


class Cipher:
    """Fernet (AES-128-CBC with HMAC-SHA256) under one or several keys, newest first."""

    def __init__(self, keys: str) -> None:
        """`keys` as in GOODWORD_ENCRYPTION_KEY: separated by commas."""
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])
        except ValueError:
            raise Refusal(
                "GOODWORD_ENCRYPTION_KEY is no Fernet key (32 bytes in URL-safe base64); "
                "`goodword new-key` prints one."
            ) from None

    def lock(self, words: str | None) -> str | None:
        return None if words is None else self._fernet.encrypt(words.encode()).decode("ascii")

    def unlock(self, locked: str | None) -> str | None:
        if locked is None:
            return None
        try:
            return self._fernet.decrypt(locked.encode("ascii")).decode()
        except InvalidToken:
            raise Refusal(
                "What is stored cannot be read with the keys in GOODWORD_ENCRYPTION_KEY: "
                "add the key it was written with to the end of the list."
            ) from None

    def relock(self, locked: str) -> str:
        """Encrypt anew with the newest key."""
        try:
            return self._fernet.rotate(locked.encode("ascii")).decode("ascii")
        except InvalidToken:
            raise Refusal(
                "Some rows were written with a key that is not listed, so nothing was changed: "
                "add that key to the end of GOODWORD_ENCRYPTION_KEY."
            ) from None


def new_key() -> str:
    return Fernet.generate_key().decode("ascii")
