"""The demo's stand-in for the system's keyring: sample data is no secret, and nobody should be asked for one."""

import json
from pathlib import Path


class DemoKeyring:
    """Keeps the demo's keys in a plain file of the demo's own folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "demo-keys.json"

    def get_password(self, service: str, username: str) -> str | None:
        """The key, or None."""
        return self._read().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the key."""
        self._file.write_text(json.dumps({**self._read(), f"{service} {username}": password}), encoding="utf-8")

    def delete_password(self, service: str, username: str) -> None:
        """Forget the key."""
        kept = {name: key for name, key in self._read().items() if name != f"{service} {username}"}
        self._file.write_text(json.dumps(kept), encoding="utf-8")

    def _read(self) -> dict[str, str]:
        if not self._file.exists():
            return {}
        keys: dict[str, str] = json.loads(self._file.read_text(encoding="utf-8"))
        return keys
