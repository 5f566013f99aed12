"""The port to a place where addresses are looked up (A4)."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One person or company as a directory has them. Clean single lines; empty where it does not say.

    `address` is the number as the directory writes it.
    """

    name: str = ""
    company: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""
    address: str = ""


class DirectoryError(Exception):
    """The source is broken, slow, or does not let us in. `str()` is one sentence for the agent."""


class DirectorySettingsError(Exception):
    """An option of a source is wrong. `option` names it; `str()` says why."""

    def __init__(self, option: str, why: str) -> None:
        super().__init__(why)
        self.option = option


class DirectorySource(Protocol):
    """One place. Owner of its connections; several questions may be under way at once."""

    id: str
    name: str

    async def lookup(self, address: str) -> list[Entry]:
        """Whoever has this number (E.164 or a short code). Raises `DirectoryError`."""

    async def search(self, query: str) -> list[Entry]:
        """Whoever the words of `query` fit. Raises `DirectoryError`; none where it cannot be searched by words."""

    async def close(self) -> None:
        """Let go of connections. Questions under way fail."""
