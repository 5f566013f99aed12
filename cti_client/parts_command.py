"""`cti-client parts`: what texts cost, for scripts of operators. One JSON string a line in, one JSON object a line out.

Lines are UTF-8 on every system. Each is answered at once, so that another program may keep this one at its side.
"""

import codecs
import json
from typing import BinaryIO

from cti_client.domain.sms_text import measure_as_it_is

BAD_LINE = 1
"""The exit status where a line was no JSON string."""

NOBODY_READS = 3
"""The exit status where the answers could not be written."""


def count_lines(source: BinaryIO, sink: BinaryIO) -> int:
    """Answer every line, also those that make no sense; the exit status."""
    status = 0
    for number, line in enumerate(source):
        try:
            text = json.loads((line if number else line.removeprefix(codecs.BOM_UTF8)).decode("utf-8"))
        except (ValueError, RecursionError):  # the latter: brackets within brackets
            text = None
        if isinstance(text, str):
            answer = count(text)
        else:
            answer, status = {"error": "not a JSON string"}, BAD_LINE
        sink.write(json.dumps(answer).encode("ascii") + b"\n")
        sink.flush()
    return status


def count(text: str) -> dict[str, object]:
    """Encoding, parts, units and code points of a text as it is. Empty text is one part."""
    size = measure_as_it_is(text)
    return {
        "encoding": size.encoding.value,
        "parts": max(size.parts, 1),
        "units": size.units,
        "characters": size.characters,
    }
