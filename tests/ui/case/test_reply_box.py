import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cti_client.domain.errors import OPTED_OUT_TEXT
from cti_client.domain.text_policy import TextPolicy
from cti_client.ui.case.reply_box import DRAFT_PAUSE_MS, SLACK_PX, ReplyBox
from cti_client.ui.theme import Theme

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def box(qtbot: QtBot, theme: Theme) -> ReplyBox:
    made = ReplyBox(theme)
    qtbot.addWidget(made)
    made.resize(600, 240)
    made.show_customer(12, "Maria Kowalska", "+48 601 234 567")
    made.show()
    made.activateWindow()
    made.setFocus()
    return made


def test_ctrl_enter_sends_what_stands_there_and_empties_the_box(box: ReplyBox, qtbot: QtBot) -> None:
    QTest.keyClicks(box.editor, "Hello Maria")
    with qtbot.waitSignal(box.send_requested) as heard:
        QTest.keyClick(box.editor, Qt.Key.Key_Return, CTRL)
    assert heard.args == ["Hello Maria"]
    assert box.text() == ""


def test_enter_alone_is_a_new_line(box: ReplyBox, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(box.send_requested):
        QTest.keyClicks(box.editor, "a")
        QTest.keyClick(box.editor, Qt.Key.Key_Return)
    assert box.text() == "a\n"


def test_the_button_sends_too(box: ReplyBox, qtbot: QtBot) -> None:
    QTest.keyClicks(box.editor, "Hi")
    with qtbot.waitSignal(box.send_requested):
        QTest.mouseClick(box.send, Qt.MouseButton.LeftButton)
    assert box.editor.hasFocus()


@pytest.mark.parametrize("text", ["", "   \n "])
def test_nothing_is_not_sent(box: ReplyBox, qtbot: QtBot, text: str) -> None:
    box.editor.setPlainText(text)
    assert not box.send.isEnabled()
    with qtbot.assertNotEmitted(box.send_requested):
        QTest.keyClick(box.editor, Qt.Key.Key_Return, CTRL)
    assert box.text() == text


def test_a_text_that_is_too_long_is_refused_with_the_reason_and_kept(box: ReplyBox, qtbot: QtBot) -> None:
    text = "x" * 1_640
    box.editor.setPlainText(text)
    with qtbot.assertNotEmitted(box.send_requested):
        QTest.keyClick(box.editor, Qt.Key.Key_Return, CTRL)
    assert "40 too long" in box.notice.text
    assert box.text() == text
    box.editor.setPlainText("x" * 1_600)
    assert box.notice.text == ""
    assert box.send.isEnabled()


def test_a_pasted_book_is_only_counted(box: ReplyBox) -> None:
    box.editor.setPlainText("łyk " * 75_000)
    assert "298,400 too long" in box.notice.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello", "GSM-7 · 1 part · 155 left"),
        ("x" * 161, "GSM-7 · 2 parts · 145 left"),
        ("€", "GSM-7 · 1 part · 158 left"),
        ("Zmieniłam", "UCS-2 because of ł · 1 part · 61 left"),
        ("ąćęłńó", "UCS-2 because of ą, ć, ę, ł… · 1 part · 64 left"),
        ("“it’s” —", "UCS-2 because of “, ’, ”, — · 1 part · 62 left"),
        ("it\u200bs", "UCS-2 because of zero-width space · 1 part · 66 left"),
        ("x" * 1_300, "GSM-7 · 9 parts · 77 left · 1,300 of 1,600 characters"),
        ("x" * 1_601, "GSM-7 · 11 parts · 82 left · 1,601 of 1,600 characters"),
        ("", ""),
    ],
)
def test_the_counter_names_the_character_that_costs(box: ReplyBox, text: str, words: str) -> None:
    box.editor.setPlainText(text)
    assert box.counter.text() == words


def test_plain_letters_replace_what_alone_costs_and_can_be_undone(box: ReplyBox) -> None:
    QTest.keyClicks(box.editor, "Yes ")
    box.editor.insertPlainText("– it’s “done”…")
    assert box.plain.isVisible()
    QTest.mouseClick(box.plain, Qt.MouseButton.LeftButton)
    assert box.text() == 'Yes - it\'s "done"...'
    assert not box.plain.isVisible()
    box.editor.undo()
    assert box.text() == "Yes – it’s “done”…"


def test_plain_letters_are_not_offered_where_they_would_not_help(box: ReplyBox) -> None:
    box.editor.setPlainText("Zmieniłam – tak")
    assert not box.plain.isVisible()


def test_the_button_for_plain_letters_says_what_it_saves(box: ReplyBox) -> None:
    box.editor.setPlainText("It’s " + "x" * 100)
    assert box.plain.text() == "Plain letters: 1 part"
    box.editor.setPlainText("It’s")
    assert box.plain.text() == "Plain letters"


def marked(box: ReplyBox) -> list[str]:
    return [selection.cursor.selectedText() for selection in box.editor.extraSelections()]


def test_what_a_line_does_not_send_is_marked_named_and_kept_back(box: ReplyBox, qtbot: QtBot) -> None:
    box.set_way(TextPolicy.LETTERS, separate=False)
    text = "\U0001f600 Gut, Grüße \U0001f468\u200d\U0001f469\u200d\U0001f467 ok \u2764\ufe0f"
    box.editor.setPlainText(text)
    assert marked(box) == ["\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f"]
    assert box.notice.text.startswith("Emoji and pictures cannot be sent on this line: \U0001f600")
    assert not box.send.isEnabled()
    with qtbot.assertNotEmitted(box.send_requested):
        QTest.keyClick(box.editor, Qt.Key.Key_Return, CTRL)
    assert box.text() == text
    assert not box.plain.isVisible()


def test_replace_writes_what_goes_as_one_step_that_can_be_undone(box: ReplyBox, qtbot: QtBot) -> None:
    box.set_way(TextPolicy.LETTERS, separate=False)
    box.editor.setPlainText("Thanks \U0001f600 ok \u2764\ufe0f")
    QTest.mouseClick(box.replace, Qt.MouseButton.LeftButton)
    assert (box.text(), marked(box), box.notice.text) == ("Thanks :D ok <3", [], "")
    assert not box.replace.isVisible()
    box.editor.undo()
    assert box.text() == "Thanks \U0001f600 ok \u2764\ufe0f"
    assert len(marked(box)) == 2
    box.editor.redo()
    with qtbot.waitSignal(box.send_requested) as heard:
        QTest.keyClick(box.editor, Qt.Key.Key_Return, CTRL)
    assert heard.args == ["Thanks :D ok <3"]


def test_a_letter_of_another_script_stays_refused_where_only_the_basic_alphabet_goes(box: ReplyBox) -> None:
    box.set_way(TextPolicy.GSM, separate=False)
    box.editor.setPlainText("Żółw “ok” Ж")
    QTest.mouseClick(box.replace, Qt.MouseButton.LeftButton)
    assert box.text() == 'Zolw "ok" Ж'
    assert box.notice.text == "This line sends the basic SMS alphabet alone; these do not go: Ж"
    assert not box.send.isEnabled()


def test_a_line_that_joins_no_parts_counts_messages(box: ReplyBox) -> None:
    box.set_way(TextPolicy.EVERYTHING, separate=True)
    box.editor.setPlainText("word " * 60)
    assert box.counter.text() == "GSM-7 · 3 messages"
    box.editor.setPlainText("word")
    assert box.counter.text() == "GSM-7 · 1 part · 136 left"
    box.editor.setPlainText("[" * 70)
    assert box.counter.text() == "GSM-7 · 1 part · 20 left"
    box.editor.setPlainText("ж" * 60)
    assert box.counter.text() == "UCS-2 because of ж · 1 part · 10 left"


def test_what_plain_letters_save_on_a_line_that_joins_no_parts(box: ReplyBox) -> None:
    box.set_way(TextPolicy.EVERYTHING, separate=True)
    box.editor.setPlainText("It’s " + "words " * 25 + "don’t")
    assert box.counter.text() == "UCS-2 because of ’ · 3 messages"
    assert box.plain.text() == "Plain letters: 2 messages"
    box.editor.setPlainText("It’s " + "x" * 100)
    assert box.plain.text() == "Plain letters: 1 message"


def test_replace_is_not_offered_where_it_would_change_nothing(box: ReplyBox) -> None:
    box.set_way(TextPolicy.GSM, separate=False)
    box.editor.setPlainText("Привет")
    assert not box.replace.isVisible()
    assert not box.send.isEnabled()
    box.editor.setPlainText("“Привет”")
    assert box.replace.isVisible()


def test_another_way_looks_at_what_stands_there(box: ReplyBox) -> None:
    box.editor.setPlainText("Hi \U0001f600")
    assert box.send.isEnabled()
    box.set_way(TextPolicy.LETTERS, separate=False)
    assert not box.send.isEnabled()
    box.set_way(TextPolicy.EVERYTHING, separate=False)
    assert (marked(box), box.notice.text) == ([], "")
    assert box.send.isEnabled()


def test_an_opted_out_customer_is_told_in_the_exact_words_and_nothing_is_sent(box: ReplyBox, qtbot: QtBot) -> None:
    QTest.keyClicks(box.editor, "Hello")
    box.block_opted_out("Orders PL")
    assert box.notice.text.split("\n")[0] == OPTED_OUT_TEXT
    assert "Orders PL" in box.notice.text
    assert not box.send.isEnabled()
    with qtbot.assertNotEmitted(box.send_requested):
        QTest.keyClick(box.editor, Qt.Key.Key_Return, CTRL)
    assert box.text() == "Hello"
    box.block("")
    assert box.send.isEnabled()
    assert box.notice.text == ""


def test_the_draft_is_told_after_a_pause(box: ReplyBox, qtbot: QtBot) -> None:
    with qtbot.waitSignal(box.draft_changed, timeout=20 * DRAFT_PAUSE_MS) as heard:
        QTest.keyClicks(box.editor, "Dear")
    assert heard.args == ["Dear"]


def test_the_draft_is_told_at_once_when_the_box_is_left(box: ReplyBox, qtbot: QtBot) -> None:
    QTest.keyClicks(box.editor, "Dear")
    with qtbot.waitSignal(box.draft_changed, timeout=DRAFT_PAUSE_MS - 100) as heard:
        box.editor.clearFocus()
    assert heard.args == ["Dear"]


def test_a_sent_text_leaves_no_draft_behind(box: ReplyBox, qtbot: QtBot) -> None:
    QTest.keyClicks(box.editor, "Hello")
    QTest.keyClick(box.editor, Qt.Key.Key_Return, CTRL)
    with qtbot.waitSignal(box.draft_changed) as heard:
        box.sent()
    assert heard.args == [""]


def test_a_draft_never_overwrites_what_is_typed(box: ReplyBox) -> None:
    box.set_draft("kept from yesterday")
    assert box.text() == "kept from yesterday"
    box.set_draft("another")
    assert box.text() == "kept from yesterday"


def test_a_returned_text_stands_in_front_and_undo_takes_it_away(box: ReplyBox) -> None:
    QTest.keyClicks(box.editor, "next thought")
    box.editor.moveCursor(box.editor.textCursor().MoveOperation.Start)
    box.put_back("Not sent text")
    assert box.text() == "Not sent text\nnext thought"
    box.editor.undo()
    assert box.text() == "next thought"


def test_a_returned_text_stands_in_front_wherever_the_cursor_is(box: ReplyBox) -> None:
    QTest.keyClicks(box.editor, "next")
    box.put_back("first")
    assert box.text() == "first\nnext"


def test_the_customer_stands_inside_the_send_area(box: ReplyBox) -> None:
    assert box.send.accessibleName() == "Send to Maria Kowalska"
    assert box.editor.accessibleName() == "Reply to Maria Kowalska"
    box.show_customer(12, "", "+48 601 234 567")
    assert box.send.accessibleName() == "Send to +48 601 234 567"


def test_it_grows_with_the_text_to_a_limit(box: ReplyBox) -> None:
    low = box.editor.height()
    box.editor.setPlainText("\n".join("abcdefg"))
    middle = box.editor.height()
    box.editor.setPlainText("\n" * 60)
    assert low < middle < box.editor.height() < 3 * middle


@pytest.mark.parametrize("lines", [0, 3, 4, 9, 10, 11, 40])
def test_no_line_is_cut_in_half(box: ReplyBox, lines: int) -> None:
    box.editor.setPlainText("\n".join(["Ąg"] * lines))
    QApplication.processEvents()
    line = box.editor.line_height()
    assert box.editor.viewport().height() - SLACK_PX == min(10, max(3, lines)) * line
    assert box.editor.verticalScrollBar().maximum() == max(0, lines - 10)


def test_no_line_is_cut_in_half_of_a_text_that_is_too_long(box: ReplyBox) -> None:
    box.editor.setPlainText("a line of words " * 300)
    QApplication.processEvents()
    assert not box.send.isEnabled()
    assert box.editor.viewport().height() - SLACK_PX == 10 * box.editor.line_height()


def test_a_narrower_box_grows_with_the_lines_that_are_wrapped(box: ReplyBox) -> None:
    box.resize(900, 400)
    box.editor.setPlainText("some words " * 40)
    QApplication.processEvents()
    wide = box.editor.height()
    box.resize(420, 400)
    QApplication.processEvents()
    assert box.editor.height() > wide
    assert box.editor.verticalScrollBar().maximum() == 0


def test_it_takes_no_more_of_the_window_than_it_is_given(box: ReplyBox) -> None:
    line = box.editor.line_height()
    box.editor.setPlainText("\n" * 20)
    box.allow_height(6 * line + 3)
    QApplication.processEvents()
    assert box.editor.viewport().height() - SLACK_PX == 6 * line
    box.allow_height(0)
    QApplication.processEvents()
    assert box.editor.viewport().height() - SLACK_PX == 3 * line
