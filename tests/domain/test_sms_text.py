"""Encoding, parts and splitting of texts (D1, D2, A11)."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_client.domain.graphemes import graphemes
from cti_client.domain.sms_text import (
    GSM_BASIC,
    GSM_EXTENSION,
    LONGEST,
    SEPARATE_LIMIT,
    Encoding,
    encoding_of,
    measure,
    plain_replacement,
    separate,
    split,
)

GSM_TEXT = st.text(st.sampled_from(GSM_BASIC + GSM_EXTENSION), max_size=700)
JOINERS = "\u0301\u200d\ufe0f\u094d\U0001f3fd\U0001f1e9\U0001f1ea\U0001f468\u0915\u0937\u1100\u1161\r\n€{ "
ANY_TEXT = st.text(st.one_of(st.characters(), st.sampled_from(JOINERS)), max_size=400)
LONG_TEXT = st.builds("".join, st.lists(st.one_of(ANY_TEXT, GSM_TEXT), max_size=4))
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


def units(part: str, encoding: Encoding) -> int:
    """Counted another way than the code under test does."""
    if encoding is Encoding.GSM_7:
        return sum(2 if character in "\f^{}\\[~]|€" else 1 for character in part)
    return len(part.encode("utf-16-le", "surrogatepass")) // 2  # hypothesis also types lone surrogates


def test_the_limits() -> None:
    assert (LONGEST, SEPARATE_LIMIT) == (1600, 140)


def test_the_gsm_alphabet_is_whole() -> None:
    assert len(GSM_BASIC) == len(set(GSM_BASIC)) == 127
    assert len(set(GSM_EXTENSION)) == 10


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "counted", "left"),
    [
        ("", "GSM-7", 0, 0, 160),
        ("Hi", "GSM-7", 1, 2, 158),
        ("a" * 160, "GSM-7", 1, 160, 0),
        ("a" * 161, "GSM-7", 2, 161, 145),
        ("a" * 306, "GSM-7", 2, 306, 0),
        ("a" * 307, "GSM-7", 3, 307, 152),
        ("a" * 159 + "€", "GSM-7", 2, 161, 145),
        ("€" * 80, "GSM-7", 1, 160, 0),
        ("€" * 153, "GSM-7", 3, 306, 151),
        ("a\r\nb", "GSM-7", 1, 4, 156),
        ("ж" * 70, "UCS-2", 1, 70, 0),
        ("ж" * 71, "UCS-2", 2, 71, 63),
        ("ж" * 134, "UCS-2", 2, 134, 0),
        ("ж€", "UCS-2", 1, 2, 68),
        ("😀" * 35, "UCS-2", 1, 70, 0),
        ("😀" * 36, "UCS-2", 2, 72, 61),
        ("ç", "UCS-2", 1, 1, 69),
        ("\uffff", "UCS-2", 1, 1, 69),
    ],
)
def test_sizes(text: str, encoding: str, parts: int, counted: int, left: int) -> None:
    size = measure(text)
    assert (size.encoding, size.parts, size.units, size.left_in_part) == (encoding, parts, counted, left)
    assert size.characters == len(text)
    assert (
        size.limit
        == {("GSM-7", True): 160, ("GSM-7", False): 153, ("UCS-2", True): 70, ("UCS-2", False): 67}[encoding, parts < 2]
    )


def test_a_decomposed_letter_is_measured_as_it_is_sent() -> None:
    assert measure("cafe\u0301") == measure("café")
    assert measure("café").encoding is Encoding.GSM_7


@pytest.mark.parametrize(
    ("text", "costly"),
    [
        ("plain {text} €", ()),
        ("Don’t — “stop” — don’t", ("’", "—", "“", "”")),
        ("ok 👍🏽 ok 👍🏽 👍", ("👍🏽", "👍")),
        ("a" + FAMILY, (FAMILY,)),
        ("Łódź", ("Ł", "ó", "ź")),
        ("\t", ("\t",)),
    ],
)
def test_the_characters_that_cost_are_named(text: str, costly: tuple[str, ...]) -> None:
    assert measure(text).costly == costly


def test_no_part_ends_inside_what_belongs_together() -> None:
    assert split("a" * 152 + "€" + "b" * 10) == ["a" * 152, "€" + "b" * 10]
    assert split("a" * 152 + "\r\n" + "b" * 10) == ["a" * 152, "\r\n" + "b" * 10]
    assert split("ж" * 66 + "😀" + "ж" * 10) == ["ж" * 66, "😀" + "ж" * 10]
    assert split("ж" * 60 + FAMILY + "ж" * 10) == ["ж" * 60, FAMILY + "ж" * 10]
    assert split("ж" * 66 + "e\u0301" + "ж" * 10) == ["ж" * 66, "e\u0301" + "ж" * 10]


def test_a_character_that_just_fits_a_part_stays_whole() -> None:
    longest = "x" + "\u0301" * 66
    assert split("ж" * 10 + longest + "ж") == ["ж" * 10, longest, "ж"]


def test_a_character_longer_than_a_part_is_cut_between_its_marks() -> None:
    text = "x" + "\u0301" * 200
    assert [len(part) for part in split(text)] == [67, 67, 67]


@given(LONG_TEXT)
def test_parts_joined_are_the_text_and_none_is_over_its_limit(text: str) -> None:
    parts = split(text)
    assert "".join(parts) == text
    encoding = encoding_of(text)
    limits = {Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67)}[encoding]
    limit = limits[0] if len(parts) < 2 else limits[1]
    assert all(0 < units(part, encoding) <= limit for part in parts)
    ends = {sum(map(len, parts[:count])) for count in range(len(parts) + 1)}
    position = 0
    for cluster in graphemes(text):
        if units(cluster, encoding) <= limit:
            assert not ends & set(range(position + 1, position + len(cluster)))
        position += len(cluster)


@given(LONG_TEXT)
def test_no_part_could_have_been_longer(text: str) -> None:
    encoding = encoding_of(text)
    limit = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}[encoding]
    parts = split(text)
    for part, following in pairwise(parts):
        assert units(part, encoding) + units(graphemes(following)[0], encoding) > limit


@given(LONG_TEXT)
def test_the_measure_is_that_of_the_parts(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    size, parts = measure(text), split(composed)
    assert size.parts == len(parts)
    assert size.units == sum(units(part, size.encoding) for part in parts)
    assert size.left_in_part == size.limit - (units(parts[-1], size.encoding) if parts else 0)
    assert bool(size.costly) == (size.encoding is Encoding.UCS_2)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Don’t — “stop”…", 'Don\'t - "stop"...'),
        ("a\u00a0b\u200bc\td", "a bc d"),
        ("5 × 3", "5 x 3"),
        ("a\u2028b", "a\nb"),
        ("cafe\u0301 – ok", "café - ok"),
        ("plain", None),
        ("", None),
        ("Łódź – ok", None),
        ("cafe\u0301", None),
        ("👍", None),
    ],
)
def test_typographic_signs_are_replaced_where_they_alone_cost(text: str, plain: str | None) -> None:
    assert plain_replacement(text) == plain


@given(ANY_TEXT)
def test_a_replacement_always_pays(text: str) -> None:
    plain = plain_replacement(text)
    if plain is not None:
        assert measure(text).encoding is Encoding.UCS_2
        assert encoding_of(plain) is Encoding.GSM_7


def test_separate_messages_are_cut_at_words() -> None:
    text = "one two three four"
    assert separate(text, 18) == [text]
    assert separate(text, 17) == ["one two three", "four"]
    assert separate(text, 13) == ["one two three", "four"]
    assert separate(text, 12) == ["one two", "three four"]
    assert separate("  one \n\n two  ", 5) == ["one", "two"]
    assert separate("abcdefghij kl", 4) == ["abcd", "efgh", "ij", "kl"]
    assert separate("   ", 10) == []
    assert separate("x\u0323\u0301 b", 1) == ["x\u0323\u0301", "b"]  # one character longer than all that may go
    with pytest.raises(ValueError, match="at least one"):
        separate("x", 0)


def test_a_separate_message_is_never_more_than_one_part() -> None:
    assert separate("a" * 300, 140) == ["a" * 140, "a" * 140, "a" * 20]
    assert separate("€" * 100, 140) == ["€" * 80, "€" * 20]
    assert separate("ж" + "a" * 100, 140) == ["ж" + "a" * 69, "a" * 31]
    assert separate("a" * 69 + "жa", 140) == ["a" * 69 + "ж", "a"]
    assert separate("ж" * 100, 140) == ["ж" * 70, "ж" * 30]
    assert separate("word " * 20 + "жж", 140) == [("word " * 20).strip(), "жж"]


@given(LONG_TEXT, st.integers(1, 160))
def test_separate_keeps_every_letter_and_its_limits(text: str, limit: int) -> None:
    messages = separate(text, limit)
    assert "".join("".join(messages).split()) == "".join(text.split())
    for message in messages:
        assert message
        assert measure(message).parts == 1
        assert len(message) <= limit or len(graphemes(message)) == 1
