"""Where in a settings file something stands, so that a fault can be shown as `hub.toml:12: lines[0].connection: ...`.

TOML's reader keeps no line numbers. This looks at the lines themselves, which is enough for headers and for keys that
begin a line; a key inside an inline table is placed at the line of the table.
"""

import re
from pathlib import Path

from cti_client.hub.config import ConfigError

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_SYNTAX = re.compile(r"at line (\d+)")
_MULTILINE = ('"""', "'''")


def explain(file: Path, error: ConfigError) -> str:
    """The fault in one line: the file and, where it is known, the line, then what `error` says."""
    if error.key == str(file):
        found = _SYNTAX.search(str(error))
        return f"{file}:{found[1]}: {error.why}" if found else str(error)
    try:
        line = line_of(file.read_text(encoding="utf-8"), error.key)
    except (OSError, UnicodeDecodeError):
        line = None
    return f"{file}: {error}" if line is None else f"{file}:{line}: {error}"


def line_of(text: str, key: str) -> int | None:
    """The line of `key` (as `lines[1].connection`), else of the nearest table around it; None where there is none."""
    places = _places(text)
    while key:
        if key in places:
            return places[key]
        key = key[: max(key.rfind("."), key.rfind("["), 0)]
    return None


def _places(text: str) -> dict[str, int]:
    """The first line of each key and table."""
    places: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix, closing = "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            if closing in line:
                closing = ""
            continue
        if header := _HEADER.match(line):
            prefix = _table(header[2], counts, new=header[1] == "[[")
            places.setdefault(prefix, number)
        elif entry := _KEY.match(line):
            places.setdefault(".".join([*([prefix] if prefix else []), *_names(entry[1])]), number)
        closing = next((quotes for quotes in _MULTILINE if line.count(quotes) % 2), "")
    return places


def _table(header: str, counts: dict[str, int], *, new: bool) -> str:
    """`lines` as `lines[2]` where it is the third; `connections.options` as `connections[0].options`."""
    path = ""
    names = _names(header)
    for position, name in enumerate(names, start=1):
        path = f"{path}.{name}" if path else name
        if new and position == len(names):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path


def _names(dotted: str) -> list[str]:
    return [name.strip().strip("\"'") for name in dotted.split(".")]
