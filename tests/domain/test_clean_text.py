"""Text from outside: what stays, what is replaced (facts: NUL, surrogates)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_client.domain.clean_text import clean_text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Hi\tthere\n", "Hi\tthere\n"),
        ("a\r\nb\rc\vd\fe\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("\r\n\r\n", "\n\n"),
        ("👍🏽 ärger नमस्ते", "👍🏽 ärger नमस्ते"),
        ("\ud83d\ude00", "😀"),
    ],
)
def test_nothing_is_lost(raw: str, clean: str) -> None:
    assert clean_text(raw) == (clean, False)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\x00b", "a�b"),
        ("\x00\x01", "��"),
        ("\x1b[31m", "�[31m"),
        ("\x7f\x80\x9f", "���"),
        ("a\ud800b", "a�b"),
        ("\udc00\ud800", "��"),
        ("end\ud83d", "end�"),
        ("\x00\ud83d\ude00", "�😀"),
    ],
)
def test_what_cannot_be_kept_is_replaced(raw: str, clean: str) -> None:
    assert clean_text(raw) == (clean, True)


def test_a_replacement_that_came_in_is_no_loss() -> None:
    assert clean_text("�") == ("�", False)
    assert clean_text("�\ud83d\ude00") == ("�😀", False)


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_clean_text_can_be_stored_and_is_clean(raw: str) -> None:
    clean, changed = clean_text(raw)
    assert clean.encode().decode() == clean
    assert "\x00" not in clean
    assert "\r" not in clean
    assert clean_text(clean) == (clean, False)
    if changed:
        assert "�" in clean
