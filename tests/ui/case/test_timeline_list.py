import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cti_client.ui.case.timeline_list import TimelineList, entry_words
from cti_client.ui.theme import Theme
from cti_client.wire.api import TimelineEntry
from tests.helpers.fake_desk import CASE_BRIEF, DAY, START


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (TimelineEntry(at=START, kind="accepted", text="Accepted", by="Anna"), "Accepted · you"),
        (TimelineEntry(at=START, kind="closed", text="Closed: Spam", by="Ben"), "Closed: Spam · Ben"),
        (TimelineEntry(at=START, kind="opted_out", text="Opted out: “STOP”"), "Opted out: “STOP”"),
        (TimelineEntry(at=START, kind="opted_out", text="Two\nlines"), "Two lines"),
        (TimelineEntry(at=START, kind="case", text="x", case=CASE_BRIEF), "C-10460 Card declined · you"),
    ],
)
def test_an_entry_is_one_line_and_the_agents_own_are_you(entry: TimelineEntry, words: str) -> None:
    assert entry_words(entry, "Anna") == words


def test_it_is_as_high_as_its_rows_and_says_when_in_full(qtbot: QtBot, theme: Theme) -> None:
    shown = TimelineList(theme)
    qtbot.addWidget(shown)
    entries = [TimelineEntry(at=START - days * DAY, kind="offered", text="Offered") for days in range(3)]
    shown.show_entries(entries[:1], START)
    one = shown.sizeHint().height()
    shown.show_entries(entries, START)
    assert shown.count() == 3
    assert shown.sizeHint().height() > 2 * one
    spoken = shown.item(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "2025" in spoken
