"""Grapheme clusters, after the cases of Unicode Standard Annex 29."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_client.domain.graphemes import graphemes


@pytest.mark.parametrize(
    "clusters",
    [
        ["H", "i"],
        ["\r\n", "\n", "\n", "\r", "\r"],
        ["a", "\r", "b"],
        ["e\u0301\u0308", "x"],
        ["\n", "\u0308"],
        ["ж", "д"],
        ["\U0001f44d\U0001f3fd", "\U0001f44d"],
        ["\U0001f468\u200d\U0001f469\u200d\U0001f467", "!"],
        ["\u2764\ufe0f\u200d\U0001f525"],
        ["a\u200d", "\U0001f525"],
        ["\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7", "\U0001f1ea"],
        ["a", "\U0001f1e9\U0001f1ea", "b"],
        ["\U0001f3f4\U000e0067\U000e0062\U000e007f"],
        ["1\ufe0f\u20e3"],
        ["\u1100\u1161\u11a8", "\u1100"],
        ["\uac01\u11a8", "\uac00"],
        ["\uac00\u1161\u11a8"],
        ["\ud55c", "\uae00"],
        ["\u0e19\u0e35\u0e49"],
        ["\u0e04\u0e33"],
        ["\u0928", "\u092e", "\u0938\u094d\u0924\u0947"],
        ["\u0915\u094d\u200d\u0937\u093f"],
        ["\u0600\u0031"],
        ["x", "\u2028", "y"],
        ["a\u200d", "b"],
        ["\u1000\u1039\u1000\u102d", "\u1000"],
        ["\u1780\u17d2\u1780\u17b6"],
        ["\u0915\u094d", "\u4e2d"],
        ["\u0915\u094d\u200c", "\u0915"],
        ["\u0915\u094d\u0903", "\u0915"],
        ["\u1000", "\u102b", "\u1000", "\u1038"],
        ["\u2764\ufe0f\u200d\u2764", "\u2764\u200d\u200d", "\u2764"],
        ["\U0001f468\u0903\u200d", "\U0001f468"],
        ["\u2192\u200d", "\u2192"],
        ["\u2764\u200d", "\U0001f1e9\U0001f1ea\u0301", "\U0001f1eb"],
        ["\u0600\u0915\u094d\u0915", "\u2065", "\u0903"],
    ],
)
def test_clusters(clusters: list[str]) -> None:
    assert graphemes("".join(clusters)) == clusters


def test_no_text_has_no_clusters() -> None:
    assert graphemes("") == []


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_nothing_is_lost(text: str) -> None:
    clusters = graphemes(text)
    assert "".join(clusters) == text
    assert all(clusters)
