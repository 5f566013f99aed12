"""Secrets at rest: what gateways are signed in with, encrypted by a key that is not in the database.

A key is a Fernet key (AES-128 and HMAC-SHA256, 44 characters). Of several the first encrypts and all decrypt, so that a
key can be replaced while hubs serve. A ciphertext names what it belongs to: it is worth nothing in another row.
"""

import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SecretsKeyError(ValueError):
    """What was given is no key. The message does not quote it."""


class SecretsLostError(Exception):
    """None of the keys opens it: the key was lost or replaced, or the row was tampered with."""


class NoSecretsKeyError(Exception):
    """This hub has no key to keep secrets with."""


def new_key() -> str:
    """A new key, by chance."""
    return Fernet.generate_key().decode()


class SecretBox:
    """Encrypts and decrypts. Without a key it opens nothing and refuses to keep anything."""

    def __init__(self, keys: str = "") -> None:
        """`keys`: one or several, the newest first, with blanks or commas between. Raises `SecretsKeyError`."""
        try:
            fernets = [Fernet(key) for key in keys.replace(",", " ").split()]
        except ValueError:
            raise SecretsKeyError("is no key; `cti-client admin new-secrets-key` makes one") from None
        self._fernet = MultiFernet(fernets) if fernets else None

    @property
    def keeps(self) -> bool:
        """Whether there is a key."""
        return self._fernet is not None

    def lock(self, owner: str, secrets: Mapping[str, str]) -> str:
        """The ciphertext of these secrets of `owner`; empty where there are none. Raises `NoSecretsKeyError`."""
        if not secrets:
            return ""
        if self._fernet is None:
            raise NoSecretsKeyError
        return self._fernet.encrypt(json.dumps({"owner": owner, "secrets": dict(secrets)}).encode()).decode()

    def open(self, owner: str, ciphertext: str) -> dict[str, str]:
        """The secrets of `owner`. Raises `SecretsLostError`."""
        if not ciphertext:
            return {}
        if self._fernet is None:
            raise SecretsLostError
        try:
            held = json.loads(self._fernet.decrypt(ciphertext))
        except InvalidToken:
            raise SecretsLostError from None
        if held["owner"] != owner:
            raise SecretsLostError
        return dict(held["secrets"])
