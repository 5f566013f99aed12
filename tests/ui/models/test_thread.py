from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cti_client.desk.views import PendingSend, PendingState
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.interaction import Direction
from cti_client.ui.delivery_words import state_words
from cti_client.ui.local_time import clock
from cti_client.ui.models.thread import MOST_ROWS, ThreadModel
from cti_client.ui.models.thread_row import ChatContext, RowAction, ThreadRow
from cti_client.wire.api import MessagePage, Problem
from tests.helpers.fake_desk import DAY, START, message
from tests.helpers.long_thread import nth, page

CHAT = ChatContext(12, START - 3_600_000, "Anna", "Maria")


@pytest.fixture
def model(qtbot: QtBot, qtmodeltester: ModelTester) -> ThreadModel:
    """Qt's own model tester watches every signal while a test runs."""
    made = ThreadModel(12, CHAT)
    qtmodeltester.check(made)  # type: ignore[no-untyped-call]  # pytest-qt leaves it untyped
    return made


def rows(model: ThreadModel) -> list[ThreadRow]:
    found = [model.row_at(at) for at in range(model.rowCount())]
    return [row for row in found if row is not None]


def ids(model: ThreadModel) -> list[int]:
    return [row.message_id for row in rows(model)]


def pending(client_id: str = "a", state: PendingState = PendingState.WAITING, problem: str = "") -> PendingSend:
    told = Problem(code="x", text=problem) if problem else None
    return PendingSend(client_id, 12, 12, f"text {client_id}", START, state, told)


# The window


def test_it_opens_on_the_newest_page_and_walks_a_million_messages_in_bounded_memory(model: ThreadModel) -> None:
    total = 1_000_000
    asked: list[int] = []
    model.older_wanted.connect(asked.append)
    model.reset(page(total))
    assert ids(model) == list(range(total - 49, total + 1))
    for _ in range(30):
        assert model.want_older()
        model.add_older(page(total, before=asked[-1], limit=100))
        assert model.rowCount() <= MOST_ROWS
    assert ids(model)[0] == total - 49 - 30 * 100
    assert not model.at_newest
    assert ids(model) == list(range(ids(model)[0], ids(model)[-1] + 1))


def test_it_walks_back_to_the_newest(model: ThreadModel) -> None:
    asked: list[int] = []
    model.older_wanted.connect(asked.append)
    model.newer_wanted.connect(asked.append)
    model.reset(page(2_000))
    for _ in range(10):
        model.want_older()
        model.add_older(page(2_000, before=asked[-1], limit=100))
    while model.want_newer():
        model.add_newer(page(2_000, after=asked[-1], limit=100))
        assert model.rowCount() <= MOST_ROWS
    assert model.at_newest
    assert ids(model)[-1] == 2_000
    assert ids(model) == list(range(ids(model)[0], 2_001))


def test_the_beginning_of_the_thread_is_known(model: ThreadModel) -> None:
    model.reset(page(60))
    assert model.want_older()
    model.add_older(page(60, before=11, limit=100))
    assert not model.want_older()
    assert ids(model) == list(range(1, 61))


def test_one_page_at_a_time(model: ThreadModel, qtbot: QtBot) -> None:
    model.reset(page(1_000))
    assert model.want_older()
    with qtbot.assertNotEmitted(model.older_wanted):
        assert not model.want_older()
    model.page_failed()
    assert model.want_older()


def test_nothing_is_asked_before_the_first_page(model: ThreadModel) -> None:
    assert not model.want_older()
    assert not model.want_newer()
    assert not model.loaded


# Live messages


def test_a_new_message_comes_last(model: ThreadModel) -> None:
    model.reset(page(50))
    model.upsert(nth(51))
    assert ids(model)[-1] == 51


def test_a_newer_version_replaces_and_an_older_one_does_not(model: ThreadModel) -> None:
    model.reset(page(3))
    model.upsert(nth(3, version=3, state=DeliveryState.DELIVERED))
    model.upsert(nth(3, version=2, state=DeliveryState.SENT))
    assert rows(model)[2].tick is DeliveryState.DELIVERED
    assert model.rowCount() == 3


def test_only_the_changed_rows_are_announced(model: ThreadModel, qtbot: QtBot) -> None:
    model.reset(page(50))
    with qtbot.waitSignal(model.dataChanged) as heard:
        model.upsert(nth(50, version=2, text="Other words."))
    assert [index.row() for index in heard.args[:2]] == [49, 49]


def test_a_version_that_looks_the_same_announces_nothing(model: ThreadModel, qtbot: QtBot) -> None:
    model.reset(page(50))
    before = model.rows()
    with qtbot.assertNotEmitted(model.dataChanged):
        model.upsert(nth(50, version=2))
    assert model.rows() == before
    model.upsert(nth(50, version=1, text="An older version."))
    assert model.rows() == before


def test_a_row_is_found_again_by_its_key(model: ThreadModel) -> None:
    model.reset(page(50))
    model.set_pending([pending("a"), pending("b")])
    keys = [row.key for row in model.rows()]
    assert [model.place_of(key) for key in keys] == list(range(52))
    assert model.place_of((51, "")) is None
    assert model.place_of((0, "c")) is None


def test_a_message_of_another_thread_is_none_of_its_business(model: ThreadModel) -> None:
    model.reset(page(5))
    model.upsert(nth(6, thread_id=99))
    assert ids(model) == [1, 2, 3, 4, 5]


def test_what_comes_before_the_first_page_is_not_lost(model: ThreadModel) -> None:
    model.upsert(nth(51))
    model.upsert(nth(49, version=2, state=DeliveryState.FAILED, direction=Direction.OUT))
    model.reset(page(50))
    assert ids(model)[-1] == 51
    assert rows(model)[48].tick is DeliveryState.FAILED


def test_what_comes_while_older_ones_are_read_appears_on_the_way_back(model: ThreadModel) -> None:
    asked: list[int] = []
    model.older_wanted.connect(asked.append)
    model.newer_wanted.connect(asked.append)
    model.reset(page(1_000))
    for _ in range(6):
        model.want_older()
        model.add_older(page(1_000, before=asked[-1], limit=100))
    assert not model.at_newest
    model.upsert(nth(1_001))
    assert model.rowCount() <= MOST_ROWS
    assert ids(model)[-1] < 1_000
    while model.want_newer():
        model.add_newer(page(1_000, after=asked[-1], limit=100))  # pages read before message 1001 was written
    assert ids(model)[-2:] == [1_000, 1_001]


def test_a_late_message_takes_its_place_by_id(model: ThreadModel) -> None:
    kept = tuple(nth(number) for number in (1, 2, 4, 5))
    model.reset(MessagePage(messages=kept))
    model.upsert(nth(3))
    assert ids(model) == [1, 2, 3, 4, 5]


def test_many_live_messages_drop_the_oldest(model: ThreadModel) -> None:
    model.reset(page(MOST_ROWS - 2))
    for number in range(MOST_ROWS - 1, MOST_ROWS + 20):
        model.upsert(nth(number))
        assert model.rowCount() <= MOST_ROWS
    assert ids(model)[-1] == MOST_ROWS + 19
    assert model.want_older()


# Texts that have not reached the hub (H1)


def test_an_unsent_text_stands_last_and_becomes_its_message(model: ThreadModel) -> None:
    model.reset(page(3))
    model.set_pending([pending("a"), pending("b")])
    assert [row.client_id for row in rows(model)] == ["", "", "", "a", "b"]
    model.upsert(nth(4, direction=Direction.OUT, client_id="a", state=DeliveryState.QUEUED))
    assert [(row.message_id, row.client_id) for row in rows(model)][3:] == [(4, ""), (0, "b")]
    model.set_pending([pending("b")])
    assert model.rowCount() == 5


def test_a_text_is_never_shown_twice_when_its_message_came_with_a_page(model: ThreadModel) -> None:
    model.set_pending([pending("a")])
    model.reset(MessagePage(messages=(nth(1, direction=Direction.OUT, client_id="a"),)))
    assert ids(model) == [1]


def test_unsent_texts_are_not_shown_in_the_middle_of_the_history(model: ThreadModel) -> None:
    asked: list[int] = []
    model.older_wanted.connect(asked.append)
    model.reset(page(1_000))
    model.set_pending([pending("a")])
    for _ in range(6):
        model.want_older()
        model.add_older(page(1_000, before=asked[-1], limit=100))
    assert all(row.client_id == "" for row in rows(model))
    model.reset(page(1_000))
    assert rows(model)[-1].client_id == "a"


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        (PendingState.WAITING, {RowAction.TAKE_BACK}),
        (PendingState.SENDING, set()),
        (PendingState.ASK, {RowAction.SEND_NOW, RowAction.TAKE_BACK, RowAction.DISCARD}),
        (PendingState.REFUSED, {RowAction.TAKE_BACK, RowAction.DISCARD}),
    ],
)
def test_what_can_be_done_about_an_unsent_text(
    model: ThreadModel, state: PendingState, actions: set[RowAction]
) -> None:
    model.reset(page(1))
    model.set_pending([pending("a", state, "Because.")])
    assert set(rows(model)[-1].actions) == actions
    assert ("Because." in rows(model)[-1].problem) == (state in (PendingState.ASK, PendingState.REFUSED))


# What a row says


def test_ages_count_from_the_start_of_this_chat_and_history_before_it(model: ThreadModel) -> None:
    history = message(1, at=CHAT.started_at - 3 * DAY, interaction_id=5, case_label="C-10231", case_agent="Ben")
    first = message(2, at=CHAT.started_at)
    later = message(3, at=CHAT.started_at + 133_000)
    model.reset(MessagePage(messages=(history, first, later)))
    assert [row.meta.split(" · ")[0] for row in rows(model)] == ["3 d before", "+00:00", "+02:13"]
    headings = [row.heading for row in rows(model)]
    assert headings[0] == "3 d before · case C-10231 · Ben"
    assert headings[1].startswith("This chat · started ")
    assert headings[2] == ""


def test_a_heading_moves_when_an_older_page_joins(model: ThreadModel) -> None:
    old = [message(number, interaction_id=5, at=START - DAY, case_label="C-1") for number in (1, 2)]
    model.reset(MessagePage(messages=(old[1], message(3)), more_before=True))
    assert rows(model)[0].heading
    model.add_older(MessagePage(messages=(old[0],)))
    assert rows(model)[0].heading
    assert rows(model)[1].heading == ""


def test_a_colleague_is_named_and_the_agent_is_not(model: ThreadModel) -> None:
    mine = nth(1, direction=Direction.OUT, author="Anna")
    model.reset(MessagePage(messages=(mine, nth(2, direction=Direction.OUT, author="Ben"))))
    assert "Anna" not in rows(model)[0].meta
    assert rows(model)[1].meta.startswith("Ben · ")


@pytest.mark.parametrize(
    ("state", "reason", "actions"),
    [
        (DeliveryState.UNKNOWN, None, (RowAction.ARRIVED, RowAction.NOT_ARRIVED)),
        (DeliveryState.UNDELIVERED, FailureReason.EXPIRED, (RowAction.SEND_AGAIN, RowAction.TEXT_AGAIN)),
        (DeliveryState.FAILED, FailureReason.CONNECTION_BROKEN, (RowAction.SEND_AGAIN, RowAction.TEXT_AGAIN)),
        (DeliveryState.FAILED, FailureReason.LANDLINE, (RowAction.CALL,)),
        (DeliveryState.FAILED, FailureReason.OPTED_OUT, (RowAction.CALL,)),
        (DeliveryState.FAILED, FailureReason.BAD_NUMBER, (RowAction.CHECK_NUMBER,)),
        (DeliveryState.DELIVERED, None, ()),
        (DeliveryState.SENT, None, ()),
    ],
)
def test_every_trouble_has_its_sentence_and_its_action(
    model: ThreadModel, state: DeliveryState, reason: FailureReason | None, actions: tuple[RowAction, ...]
) -> None:
    sent = nth(1, direction=Direction.OUT, state=state, reason=reason, reason_text="ERR 42")
    model.reset(MessagePage(messages=(sent,)))
    row = rows(model)[0]
    assert row.actions == actions
    troubled = state in (DeliveryState.UNKNOWN, DeliveryState.UNDELIVERED, DeliveryState.FAILED)
    assert bool(row.problem) == troubled
    assert row.details == "The gateway said: ERR 42"
    assert "ERR 42" not in row.problem + row.tick_text + row.spoken()
    said = row.spoken()
    assert f". {state_words(state)}. " in said, "the state in a word"
    assert said.count(row.tick_text.rstrip(".")) == 1, "and why, once"


@pytest.mark.parametrize(
    ("state", "said", "actions"),
    [
        (DeliveryState.DELIVERED, "arrived", (RowAction.NOT_ARRIVED,)),
        (DeliveryState.FAILED, "did not arrive", (RowAction.SEND_AGAIN, RowAction.TEXT_AGAIN, RowAction.ARRIVED)),
    ],
)
def test_an_agent_s_word_is_told_as_theirs_and_can_be_changed(
    model: ThreadModel, state: DeliveryState, said: str, actions: tuple[RowAction, ...]
) -> None:
    """D4: nobody is told that a phone has it, or that the network gave it up."""
    sent = nth(1, direction=Direction.OUT, state=state, settled_by="Zoë")
    model.reset(MessagePage(messages=(sent,)))
    row = rows(model)[0]
    told = f"Zoë said that it {said}; the network has not confirmed it."
    assert (row.by_word, row.problem, row.tick_text, row.actions) == (True, told, told, actions)
    assert row.spoken().count(told.rstrip(".")) == 1
    assert state_words(state) not in row.spoken()
    automatic = nth(1, version=2, direction=Direction.OUT, state=state, settled_by="Zoë", policy="welcome")
    model.upsert(automatic)
    assert rows(model)[0].actions == actions[-1:], "an automatic text is not sent again, but the word can be changed"
    model.upsert(nth(1, version=3, direction=Direction.OUT, state=DeliveryState.DELIVERED))
    assert (rows(model)[0].by_word, rows(model)[0].problem) == (False, "")


@pytest.mark.parametrize("reason", FailureReason)
def test_no_failure_leaves_a_person_without_something_to_do(model: ThreadModel, reason: FailureReason) -> None:
    model.reset(MessagePage(messages=(nth(1, direction=Direction.OUT, state=DeliveryState.FAILED, reason=reason),)))
    assert rows(model)[0].actions


def test_a_queued_retry_says_when(model: ThreadModel) -> None:
    sent = nth(1, direction=Direction.OUT, state=DeliveryState.QUEUED, retry_at=START)
    model.reset(MessagePage(messages=(sent,)))
    assert "tried again at" in rows(model)[0].problem


def test_a_gateway_that_is_away_is_said_in_our_words_alone(model: ThreadModel) -> None:
    technical = "Cannot connect to host 127.0.0.1:13013 ssl:default [Connect call failed]"
    sent = nth(1, direction=Direction.OUT, state=DeliveryState.QUEUED, retry_at=START, reason_text=technical)
    model.reset(MessagePage(messages=(sent,)))
    (row,) = rows(model)
    assert row.problem == f"The gateway did not take it; it is tried again at {clock(START)}."
    assert technical in row.details
    assert model.data(model.index(0), Qt.ItemDataRole.AccessibleDescriptionRole) == row.details


def test_automatic_texts_carry_the_name_of_their_policy(model: ThreadModel) -> None:
    sent = nth(1, direction=Direction.OUT, policy="opt_out_confirmation", author="")
    model.reset(MessagePage(messages=(sent,)))
    assert rows(model)[0].policy == "Automatic · opt out confirmation"
    assert rows(model)[0].spoken().startswith("This chat")
    assert "Automatic text:" in rows(model)[0].spoken()


def test_the_unread_mark_moves_and_goes(model: ThreadModel) -> None:
    model.reset(page(5))
    model.mark_unread_from(4)
    model.mark_unread_from(5)
    assert [row.first_unread for row in rows(model)] == [False] * 4 + [True]
    model.mark_unread_from(None)
    assert not any(row.first_unread for row in rows(model))


def test_screen_readers_hear_who_said_what_when_and_what_became_of_it(model: ThreadModel) -> None:
    model.reset(page(3))
    spoken = model.data(model.index(2), Qt.ItemDataRole.AccessibleTextRole)
    assert isinstance(spoken, str)
    assert "You: Message 3" in spoken
    assert "The phone of Maria has it" in spoken
    assert model.data(model.index(2)) == nth(3).text


def test_a_change_of_the_case_changes_the_context(model: ThreadModel) -> None:
    model.reset(page(3))
    model.set_chat(replace(CHAT, customer="Ola"))
    assert "Ola" in rows(model)[2].tick_text
