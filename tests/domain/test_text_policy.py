"""What goes on which connection, and what stands in its place (A11)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_client.domain.sms_text import Encoding, encoding_of
from cti_client.domain.text_policy import TextPolicy, refusal_sentence, refused, replacement

LETTERS, GSM, EVERYTHING = TextPolicy.LETTERS, TextPolicy.GSM, TextPolicy.EVERYTHING
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
WRITING = [
    "Zażółć gęślą jaźń",
    "Быстрая лиса",
    "Καλημέρα",
    "שלום עולם",
    "مرحبا بالعالم",
    "नमस्ते क्षत्रिय",
    "বাংলা",
    "தமிழ்",
    "తెలుగు",
    "ಕನ್ನಡ",
    "മലയാളം",
    "සිංහල",
    "ไทยน้ำ",
    "ລາວ",
    "မြန်မာ",
    "ភាសាខ្មែរ",
    "ქართული",
    "Հայերեն",
    "አማርኛ",
    "日本語かな",
    "한국어",
    "中文",
    "ᐃᓄᒃᑎᑐᑦ",
    "‘quotes’ — “and” dashes…",
    "€ £ ₹ ₿ ¥",
    "± × ÷ ≤ ≠ ∞ √ ∑",
    "© ® ™ ° § ¶ †",
    "½ ² ³ №",
    "→ ← ↑",
    "☎ 5550100",
    "\u200fRTL\u200e",
    "کتاب\u200cها",
]
PICTURES = [
    "\U0001f600",
    "\U0001f44d\U0001f3fd",
    FAMILY,
    "\U0001f1e9\U0001f1ea",
    "1\ufe0f\u20e3",
    "❤\ufe0f",
    "☎\ufe0f",
    "✅",
    "⭐",
    "⌚",
    "\U0001f9ff",
    "\U0001f3f4\U000e0067\U000e0062\U000e007f",
    "\U0001fae8",
    "⚽",
]


@pytest.mark.parametrize("text", WRITING)
def test_letters_of_any_language_go(text: str) -> None:
    assert refused(text, LETTERS) == ()
    assert replacement(text, LETTERS) is None


@pytest.mark.parametrize("picture", PICTURES)
def test_pictures_do_not_go_and_each_is_marked_whole(picture: str) -> None:
    text = f"Hi {picture}{picture} x"
    found = refused(text, LETTERS)
    assert [text[one.start : one.end] for one in found] == [picture, picture]
    assert [one.characters for one in found] == [picture, picture]
    assert refused(text, EVERYTHING) == ()
    made = replacement(text, LETTERS)
    assert made is not None
    assert refused(made, LETTERS) == ()
    assert made.startswith("Hi ")
    assert made.endswith(" x")


@pytest.mark.parametrize(
    ("text", "policy", "expected"),
    [
        ("Thanks \U0001f642 \U0001f44d\U0001f3fd", LETTERS, "Thanks :) OK"),
        ("I ❤\ufe0f it", LETTERS, "I <3 it"),
        ("Press 1\ufe0f\u20e3", LETTERS, "Press 1"),
        ("Call ☎\ufe0f now", LETTERS, "Call ☎ now"),
        ("“Grüße” — naïve, Łódź…", GSM, '"Grüße" - naive, Lodz...'),
        ("½ l, 20 °C, 6 ÷ 2, ©®™ → x², № 3", GSM, "1/2 l, 20 C, 6 / 2, (C)(R)TM -> x2, No 3"),
        ("a\u200d\u200e b\u0007 ★ ●", GSM, "a b  "),
        ("Caf\u0065\u0301", GSM, None),
        ("Привет", GSM, "Привет"),
    ],
)
def test_what_stands_instead(text: str, policy: TextPolicy, expected: str | None) -> None:
    assert replacement(text, policy) == expected


def test_gsm_marks_what_is_not_in_its_alphabet() -> None:
    assert refused("Straße, é, [€], Ça\n", GSM) == ()
    assert [one.characters for one in refused("Ça và ж, garçon", GSM)] == ["ж", "ç"]


def test_what_cannot_be_seen_is_named() -> None:
    found = refused("\n\u200d b\tc\u00a0d\u200be\x07f\U000e0001\ufe0f", GSM)
    sentence = refusal_sentence(found, GSM)
    for name in ("zero width joiner", "tab", "no-break space", "zero-width space", "U+0007", "language tag"):
        assert name in sentence


def test_the_sentence_names_each_once_and_not_too_many() -> None:
    found = refused("⭐⭐✅\U0001f600\U0001f601\U0001f602\U0001f603\U0001f604", LETTERS)
    sentence = refusal_sentence(found, LETTERS)
    assert sentence.count("⭐") == 1
    assert sentence.endswith(", …")
    assert sentence.count(",") == 6
    assert refusal_sentence((), LETTERS) == ""
    assert "alphabet" in refusal_sentence(refused("ж", GSM), GSM)


ANY_TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from("\ufe0f\u20e3\u200d\U0001f1e9\U0001f468é\u0301a1")), max_size=60
)


@given(ANY_TEXT, st.sampled_from(TextPolicy))
def test_nothing_but_what_is_refused_is_touched(text: str, policy: TextPolicy) -> None:
    found = refused(text, policy)
    assert all(text[one.start : one.end] == one.characters for one in found)
    assert [one.start for one in found] == sorted({one.start for one in found})
    made = replacement(text, policy)
    assert (made is None) == (not found)
    if policy is TextPolicy.GSM:
        assert (encoding_of(unicodedata.normalize("NFC", text)) is Encoding.GSM_7) == (not found)
        left = refused(made or "", policy)
        assert all(any(character.isalnum() for character in one.characters) for one in left)
    if policy is TextPolicy.LETTERS and made is not None:
        assert refused(made, policy) == ()
