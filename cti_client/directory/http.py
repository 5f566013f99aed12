"""A directory that is asked over HTTP and answers in JSON (A4). Its options: `http_settings`.

Whatever it answers, nothing but short clean lines comes out, and never more than `MOST_ENTRIES` of them. It is asked
once a question; it is never followed elsewhere, so its credentials stay with the host that was set.
"""

import asyncio
import json
from collections.abc import Mapping
from urllib.parse import quote

import aiohttp

from cti_client.directory.http_settings import ENTRY_FIELDS, HttpSettings, read_settings
from cti_client.directory.json_path import at_path, text_at
from cti_client.directory.source import DirectoryError, Entry

MOST_ENTRIES = 20
LONGEST_FIELD = 200
"""Characters."""

_CHUNK = 16_384


class HttpDirectory:
    """One HTTP directory. Owns its client session, which the first question opens on the running loop."""

    def __init__(self, source_id: str, name: str, options: Mapping[str, object]) -> None:
        """Raise `DirectorySettingsError` where an option is wrong."""
        self.id = source_id
        self.name = name
        self._settings: HttpSettings = read_settings(options)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def lookup(self, address: str) -> list[Entry]:
        """Whoever has this number. Raises `DirectoryError`."""
        values = {"number": address, "digits": address.removeprefix("+"), "query": address}
        return await self._ask(self._settings.url, values)

    async def search(self, query: str) -> list[Entry]:
        """Whoever the words fit; none where the directory is not asked by words. Raises `DirectoryError`."""
        words = " ".join(query.split())
        if not self._settings.search_url or not words:
            return []
        return await self._ask(self._settings.search_url, {"number": "", "digits": "", "query": words})

    async def close(self) -> None:
        """Close the connections. Questions under way fail."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def _ask(self, template: str, values: Mapping[str, str]) -> list[Entry]:
        url = template
        for name, value in values.items():
            url = url.replace(f"{{{name}}}", quote(value, safe="", errors="replace"))
        try:
            async with asyncio.timeout(self._settings.timeout_ms / 1000):
                body = await self._get(url)
        except TimeoutError:
            seconds = self._settings.timeout_ms / 1000
            raise DirectoryError(f"{self.name} did not answer within {seconds:g} s.") from None
        except aiohttp.ClientConnectorError:
            raise DirectoryError(f"{self.name} cannot be reached.") from None
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and not self._closed:
                raise
            raise DirectoryError(f"The connection to {self.name} broke off.") from None
        return [] if body is None else self._entries(body)

    async def _get(self, url: str) -> bytes | None:
        """The body of the answer; None where the directory says that there is nobody."""
        if self._closed:
            raise DirectoryError(f"{self.name} is closed.")
        if self._session is None:
            # The time limit of the whole question is `timeout_ms`; cookies of one question mean nothing to the next.
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept": "application/json", **self._settings.headers},
            )
        async with self._session.get(url, allow_redirects=False) as response:
            if response.status in (204, 404):
                return None
            if response.status in (401, 403):
                raise DirectoryError(f"{self.name} does not let us in (error {response.status}).")
            if response.status != 200:
                raise DirectoryError(f"{self.name} answered with error {response.status}.")
            body = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                body += chunk
                if len(body) > self._settings.max_bytes:
                    raise DirectoryError(f"{self.name} answered with too much.")
            return bytes(body)

    def _entries(self, body: bytes) -> list[Entry]:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            raise DirectoryError(f"{self.name} gave an answer that cannot be read.") from None
        found = at_path(answer, self._settings.results)
        if found is None:
            return []
        if not isinstance(found, list | dict):
            raise DirectoryError(f"{self.name} gave an answer of an unexpected form.")
        people = found if isinstance(found, list) else [found]
        entries = (self._entry(one) for one in people[:MOST_ENTRIES])
        return list(dict.fromkeys(entry for entry in entries if entry != Entry(address=entry.address)))

    def _entry(self, one: object) -> Entry:
        paths = self._settings.fields
        return Entry(**{name: text_at(one, paths[name], LONGEST_FIELD) for name in ENTRY_FIELDS})
