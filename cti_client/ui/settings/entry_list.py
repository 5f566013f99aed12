"""A list of things that are set."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.ui.settings.entry_delegate import EntryDelegate
from cti_client.ui.settings.entry_model import Entry, EntryModel
from cti_client.ui.theme import Theme


class EntryList(QListView):
    """Rows that a click or Enter opens. One phone button serves them all: it is put where the row's phone is (A12)."""

    opened = Signal(object)
    """The key of a row."""

    def __init__(self, theme: Theme, name: str, *, opens: bool = True, parent: QWidget | None = None) -> None:
        """`opens` False: rows are chosen, not opened."""
        super().__init__(parent)
        self._opens = opens
        self._delegate = EntryDelegate(theme, self, opens=opens)
        self.entries = EntryModel(self)
        self.phone = PhoneButton(theme, self.viewport())
        self.phone.hide()
        self.setAccessibleName(name)
        self.setModel(self.entries)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these; the row that was current stays so where it is still there."""
        key = self.current
        self.phone.hide()
        self.entries.show_entries(entries)
        self.go_to(key)

    @property
    def current(self) -> object:
        """The key of the row the keyboard is at; None: there is none."""
        row = self.currentIndex().row()
        return self.entries.entries[row].key if 0 <= row < len(self.entries.entries) else None

    def go_to(self, key: object) -> None:
        """Make this row the current one."""
        row = next((at for at, one in enumerate(self.entries.entries) if one.key == key), -1)
        if row >= 0:
            self.setCurrentIndex(self.entries.index(row))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt's hook: some row is always the current one."""
        if not self.currentIndex().isValid() and self.entries.rowCount():
            self.setCurrentIndex(self.entries.index(0))
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if enter and self._opens and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt's hook."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() is not Qt.MouseButton.LeftButton or not index.isValid():
            return
        entry = self.entries.entries[index.row()]
        place = self._delegate.phone_box(self.visualRect(index))
        if entry.address and place.contains(event.position().toPoint()):
            self.phone.setGeometry(place)
            self.phone.show_number(entry.address, entry.display or entry.address)
            self.phone.ask()
        elif self._opens:
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self.entries.entries[index.row()].key)
