"""Marks in an editor what its line does not send (A11): a wavy line and a soft ground, beside the words that say so."""

from collections.abc import Sequence

from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from cti_client.domain.text_policy import Refused
from cti_client.ui.theme import Theme


def mark_refused(editor: QPlainTextEdit, found: Sequence[Refused], theme: Theme) -> None:
    """Mark exactly these places of the editor's text; none: no marks. Typing on is not disturbed."""
    if not found and not editor.extraSelections():
        return
    style = QTextCharFormat()
    style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    style.setUnderlineColor(theme.color("bad"))
    style.setBackground(theme.color("bad_soft"))
    text = editor.toPlainText()
    marks, units, done = [], 0, 0
    for one in found:
        units += utf16_units(text[done : one.start])
        mark = QTextEdit.ExtraSelection()
        cursor = QTextCursor(editor.document())
        cursor.setPosition(units)
        units += utf16_units(one.characters)
        cursor.setPosition(units, QTextCursor.MoveMode.KeepAnchor)
        mark.cursor, mark.format = cursor, style
        marks.append(mark)
        done = one.end
    editor.setExtraSelections(marks)


def utf16_units(text: str) -> int:
    """Qt counts in units of UTF-16."""
    return len(text) + sum(character > "\uffff" for character in text)
