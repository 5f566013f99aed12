"""A line of the log: for people or for machines, with the request's name, never with an error's own words."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

from cti_client.hub.log import REQUEST_ID, JsonLines, TextLines, Words, set_up
from cti_client.hub.own_hub_process import Pipe, PipeHandler


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


@pytest.mark.parametrize("form", [TextLines(), JsonLines(), Words()])
async def test_what_asyncio_quotes_stays_out(form: logging.Formatter) -> None:
    """Its handler writes the task that failed with its error, or the callback with its arguments."""

    async def fail() -> None:
        raise ValueError("a customer's text")

    def call_back(text: str) -> None:
        raise ValueError(text)

    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    keep = Keep()
    keep.setFormatter(form)
    logger = logging.getLogger("asyncio")
    logger.addHandler(keep)
    try:
        loop = asyncio.get_running_loop()
        task = loop.create_task(fail(), name="outbox")
        await asyncio.wait((task,))
        loop.call_exception_handler(
            {"message": "Task exception was never retrieved", "exception": task.exception(), "future": task}
        )
        loop.call_soon(call_back, "a customer's text")
        await asyncio.sleep(0)
    finally:
        logger.removeHandler(keep)
    assert len(lines) == 2
    assert not [line for line in lines if "customer" in line or "\n" in line]
    assert "Task exception was never retrieved: ValueError (test_log.py" in lines[0]
    assert "Exception in callback" in lines[1]


def test_the_desktop_s_own_hub_hands_no_error_s_words_over() -> None:
    said: list[tuple[str, ...]] = []

    class Said(Pipe):
        def say(self, *words: str) -> None:
            said.append(words)

    try:
        raise ValueError("a customer's text")
    except ValueError as error:
        PipeHandler(Said(-1)).emit(record("failed", error=error))
    ((kind, level, name, line),) = said
    assert (kind, level, name) == ("log", str(logging.WARNING), "cti_client.hub.web")
    assert line.startswith("failed: ValueError (test_log.py")
    assert "customer" not in line
    assert "\n" not in line
