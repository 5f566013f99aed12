"""The phones behind Kannel's fake SMSC: one TCP connection that speaks its line protocol, read by a thread.

The fake network names a part with a user-data header `data` whatever its coding: UTF-8 is told by its first part, which
is full and so has 152 septets or more; 134 octets of UCS-2 hardly look like that. A line feed in a GSM text arrives as
one, so a line that is no message continues the last.
"""

import re
import socket
import threading
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

PATIENCE_S = 30.0

_LINE = re.compile(rb"(?P<sender>\S+) (?P<to>\S+) (?:(?P<kind>text|ucs-2|data) |udh (?P<udh>\S+) data )(?P<body>.*)")


@dataclass(frozen=True, slots=True)
class PhoneText:
    """A text as the phone shows it, and the parts it came in."""

    sender: str
    text: str
    parts: tuple[str, ...]


class FakePhones:
    """Every phone of the fake network. Close it to end the thread."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._socket.settimeout(None)
        self._news = threading.Condition()
        self._texts: dict[str, list[PhoneText]] = defaultdict(list)
        self._parts: dict[tuple[str, str, int], dict[int, bytes]] = defaultdict(dict)
        self._last_to = ""
        self._thread = threading.Thread(target=self._read, name="fake phones", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def text(self, sender: str, to: str, text: str) -> None:
        """Let a phone text a line. No line feeds: the fake network ends the text there."""
        self._socket.sendall(f"{sender} {to} text {text}\n".encode())

    def binary(self, sender: str, to: str, content: bytes) -> None:
        """Let a phone send bytes that are no text."""
        self._socket.sendall(f"{sender} {to} data {quote(content, safe='')}\n".encode())

    def texts_of(self, phone: str) -> list[PhoneText]:
        """Give what arrived at that phone so far, complete texts only."""
        with self._news:
            return list(self._texts[phone])

    def wait_for(self, phone: str, count: int = 1) -> list[PhoneText]:
        """Give what arrived at that phone, once there are that many. Blocks; fails after half a minute."""
        with self._news:
            if not self._news.wait_for(lambda: len(self._texts[phone]) >= count, PATIENCE_S):
                raise TimeoutError(f"{phone} got {len(self._texts[phone])} of {count} texts")
            return list(self._texts[phone])

    def _read(self) -> None:
        with self._socket.makefile("rb") as lines:
            for line in lines:
                with self._news:
                    self._take(line.removesuffix(b"\n"))
                    self._news.notify_all()

    def _take(self, line: bytes) -> None:
        match = _LINE.fullmatch(line)
        if match is None:
            last = self._texts[self._last_to].pop()
            text = f"{last.text}\n{line.decode()}"
            self._texts[self._last_to].append(PhoneText(last.sender, text, (text,)))
            return
        sender, to = match["sender"].decode(), match["to"].decode()
        self._last_to = to
        if match["kind"] == b"text":
            text = match["body"].decode()
            self._texts[to].append(PhoneText(sender, text, (text,)))
            return
        content = unquote_to_bytes(match["body"].replace(b"+", b" "))
        if match["udh"] is None:
            self._keep(sender, to, [content], "utf-16-be" if match["kind"] == b"ucs-2" else "latin-1")
            return
        header = unquote_to_bytes(match["udh"].replace(b"+", b" "))
        reference, total, number = header[3], header[4], header[5]
        parts = self._parts[sender, to, reference]
        parts[number] = content
        if len(parts) == total:
            del self._parts[sender, to, reference]
            self._keep(sender, to, [parts[n] for n in sorted(parts)], "utf-8" if _is_gsm(parts[1]) else "utf-16-be")

    def _keep(self, sender: str, to: str, parts: list[bytes], encoding: str) -> None:
        whole = b"".join(parts).decode(encoding)
        shown = tuple(part.decode(encoding, "surrogatepass") for part in parts)
        self._texts[to].append(PhoneText(sender, whole, shown))


def _is_gsm(first_part: bytes) -> bool:
    try:
        text = first_part.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(text) + sum(text.count(character) for character in "^{}\\[]~|€") >= 152
