"""A line of the log: for people or for machines, with the request's name, never with an error's own words."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

from cti_client.hub.log import REQUEST_ID, JsonLines, TextLines, set_up


def record(message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("cti_client.hub.web", logging.WARNING, "x.py", 1, message, args, info)
    made.created, made.msecs = 1_760_000_000.0, 7.0
    return made


@pytest.fixture
def named() -> Iterator[None]:
    token = REQUEST_ID.set("4f1c")
    yield
    REQUEST_ID.reset(token)


def test_text() -> None:
    assert TextLines().format(record("%d came", 2)) == "2025-10-09T08:53:20.007Z WARNING hub.web 2 came"


@pytest.mark.usefixtures("named")
def test_text_of_a_request() -> None:
    assert TextLines().format(record("came")) == "2025-10-09T08:53:20.007Z WARNING hub.web [4f1c] came"


@pytest.mark.usefixtures("named")
def test_json() -> None:
    assert json.loads(JsonLines().format(record('"%s"\nin two lines', "ü"))) == {
        "time": "2025-10-09T08:53:20.007Z",
        "level": "warning",
        "logger": "cti_client.hub.web",
        "message": '"ü" in two lines',
        "request": "4f1c",
    }


@pytest.mark.parametrize("form", [TextLines(), JsonLines()])
def test_an_error_s_own_words_stay_out(form: logging.Formatter) -> None:
    try:
        raise ValueError("a customer's text")
    except ValueError as error:
        line = form.format(record("failed", error=error))
    assert "customer" not in line
    assert "failed: ValueError (test_log.py" in line
    assert "\n" not in line


def test_set_up_takes_the_whole_program() -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    try:
        set_up("json", logging.INFO, stream)
        logging.getLogger("somebody.else").info("said")
        logging.getLogger("somebody.else").debug("not said")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.captureWarnings(False)
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["said"]
    assert sys.stderr is not stream
