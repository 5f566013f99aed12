"""Keywords and what they do to consent (B7; the words from facts of the field)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_client.domain.consent import Consent, ConsentState, Keyword, keyword, transition
from cti_client.domain.errors import OnlyStartError

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
        ("Stop-all", Keyword.STOP),
        ("opt\u2011out", Keyword.STOP),
        ("Opt – out", Keyword.STOP),
        ("ＯＰＴ－ＯＵＴ！", Keyword.STOP),
        ("\ufeffⓈⓉⓄⓅ", Keyword.STOP),
        ("\u202aSTOP\u202c", Keyword.STOP),
        ("(un-stop)", None),
    ],
)
def test_keywords(text: str, word: Keyword | None) -> None:
    assert keyword(text) is word


@pytest.mark.parametrize(
    "text",
    ["", " ", "!?", "please stop", "STOP PLEASE", "stops", "the end", "yes please", "sto p", "stop.all", "👍", "не"],
)
def test_ordinary_texts(text: str) -> None:
    assert keyword(text) is None


def test_however_much_punctuation_and_blanks_surround_a_keyword() -> None:
    assert keyword("STOP" + "!" * 200_000) is Keyword.STOP
    assert keyword("\n" * 70 + "“Opt out” …" + " " * 70) is Keyword.STOP
    assert keyword("." * 200_000) is None


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


OPTS_IN = (Keyword.START, Keyword.YES)
ACTS = st.lists(st.sampled_from([None, *Keyword, "allow", "opt out", "carrier"]), max_size=12)


def act(before: Consent, what: Keyword | str | None) -> Consent:
    """One thing that happens: a customer's text (a keyword, or None for any other), or one of the three others."""
    match what:
        case "allow":
            return before.after_allow()
        case "opt out":
            return before.after_opt_out()
        case "carrier":
            return before.after_carrier()
    assert what is None or isinstance(what, Keyword)
    return before.after_text(what)


@given(ACTS)
def test_what_the_customer_ended_only_the_customer_begins_again(acts: list[Keyword | str | None]) -> None:
    """Whatever happens in whatever order: an opt-out by the customer's own word is left by their START alone."""
    consent, ended = Consent(), False
    for what in acts:
        if what in (Keyword.STOP, "carrier"):
            ended = True
        elif what in OPTS_IN:
            ended = False
        if what == "allow" and ended:
            with pytest.raises(OnlyStartError):
                act(consent, what)
        else:
            consent = act(consent, what)
        assert consent.own is ended
        assert consent.is_out or not ended
        assert not consent.own or consent.is_out


@given(ACTS)
def test_texts_move_the_state_as_the_table_says(acts: list[Keyword | str | None]) -> None:
    consent = Consent()
    for what in acts:
        after = consent if what == "allow" and consent.own else act(consent, what)
        if what is None or isinstance(what, Keyword):
            assert after.state is transition(consent.state, what)
        consent = after


def test_an_agent_can_undo_what_an_agent_wrote_down() -> None:
    out = Consent(ConsentState.OPTED_IN).after_opt_out()
    assert out.after_text(None) == out
    assert out.after_allow() == Consent(ConsentState.OPTED_IN)
    with pytest.raises(OnlyStartError):
        out.after_text(Keyword.STOP).after_allow()
