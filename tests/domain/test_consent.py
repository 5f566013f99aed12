"""Keywords and what they do to consent (B7; the words from facts of the field)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_client.domain.consent import ConsentState, Keyword, keyword, transition

STOP_WORDS = (
    *("STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "STOP ALL", "REVOKE", "OPTOUT", "OPT OUT", "OPT-OUT"),
    *("CANCEL", "ARRET", "REMOVE", "TD"),
)


@pytest.mark.parametrize("word", STOP_WORDS)
def test_every_word_that_carriers_and_the_law_take_for_stop(word: str) -> None:
    for text in (word, word.lower(), word.title(), f"  {word}\n", f"“{word}!!!”", f"*{word}*.", f"👎 {word} 👎"):
        assert keyword(text) is Keyword.STOP


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Start", Keyword.START),
        ("UNSTOP.", Keyword.START),
        ("join", Keyword.START),
        ("Yes!", Keyword.YES),
        ("help?", Keyword.HELP),
        ("INFO", Keyword.HELP),
        ("arrêt", Keyword.STOP),
        ("ＳＴＯＰ", Keyword.STOP),
        ("S\u200bTOP", Keyword.STOP),
        ("opt\t out", Keyword.STOP),
        ("stop\nall", Keyword.STOP),
    ],
)
def test_keywords(text: str, word: Keyword) -> None:
    assert keyword(text) is word


@pytest.mark.parametrize(
    "text",
    ["", " ", "!?", "please stop", "STOP PLEASE", "stops", "the end", "yes please", "sto p", "stop.all", "👍", "не"],
)
def test_ordinary_texts(text: str) -> None:
    assert keyword(text) is None


def test_a_keyword_lost_in_punctuation_is_none() -> None:
    assert keyword("STOP" + "!" * 200_000) is None


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    word = keyword(text)
    for state in ConsentState:
        after = transition(state, word)
        assert (after is ConsentState.OPTED_OUT) == (
            word is Keyword.STOP or (state is ConsentState.OPTED_OUT and word in (None, Keyword.HELP))
        )


@pytest.mark.parametrize(
    ("word", "after"),
    [
        (Keyword.STOP, {"unknown": "opted_out", "opted_in": "opted_out", "opted_out": "opted_out"}),
        (Keyword.START, {"unknown": "opted_in", "opted_in": "opted_in", "opted_out": "opted_in"}),
        (Keyword.YES, {"unknown": "opted_in", "opted_in": "opted_in", "opted_out": "opted_in"}),
        (Keyword.HELP, {"unknown": "opted_in", "opted_in": "opted_in", "opted_out": "opted_out"}),
        (None, {"unknown": "opted_in", "opted_in": "opted_in", "opted_out": "opted_out"}),
    ],
)
def test_the_table_of_transitions(word: Keyword | None, after: dict[str, str]) -> None:
    assert {state: transition(ConsentState(state), word) for state in after} == after
