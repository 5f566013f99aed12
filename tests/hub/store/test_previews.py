"""A text as one line of a preview."""

import pytest

from cti_client.hub.store.previews import words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hello", "Hello"),
        ("", ""),
        (" two\n\nlines \t", "two lines"),
        ("exactly ten", "exactly…"),
        ("ten of ten", "ten of ten"),
        ("Donaudampfschiff", "Donaudamp…"),
        ("a Donaudampfschiff", "a Donauda…"),
    ],
)
def test_cut_at_a_word_where_one_is_near(text: str, shown: str) -> None:
    assert words(text, 10) == shown
    assert len(shown) <= 10
