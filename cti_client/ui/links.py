"""Links in texts from outside: where they stand, and which host they truly lead to (A11).

A link is never followed by itself and never shown under other words than its own; what deceives (a user name before
an `@`, letters that look like others) is spelled out.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_LINK = re.compile(r"(?<![\w@.])(?:https?://|www\.)[^\s<>\"“”„«»]+", re.IGNORECASE)
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_TRAILING = ".,;:!?'’…*_~"


@dataclass(frozen=True)
class Link:
    """`start` and `length` in UTF-16 units, as Qt counts. `host`: the real one, in ASCII (punycode where needed)."""

    start: int
    length: int
    url: str
    host: str
    deceptive: bool
    """The words of the link may make one think of another host than the real one."""


def find_links(text: str) -> tuple[Link, ...]:
    """All links of a text, in order. What has no usable host is not a link."""
    found = []
    for match in _LINK.finditer(text):
        shown = _trim(match.group())
        url = shown if "://" in shown[:8] else f"https://{shown}"
        host = real_host(url)
        if host:
            start = _units(text[: match.start()])
            found.append(Link(start, _units(shown), url, host, _deceives(url)))
    return tuple(found)


def real_host(url: str) -> str:
    """The host that a browser would ask, in ASCII; empty where there is none."""
    try:
        host = urlsplit(url.replace("\\", "/")).hostname or ""
        ascii_host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except (ValueError, UnicodeError):
        return ""
    return ascii_host if "." in ascii_host.strip(".") or ascii_host == "localhost" else ""


def _deceives(url: str) -> bool:
    parts = urlsplit(url.replace("\\", "/"))
    host = parts.hostname or ""
    return "@" in parts.netloc or not host.isascii() or "xn--" in host


def _trim(shown: str) -> str:
    while shown:
        last = shown[-1]
        opener = _CLOSERS.get(last)
        if last in _TRAILING or (opener is not None and shown.count(last) > shown.count(opener)):
            shown = shown[:-1]
        else:
            break
    return shown


def _units(text: str) -> int:
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)
