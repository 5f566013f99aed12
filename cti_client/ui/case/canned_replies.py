"""Canned replies at the cursor (E10): `/` and some letters open a list, Enter puts the reply in."""

import re
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QPlainTextEdit

from cti_client.domain.canned_reply import Placeholder, fill, matching, unfilled
from cti_client.ui.refused_marks import utf16_units
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.tips import plain_tip
from cti_client.wire.topics import CannedReply

LONGEST_SEARCH = 30
"""Characters after the slash."""
WIDTH_PX = 420
ROWS = 8

_ASKED = re.compile(rf"(?:^|\s)/(\S{{0,{LONGEST_SEARCH}}})$")


class CannedReplies(QObject):
    """Watches an editor. What was typed stays until a reply is chosen; Esc closes the list for this slash."""

    def __init__(self, editor: QPlainTextEdit, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._theme = editor, theme
        self._replies: tuple[CannedReply, ...] = ()
        self._values: Callable[[], Mapping[Placeholder, str]] = dict
        self._found: list[CannedReply] = []
        self._model = _Rows(self)
        self.completer = QCompleter(self._model, self)
        self.completer.setWidget(editor)
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer.setMaxVisibleItems(ROWS)
        # One signal has a string and an index: the row is what tells two alike apart.
        self.completer.activated[QModelIndex].connect(self._choose)  # type: ignore[index]
        popup = self.completer.popup()
        assert popup is not None  # Qt makes it when it is asked for
        self.popup: QAbstractItemView = popup
        self.popup.setProperty("kind", "popup")
        self.popup.setAccessibleName(self.tr("Canned replies"))
        editor.textChanged.connect(self._look)

    @property
    def any(self) -> bool:
        """Whether there are replies at all."""
        return bool(self._replies)

    def set_replies(self, replies: Sequence[CannedReply]) -> None:
        """The replies that may be chosen from."""
        self._replies = tuple(replies)

    def set_values(self, values: Callable[[], Mapping[Placeholder, str]]) -> None:
        """What placeholders stand for at the moment when a reply is put in."""
        self._values = values

    def open(self) -> None:
        """For who does not know the slash: write one and show the list."""
        before = _before(self._editor.textCursor())
        self._editor.setFocus()
        if _ASKED.search(before) is None:
            self._editor.insertPlainText(" /" if before and not before[-1].isspace() else "/")
        else:
            self._look()

    def _asked(self) -> str | None:
        """What stands between a slash and the cursor; None where no reply is asked for."""
        cursor = self._editor.textCursor()
        if cursor.hasSelection():
            return None
        found = _ASKED.search(_before(cursor))
        return None if found is None else found[1]

    def _look(self) -> None:
        asked = self._asked() if self._replies and self._editor.hasFocus() else None
        self._found = [] if asked is None else matching(self._replies, asked)
        if not self._found:
            self.popup.hide()
            return
        self._model.show_replies(self._found)
        box = self._editor.cursorRect().translated(self._editor.viewport().pos())
        box.setWidth(min(self._theme.pixels(WIDTH_PX), self._editor.viewport().width()))
        self.completer.complete(box)
        self.popup.setCurrentIndex(self.popup.model().index(0, 0))

    def _choose(self, index: QModelIndex) -> None:
        asked = self._asked()
        if asked is None or index.row() >= len(self._found):
            return
        text = fill(self._found[index.row()].text, self._values())
        cursor = self._editor.textCursor()
        cursor.setPosition(cursor.position() - utf16_units(asked) - 1, QTextCursor.MoveMode.KeepAnchor)
        start = cursor.selectionStart()
        cursor.insertText(text)
        self._editor.setTextCursor(cursor)
        left = unfilled(text)
        if left:  # what nobody could fill is marked, so that typing replaces it
            first = start + utf16_units(text[: text.index(left[0])])
            cursor.setPosition(first)
            cursor.setPosition(first + utf16_units(left[0]), QTextCursor.MoveMode.KeepAnchor)
            self._editor.setTextCursor(cursor)


def _before(cursor: QTextCursor) -> str:
    """What stands before the cursor in its paragraph."""
    whole = cursor.block().text().encode("utf-16-le", "surrogatepass")
    return whole[: 2 * cursor.positionInBlock()].decode("utf-16-le", "surrogatepass")


class _Rows(QStringListModel):
    """A line for each; the whole text as its tooltip."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._texts: list[str] = []

    def show_replies(self, replies: Sequence[CannedReply]) -> None:
        """Show these."""
        self._texts = [one.text for one in replies]
        self.setStringList([f"/{one.shortcut}   {one.title}   {' '.join(one.text.split())}" for one in replies])

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt's hook."""
        if role == Qt.ItemDataRole.ToolTipRole and index.row() < len(self._texts):
            return plain_tip(self._texts[index.row()])
        return super().data(index, role)
