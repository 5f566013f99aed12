"""D3, E6: what became of one text, attempt by attempt."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.ui.chat.message_history_dialog import MessageHistoryDialog
from cti_client.ui.delivery_words import reason_words, state_words
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.label import Label
from cti_client.wire.api import Attempt, MessageHistory, Report, Settlement
from tests.helpers.fake_desk import SECOND, START
from tests.helpers.fitting import cut_texts, nameless
from tests.helpers.longer_language import LongerLanguage

TEXT = "We moved your delivery to tomorrow between nine and noon, is that all right for you? " * 3
HISTORY = MessageHistory(
    attempts=(
        Attempt(
            attempt=1,
            at=START,
            state=DeliveryState.FAILED,
            state_at=START + 5 * SECOND,
            connection="Kannel",
            reason=FailureReason.CARRIER_REFUSED,
            reason_text="NACK/0x0000000b/Invalid destination address",
        ),
        Attempt(
            attempt=2,
            at=START + 60 * SECOND,
            state=DeliveryState.DELIVERED,
            state_at=START + 64 * SECOND,
            connection="Kannel",
            by="Anna",
        ),
    ),
    reports=(
        Report(at=START + 5 * SECOND, state=DeliveryState.FAILED, raw="type=16 NACK/0x0000000b", attempt=1),
        Report(at=START + 63 * SECOND, state=DeliveryState.DELIVERED, raw="type=1 id:77 DELIVRD", part=0, attempt=2),
        Report(at=START + 64 * SECOND, state=DeliveryState.DELIVERED, raw="type=1 id:78 DELIVRD", part=1, attempt=2),
    ),
    checked_consent="opted_in",
    local_time="06:40",
)


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> Iterator[MessageHistoryDialog]:
    made = MessageHistoryDialog(theme, TEXT)
    made.show()
    yield made
    made.close()


def words(dialog: MessageHistoryDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(Label) if label.isVisibleTo(dialog)]


def test_it_asks_when_it_opens_and_says_that_it_loads(qtbot: QtBot, dialog: MessageHistoryDialog) -> None:
    with qtbot.waitSignal(dialog.wanted):
        dialog.open()
    assert "Loading…" in words(dialog)
    assert not dialog.copy.isEnabled()


def test_it_tells_each_attempt_with_its_reports_and_copies_all(dialog: MessageHistoryDialog) -> None:
    dialog.show_history(HISTORY)
    shown = words(dialog)
    first = next(number for number, line in enumerate(shown) if line.startswith("Attempt 1"))
    second = next(number for number, line in enumerate(shown) if line.startswith("Attempt 2"))
    assert first < second
    assert shown[first].endswith("by way of Kannel")
    assert "failed · type=16 NACK/0x0000000b" in shown[first + 1]
    assert "failed – carrier refused – NACK/0x0000000b/Invalid destination address" in shown[first + 2]
    assert "sent again by Anna" in shown[second]
    assert "part 2 · type=1 id:78 DELIVRD" in shown[second + 2]
    assert "the customer had opted in · 06:40 where the customer is" in shown
    dialog.copy.click()
    copied = QApplication.clipboard().text()
    assert "type=1 id:77 DELIVRD" in copied
    assert copied.count("Attempt") == 2


def test_it_tells_what_agents_said_and_whose_word_the_outcome_is(dialog: MessageHistoryDialog) -> None:
    """D4."""
    unclear = Attempt(
        attempt=1,
        at=START,
        state=DeliveryState.FAILED,
        state_at=START + 9 * SECOND,
        reason=FailureReason.UNANSWERED,
        settled_by="Anna",
    )
    again = Attempt(
        attempt=2, at=START + 9 * SECOND, state=DeliveryState.DELIVERED, state_at=START + 60 * SECOND, settled_by="Zoë"
    )
    settlements = (
        Settlement(at=START + 5 * SECOND, arrived=True, by="Zoë", attempt=1),
        Settlement(at=START + 7 * SECOND, arrived=False, by="Anna", attempt=1),
        Settlement(at=START + 60 * SECOND, arrived=True, by="Zoë", attempt=2),
    )
    dialog.show_history(MessageHistory(attempts=(unclear, again), settlements=settlements))
    shown = [line.split(" ", 1)[-1] if line[:1].isdigit() else line for line in words(dialog)]
    assert [line for line in shown if "said" in line] == [
        "· Zoë said that it arrived",
        "· Anna said that it did not arrive",
        "did not arrive, as Anna said – the gateway did not answer",
        "· Zoë said that it arrived",
        "arrived, as Zoë said",
    ]
    dialog.copy.click()
    assert "Zoë said that it arrived" in QApplication.clipboard().text()


def test_a_failure_is_told_and_can_be_tried_again(qtbot: QtBot, dialog: MessageHistoryDialog) -> None:
    dialog.fail("The hub does not answer.")
    assert "The hub does not answer." in words(dialog)
    again = next(each for each in dialog.findChildren(QPushButton) if each.text() == "Try again")
    with qtbot.waitSignal(dialog.wanted):
        again.click()
    dialog.show_history(HISTORY)
    assert "The hub does not answer." not in words(dialog)


@pytest.mark.parametrize("longer", [False, True], ids=["english", "longer"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_cut(qtbot: QtBot, theme: Theme, dark: bool, longer: bool) -> None:
    translator = LongerLanguage()
    if longer:
        QCoreApplication.installTranslator(translator)
    theme.force(dark)
    dialog = MessageHistoryDialog(theme, TEXT)
    dialog.show_history(HISTORY)
    dialog.resize(dialog.minimumWidth(), 420)
    dialog.show()
    QApplication.processEvents()
    QApplication.processEvents()
    found = cut_texts(dialog), nameless(dialog)
    QCoreApplication.removeTranslator(translator)
    dialog.close()
    assert found == ([], [])


def test_a_gateways_endless_word_pushes_nothing_out_of_sight(qtbot: QtBot, theme: Theme) -> None:
    raw = "16 NACK/" + "x" * 180
    said = Report(at=START, state=DeliveryState.FAILED, raw=raw, attempt=1)
    dialog = MessageHistoryDialog(theme, "https://example.com/" + "y" * 130)
    dialog.show_history(MessageHistory(attempts=HISTORY.attempts, reports=(said,)))
    dialog.resize(dialog.minimumWidth(), 420)
    dialog.show()
    QApplication.processEvents()
    QApplication.processEvents()
    inside = dialog.findChild(QScrollArea)
    assert inside is not None
    assert inside.horizontalScrollBar().maximum() == 0
    assert dialog.width() == dialog.minimumWidth()
    dialog.copy.click()
    assert raw in QApplication.clipboard().text()
    dialog.close()


def test_every_state_and_reason_has_words() -> None:
    assert len({state_words(state) for state in DeliveryState}) == len(DeliveryState)
    assert len({reason_words(reason) for reason in FailureReason}) == len(FailureReason)
