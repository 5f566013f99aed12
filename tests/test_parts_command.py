"""`cti-client parts` (D1): counted against another way of counting."""

import io
import json
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_client.domain.sms_text import GSM_BASIC, GSM_EXTENSION
from cti_client.parts_command import count, count_lines


def answers(*lines: bytes) -> tuple[list[dict[str, object]], int]:
    sink = io.BytesIO()
    status = count_lines(io.BytesIO(b"".join(line + b"\n" for line in lines)), sink)
    return [json.loads(line) for line in sink.getvalue().splitlines()], status


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("GSM-7", 1, 0, 0)),
        ("a" * 160, ("GSM-7", 1, 160, 160)),
        ("a" * 161, ("GSM-7", 2, 161, 161)),
        ("a" * 152 + "€" + "a" * 10, ("GSM-7", 2, 164, 163)),
        ("a" * 152 + "€" * 77, ("GSM-7", 3, 306, 229)),  # the escape may not be cut: 152, then 76 of two and one more
        ("e\u0301", ("UCS-2", 1, 2, 2)),  # nothing is composed
        ("\N{GRINNING FACE}" * 36, ("UCS-2", 2, 72, 36)),
        ("\u201c" + "a" * 70, ("UCS-2", 2, 71, 71)),  # nothing is replaced
        ("\ud800", ("UCS-2", 1, 1, 1)),
        ("a\r\nb\x0c", ("GSM-7", 1, 6, 5)),
    ],
)
def test_counts(text: str, expected: tuple[str, int, int, int]) -> None:
    (answer,), status = answers(json.dumps(text).encode())
    assert answer == dict(zip(("encoding", "parts", "units", "characters"), expected, strict=True))
    assert status == 0


def test_a_line_that_makes_no_sense_is_said_and_the_rest_goes_on() -> None:
    found, status = answers(b"{", b"12", b"\xff", b"null", b'"Hi"')
    assert [set(one) for one in found[:4]] == [{"error"}] * 4
    assert found[4] == {"encoding": "GSM-7", "parts": 1, "units": 2, "characters": 2}
    assert status == 1


@pytest.mark.parametrize(
    "line", [b"[" * 100_000, b"9" * 10_000, b"{}", b'"\xed\xa0\x80"', b'"tab\there"', b'"a" "b"', b""]
)
def test_no_line_ends_the_program(line: bytes) -> None:
    found, status = answers(line, b'"Hi"')
    assert found == [{"error": "not a JSON string"}, {"encoding": "GSM-7", "parts": 1, "units": 2, "characters": 2}]
    assert status == 1


def test_the_mark_that_some_programs_put_before_utf_8_is_no_text() -> None:
    found, status = answers(b'\xef\xbb\xbf"Hi"\r', b'"\xef\xbb\xbf"')
    assert [(one["encoding"], one["characters"]) for one in found] == [("GSM-7", 2), ("UCS-2", 1)]
    assert status == 0


def test_a_last_line_without_an_end() -> None:
    sink = io.BytesIO()
    assert count_lines(io.BytesIO(b'"a"\n"bc"'), sink) == 0
    assert [json.loads(line)["units"] for line in sink.getvalue().splitlines()] == [1, 2]


SIMPLE = st.text(st.sampled_from("aé\nZ ß€[ж中"), max_size=500)
"""Characters that stand alone: how they are split is easy to say in another way."""


@given(SIMPLE)
def test_as_counted_by_hand(text: str) -> None:
    gsm = all(character in GSM_BASIC + GSM_EXTENSION for character in text)
    costs = [2 if gsm and character in GSM_EXTENSION else 1 for character in text]
    parts = 1
    if sum(costs) > (160 if gsm else 70):
        room, parts = 0, 0
        for cost in costs:
            if cost > room:
                parts, room = parts + 1, 153 if gsm else 67
            room -= cost
    assert unicodedata.is_normalized("NFC", text)
    assert count(text) == {
        "encoding": "GSM-7" if gsm else "UCS-2",
        "parts": parts,
        "units": sum(costs),
        "characters": len(text),
    }


def test_as_a_program_with_another_program_at_its_side() -> None:
    """Each line is answered before the next is asked for, in UTF-8 whatever the system speaks."""
    command = [sys.executable, "-m", "cti_client", "parts"]
    environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        for text, encoding in (("жук", "UCS-2"), ("café", "GSM-7")):
            program.stdin.write(json.dumps(text, ensure_ascii=False).encode() + b"\n")
            program.stdin.flush()
            assert json.loads(program.stdout.readline())["encoding"] == encoding
        program.stdin.close()
        assert program.wait(30) == 0


def test_who_stops_reading_hears_no_complaint() -> None:
    command = [sys.executable, "-m", "cti_client", "parts"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.close()
        program.stdin.write(b'"a"\n')
        program.stdin.close()
        assert program.stderr.read() == b""
        assert program.wait(30) == 3
