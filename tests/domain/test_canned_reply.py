"""E10: what a canned reply says once its placeholders are filled, and which one fits what was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_client.domain.canned_reply import Placeholder, fill, first_name, matching, unfilled, unknown
from cti_client.wire.topics import CannedReply

MARIA = {Placeholder.NAME: "Maria Kowalska", Placeholder.FIRST_NAME: "Maria", Placeholder.AGENT: "Anna"}


def reply(number: int, shortcut: str, title: str, text: str = "") -> CannedReply:
    return CannedReply(id=number, shortcut=shortcut, title=title, text=text)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hello {first_name}, {agent} here.", "Hello Maria, Anna here."),
        ("{name}{name}", "Maria KowalskaMaria Kowalska"),
        ("Your case is {case}.", "Your case is {case}."),
        ("{nobody} {Name} {first_name", "{nobody} {Name} {first_name"),
        ("{{name}}", "{Maria Kowalska}"),
        ("", ""),
    ],
)
def test_fill(text: str, filled: str) -> None:
    assert fill(text, MARIA) == filled


def test_a_name_with_braces_is_not_filled_again() -> None:
    assert fill("{name}", {Placeholder.NAME: "{agent}", Placeholder.AGENT: "Anna"}) == "{agent}"


def test_what_is_known_to_be_empty_stays_to_be_seen() -> None:
    text = fill("Hello {first_name}, your case {case}", {Placeholder.FIRST_NAME: "", Placeholder.CASE: "C-1"})
    assert text == "Hello {first_name}, your case C-1"
    assert unfilled(text) == ("{first_name}",)


def test_who_writes_a_reply_learns_what_is_no_placeholder() -> None:
    assert unknown("{name} {firstname} {agent} {firstname}") == ("{firstname}",)
    assert unfilled("{firstname}") == ()


@given(st.text())
def test_a_text_without_placeholders_is_left_alone(text: str) -> None:
    assert fill(text, {}) == text


@pytest.mark.parametrize(("name", "first"), [("Maria Kowalska", "Maria"), ("  Jo ", "Jo"), ("", "")])
def test_first_name(name: str, first: str) -> None:
    assert first_name(name) == first


def test_the_best_fit_comes_first() -> None:
    hours = reply(1, "hours", "Opening hours", "We are open from 8 to 6.")
    thanks = reply(2, "thx", "Thank you", "Thanks, {first_name}!")
    open_ = reply(3, "open", "Is it open?", "")
    all_ = [hours, thanks, open_]
    assert matching(all_, "") == all_
    assert matching(all_, "open") == [open_, hours]
    assert matching(all_, "ho") == [hours]
    assert matching(all_, "THAN") == [thanks]
    assert matching(all_, "8 to") == [hours]
    assert matching(all_, "nothing like it") == []
