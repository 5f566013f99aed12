"""E10: canned replies at the cursor."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cti_client.domain.canned_reply import Placeholder
from cti_client.ui.case.reply_box import ReplyBox
from cti_client.ui.theme import Theme
from cti_client.wire.topics import CannedReply

REPLIES = (
    CannedReply(id=1, shortcut="hours", title="Opening hours", text="We are open from 8 to 6."),
    CannedReply(id=2, shortcut="thx", title="Thank you", text="Thanks, {first_name}!\n{agent}"),
    CannedReply(id=3, shortcut="late", title="It is late", text="Your parcel {case} is late, {first_name}."),
)
MARIA = {Placeholder.FIRST_NAME: "Maria", Placeholder.AGENT: "Anna"}


@pytest.fixture
def box(qtbot: QtBot, theme: Theme) -> ReplyBox:
    made = ReplyBox(theme)
    qtbot.addWidget(made)
    made.resize(600, 240)
    made.show_customer(12, "Maria Kowalska", "+48 601 234 567")
    made.set_replies(REPLIES)
    made.canned.set_values(lambda: MARIA)
    made.show()
    made.activateWindow()
    made.setFocus()
    QApplication.processEvents()
    return made


def listed(box: ReplyBox) -> list[str]:
    """The shortcuts on the list; empty where it is closed."""
    popup = box.canned.popup
    if not popup.isVisible():
        return []
    model = popup.model()
    return [str(model.index(row, 0).data()).split()[0] for row in range(model.rowCount())]


def press(box: ReplyBox, key: Qt.Key) -> None:
    """A key goes to the list while it is open, as the window system would have it."""
    popup = box.canned.popup
    QTest.keyClick(popup if popup.isVisible() else box.editor, key)


def test_a_slash_lists_all_and_letters_narrow_it(box: ReplyBox) -> None:
    QTest.keyClicks(box.editor, "/")
    assert listed(box) == ["/hours", "/thx", "/late"]
    QTest.keyClicks(box.editor, "th")
    assert listed(box) == ["/thx"]
    QTest.keyClicks(box.editor, "zzz")
    assert listed(box) == []
    assert box.text() == "/thzzz"


def test_the_list_covers_nothing_of_what_is_typed(box: ReplyBox) -> None:
    QTest.keyClicks(box.editor, "/th")
    line = box.editor.cursorRect()
    assert box.canned.popup.y() >= box.editor.viewport().mapToGlobal(line.bottomLeft()).y()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_it_is_put_in_at_the_cursor_with_its_placeholders_filled(box: ReplyBox, key: Qt.Key) -> None:
    QTest.keyClicks(box.editor, "Hello  and bye")
    cursor = box.editor.textCursor()
    cursor.setPosition(6)
    box.editor.setTextCursor(cursor)
    QTest.keyClicks(box.editor, "/thx")
    press(box, key)
    assert box.text() == "Hello Thanks, Maria!\nAnna and bye"
    assert listed(box) == []
    QTest.keyClicks(box.editor, "?")
    assert box.text() == "Hello Thanks, Maria!\nAnna? and bye"
    box.editor.undo()
    box.editor.undo()
    assert box.text() == "Hello /thx and bye"


def test_emoji_before_the_cursor_and_in_what_was_typed(box: ReplyBox) -> None:
    """Qt counts in other units than Python."""
    box.editor.setPlainText("\U0001f600\U0001f600  and bye")
    cursor = box.editor.textCursor()
    cursor.setPosition(5)
    box.editor.setTextCursor(cursor)
    QTest.keyClicks(box.editor, "/thx")
    press(box, Qt.Key.Key_Return)
    assert box.text() == "\U0001f600\U0001f600 Thanks, Maria!\nAnna and bye"
    box.editor.clear()
    nice = CannedReply(
        id=4, shortcut="nice", title="\U0001f44d\U0001f3fd", text="\U0001f44d\U0001f3fd of {case}, {first_name}"
    )
    box.set_replies((*REPLIES, nice))
    box.editor.insertPlainText("Hi /\U0001f44d\U0001f3fd")
    assert listed(box) == ["/nice"]
    press(box, Qt.Key.Key_Return)
    assert box.text() == "Hi \U0001f44d\U0001f3fd of {case}, Maria"
    assert box.editor.textCursor().selectedText() == "{case}"


def test_the_arrow_keys_choose(box: ReplyBox) -> None:
    QTest.keyClicks(box.editor, "/")
    press(box, Qt.Key.Key_Down)
    press(box, Qt.Key.Key_Return)
    assert box.text() == "Thanks, Maria!\nAnna"


def test_escape_leaves_what_was_typed(box: ReplyBox) -> None:
    QTest.keyClicks(box.editor, "/th")
    press(box, Qt.Key.Key_Escape)
    assert (listed(box), box.text()) == ([], "/th")


@pytest.mark.parametrize("text", ["either/or", "https://example.com", "24/7", "a / b", "/ "])
def test_other_slashes_ask_for_nothing(box: ReplyBox, text: str) -> None:
    QTest.keyClicks(box.editor, text)
    assert listed(box) == []


def test_what_is_not_known_is_marked_and_said(box: ReplyBox) -> None:
    QTest.keyClicks(box.editor, "/late")
    press(box, Qt.Key.Key_Return)
    assert box.text() == "Your parcel {case} is late, Maria."
    assert box.editor.textCursor().selectedText() == "{case}"
    assert box.notice.text == "Nothing is known for {case}: write it yourself."
    QTest.keyClicks(box.editor, "C-7")
    assert box.text() == "Your parcel C-7 is late, Maria."
    assert box.notice.text == ""


def test_the_button_shows_who_does_not_know_the_slash(box: ReplyBox) -> None:
    QTest.keyClicks(box.editor, "Well")
    QTest.mouseClick(box.canned_button, Qt.MouseButton.LeftButton)
    assert box.text() == "Well /"
    assert listed(box) == ["/hours", "/thx", "/late"]
    assert "Ctrl+/" in box.canned_button.toolTip()


def test_without_replies_nothing_of_it_is_seen(box: ReplyBox) -> None:
    box.set_replies(())
    assert not box.canned_button.isVisible()
    QTest.keyClicks(box.editor, "/")
    assert listed(box) == []


def test_a_draft_that_ends_in_a_slash_opens_nothing(qtbot: QtBot, theme: Theme) -> None:
    made = ReplyBox(theme)
    qtbot.addWidget(made)
    made.set_replies(REPLIES)
    made.show()
    made.set_draft("half a /th")
    assert listed(made) == []
