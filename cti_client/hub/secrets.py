"""Secrets at rest: what gateways are signed in with, encrypted by a key that is not in the database.

A key is a Fernet key (AES-128 and HMAC-SHA256, 44 characters). Of several the first encrypts and all decrypt, so that a
key can be replaced while hubs serve. A ciphertext names what it belongs to: it is worth nothing in another row.

The library is imported where there is something to open or to lock: most starts have neither.
"""

import base64
import json
import os
from collections.abc import Mapping

_KEY_BYTES = 32


class SecretsKeyError(ValueError):
    """What was given is no key. The message does not quote it."""


class SecretsLostError(Exception):
    """None of the keys opens it: the key was lost or replaced, or the row was tampered with."""


class NoSecretsKeyError(Exception):
    """This hub has no key to keep secrets with."""


def new_key() -> str:
    """A new key, by chance."""
    return base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)).decode()


def read_keys(keys: str) -> tuple[str, ...]:
    """Keys with blanks or commas between, each once. Raises `SecretsKeyError`."""
    read = tuple(dict.fromkeys(keys.replace(",", " ").split()))
    for key in read:
        try:
            good = len(base64.b64decode(key, altchars=b"-_", validate=True)) == _KEY_BYTES
        except ValueError:
            good = False
        if not good:
            raise SecretsKeyError("is no key; `cti-client admin new-secrets-key` makes one")
    return read


class SecretBox:
    """Encrypts and decrypts. Without a key it opens nothing and refuses to keep anything."""

    def __init__(self, keys: str = "") -> None:
        """`keys`: one or several, the newest first, with blanks or commas between. Raises `SecretsKeyError`."""
        self._keys = read_keys(keys)

    @property
    def keeps(self) -> bool:
        """Whether there is a key."""
        return bool(self._keys)

    def learn(self, keys: str) -> bool:
        """These too, behind those it has; whether one was new. Raises `SecretsKeyError`."""
        before = self._keys
        self._keys = tuple(dict.fromkeys((*before, *read_keys(keys))))
        return self._keys != before

    def lock(self, owner: str, secrets: Mapping[str, str]) -> str:
        """The ciphertext of these secrets of `owner`; empty where there are none. Raises `NoSecretsKeyError`."""
        if not secrets:
            return ""
        if not self._keys:
            raise NoSecretsKeyError
        from cryptography.fernet import Fernet

        content = json.dumps({"owner": owner, "secrets": dict(secrets)}).encode()
        return Fernet(self._keys[0]).encrypt(content).decode()

    def open(self, owner: str, ciphertext: str) -> dict[str, str]:
        """The secrets of `owner`. Raises `SecretsLostError`."""
        if not ciphertext:
            return {}
        if not self._keys:
            raise SecretsLostError
        from cryptography.fernet import Fernet, InvalidToken, MultiFernet

        try:
            held = json.loads(MultiFernet([Fernet(key) for key in self._keys]).decrypt(ciphertext))
        except InvalidToken:
            raise SecretsLostError from None
        if held["owner"] != owner:
            raise SecretsLostError
        return dict(held["secrets"])
