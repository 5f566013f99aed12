"""How the hub command writes its log: text for people or one JSON object a line, each with the request's name.

No line ever holds message text: errors are written as their kind and the way to them (`trouble.py`), not in their own
words.
"""

import json
import logging
import sys
import time
from contextvars import ContextVar
from typing import TextIO

from cti_client.hub.trouble import trouble

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The name of the request (or of the desktop's link) on whose behalf this task runs."""


def set_up(form: str, level: int, stream: TextIO = sys.stderr) -> None:
    """Write the whole program's log to `stream` as `text` or `json`."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # says nothing that helps


class TextLines(logging.Formatter):
    """`2026-01-31T10:00:00.123Z WARNING hub.web.refusals [4f1c09aa] POST /gateway/kannel/inbound: 403 ...`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        request_id = REQUEST_ID.get()
        name = record.name.removeprefix("cti_client.")
        of_request = f" [{request_id}]" if request_id else ""
        return f"{_instant(record)} {record.levelname} {name}{of_request} {_words(record)}"


class JsonLines(logging.Formatter):
    """Keys `time` (UTC), `level`, `logger`, `message`, and `request` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "time": _instant(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _words(record),
        }
        if request_id := REQUEST_ID.get():
            line["request"] = request_id
        return json.dumps(line)


class Words(logging.Formatter):
    """The message alone, for a log that others write down: one line, errors as their kind and the way to them."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return _words(record)


def _instant(record: logging.LogRecord) -> str:
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{seconds}.{int(record.msecs):03}Z"


def _words(record: logging.LogRecord) -> str:
    lines = record.getMessage().splitlines()
    if record.name == "asyncio":  # it quotes what failed: a task with its error, a callback with its arguments
        lines = [line.partition("(")[0].partition("<")[0].rstrip() for line in lines[:1]]
    words = " ".join(lines)
    error = record.exc_info[1] if record.exc_info else None
    return words if error is None else f"{words}: {trouble(error)}"
