"""What an operator sets for an HTTP directory.

* `url`: asked by GET. `{number}` in it stands for the number (`+15551234567`), `{digits}` for it without the plus,
  `{query}` for what the agent typed (or the number).
* `search_url`: asked instead where the agent types words. Without it `url` is, if it holds `{query}`.
* `results`: dotted path of the list of answers. Empty (the default): the answer itself, a list or one object.
* `fields`: for each of name, company, street, postcode, town, country and address the dotted path in one answer, or a
  list of paths to be joined by blanks. By default the field's own name.
* `headers`: sent along, as `Authorization = "env:CRM_TOKEN"`.
* `timeout_ms`: the time for a whole answer (100 to 30000, default 5000).
* `max_bytes`: the longest answer that is read (1024 to 16777216, default 262144).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

from cti_client.directory.source import DirectorySettingsError, Entry

ENTRY_FIELDS = tuple(field.name for field in fields(Entry))

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OPTIONS = ("url", "search_url", "results", "fields", "headers", "timeout_ms", "max_bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """The options, checked. `fields` holds paths by the field of `Entry`."""

    url: str
    search_url: str
    results: str
    fields: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]
    timeout_ms: int
    max_bytes: int


def read_settings(options: Mapping[str, object]) -> HttpSettings:
    """Check the options. Raises `DirectorySettingsError`."""
    for name in options:
        if name not in _OPTIONS:
            raise DirectorySettingsError(name, f"there is no such option; there are {', '.join(_OPTIONS)}")
    url = _url(options, "url", ("number", "digits", "query"))
    if not url:
        raise DirectorySettingsError("url", "is missing")
    if not _PLACEHOLDER.search(url):
        raise DirectorySettingsError("url", "holds none of {number}, {digits} and {query}")
    search_url = _url(options, "search_url", ("query",))
    if search_url and "{query}" not in search_url:
        raise DirectorySettingsError("search_url", "does not hold {query}")
    return HttpSettings(
        url=url,
        search_url=search_url or (url if "{query}" in url else ""),
        results=_text(options, "results"),
        fields=_fields(_table(options, "fields")),
        headers=_headers(_table(options, "headers")),
        timeout_ms=_number(options, "timeout_ms", 5_000, least=100, most=30_000),
        max_bytes=_number(options, "max_bytes", 262_144, least=1_024, most=16_777_216),
    )


def _url(options: Mapping[str, object], name: str, placeholders: tuple[str, ...]) -> str:
    url = _text(options, name)
    if not url:
        return ""
    for placeholder in _PLACEHOLDER.findall(url):
        if placeholder not in placeholders:
            raise DirectorySettingsError(name, f"{{{placeholder}}} means nothing here")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise DirectorySettingsError(name, f"is no address: {error}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise DirectorySettingsError(name, "must begin with https:// (or http://) and a host")
    if "{" in parts.netloc:
        raise DirectorySettingsError(name, "the host must be a fixed one")
    return url


def _text(options: Mapping[str, object], name: str) -> str:
    value = options.get(name, "")
    if not isinstance(value, str):
        raise DirectorySettingsError(name, "must be text")
    return value.strip()


def _number(options: Mapping[str, object], name: str, default: int, *, least: int, most: int) -> int:
    value = options.get(name, default)
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise DirectorySettingsError(name, f"must be a whole number from {least} to {most}")
    return value


def _table(options: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = options.get(name, {})
    if not isinstance(value, Mapping):
        raise DirectorySettingsError(name, "must be a table")
    return value


def _fields(table: Mapping[str, object]) -> Mapping[str, tuple[str, ...]]:
    paths = {name: (name,) for name in ENTRY_FIELDS}
    for name, value in table.items():
        if name not in paths:
            raise DirectorySettingsError(f"fields.{name}", f"there is no such field; there are {', '.join(paths)}")
        several = [value] if isinstance(value, str) else value
        if not isinstance(several, list | tuple) or not all(isinstance(path, str) and path for path in several):
            raise DirectorySettingsError(f"fields.{name}", "must be a path, or a list of paths")
        paths[name] = tuple(several)
    return paths


def _headers(table: Mapping[str, object]) -> Mapping[str, str]:
    headers = {}
    for name, value in table.items():
        if not isinstance(value, str) or not value.isprintable() or not re.fullmatch(r"[A-Za-z0-9-]+", name):
            raise DirectorySettingsError(f"headers.{name}", "is no header")
        headers[name] = value
    return headers
