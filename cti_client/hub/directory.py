"""Address lookup as configured (A4): the hub's own contacts and HTTP directories, each asked by its id.

The desktop tries the sources in their order and shows which is slow; here each question is for one source alone.
"""

from collections.abc import Sequence
from dataclasses import asdict

from cti_client.directory.source import DirectoryError, DirectorySettingsError, DirectorySource
from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.hub.config import ConfigError, SourceConfig
from cti_client.hub.store import contacts
from cti_client.hub.store.store import Store
from cti_client.wire import api

_LONGEST_QUERY = 200


def outside_sources(sources: Sequence[SourceConfig]) -> dict[str, DirectorySource]:
    """Those that are not the hub's own, by id. Raises `ConfigError` where an option of a source is wrong."""
    made: dict[str, DirectorySource] = {}
    for index, one in enumerate(sources):
        try:
            if one.kind == "http":
                from cti_client.directory.http import HttpDirectory  # most desktops have none

                made[one.id] = HttpDirectory(one.id, one.name, one.options)
            elif one.options:
                raise DirectorySettingsError(next(iter(one.options)), "is no option of contacts")
        except DirectorySettingsError as error:
            raise ConfigError(f"directory[{index}].{error.option}", str(error)) from error
    return made


class Directory:
    """Owns the HTTP sources and their connections."""

    def __init__(self, sources: Sequence[SourceConfig], store: Store) -> None:
        """Raise `ConfigError` where an option of a source is wrong."""
        self._configured = tuple(sources)
        self._store = store
        self._outside = outside_sources(sources)

    def sources(self) -> api.SourceList:
        """In the order in which they are to be tried."""
        return api.SourceList(sources=tuple(api.Source(id=one.id, name=one.name) for one in self._configured))

    async def lookup(self, source_id: str, question: api.Lookup) -> api.LookupResult:
        """What this source has: by the words of `query` where there are any, else by the number.

        A broken source is an answer too, with its error. Raises `NotFoundError`, `BadRequestError`, `StoreAwayError`.
        """
        if not (question.query.strip() or question.address.strip()):
            raise BadRequestError("There is nothing to look up.")
        if len(question.query) > _LONGEST_QUERY or len(question.address) > _LONGEST_QUERY:
            raise BadRequestError("That is too long to look up.")
        if source_id in self._outside:
            return await self._ask(self._outside[source_id], question)
        if not any(one.id == source_id for one in self._configured):
            raise NotFoundError("There is no such directory.")
        if question.query.strip():
            found = await self._store.read(contacts.search, question.query)
        else:
            found = await self._store.read(contacts.by_number, question.address)
        return api.LookupResult(source=source_id, candidates=found)

    async def close(self) -> None:
        """Let go of connections."""
        for source in self._outside.values():
            await source.close()

    async def _ask(self, source: DirectorySource, question: api.Lookup) -> api.LookupResult:
        try:
            if question.query.strip():
                entries = await source.search(question.query)
            else:
                entries = await source.lookup(question.address)
        except DirectoryError as error:
            return api.LookupResult(source=source.id, error=str(error))
        candidates = tuple(api.Candidate(**asdict(entry), source=source.id) for entry in entries)
        return api.LookupResult(source=source.id, candidates=candidates)
