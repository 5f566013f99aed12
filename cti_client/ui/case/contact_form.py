"""The customer's details, to be edited."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cti_client.ui.theme import SPACE_S, SPACE_XS, Theme
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice
from cti_client.wire.api import EditContact
from cti_client.wire.records import Contact


class ContactForm(QWidget):
    """Fields of one contact with Save and Cancel. Emits only what was changed; hides when done."""

    saved = Signal(int, object)
    """Contact id and `EditContact`."""
    done = Signal()
    """Saved or cancelled."""
    left = Signal()
    """Cancelled by Esc, after `done`; the keyboard has nothing more to do here."""

    FIELDS = ("name", "company", "street", "postcode", "town", "country")

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contact = Contact(id=0, version=0)
        words = (
            self.tr("Name"),
            self.tr("Company"),
            self.tr("Street"),
            self.tr("Postcode"),
            self.tr("Town"),
            self.tr("Country"),
        )
        self.edits: dict[str, QLineEdit] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_S)
        grid.setVerticalSpacing(SPACE_XS)
        places = ((0, 0, 2), (2, 0, 2), (4, 0, 2), (6, 0, 1), (6, 1, 1), (8, 0, 2))
        for field, word, (row, column, span) in zip(self.FIELDS, words, places, strict=True):
            edit = QLineEdit()
            edit.setAccessibleName(word)
            edit.returnPressed.connect(self._save)
            label = Label(word, "small")
            label.setBuddy(edit)
            grid.addWidget(label, row, column, 1, span)
            grid.addWidget(edit, row + 1, column, 1, span)
            self.edits[field] = edit
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 2)
        self.problem = Notice(theme)
        self.save = QPushButton(self.tr("Save"))
        self.save.setProperty("kind", "primary")
        self.save.clicked.connect(self._save)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self._cancel)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addLayout(grid)
        layout.addWidget(self.problem)
        layout.addLayout(buttons)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._leave)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.hide()

    def open_for(self, contact: Contact) -> None:
        """Begin to edit this contact."""
        self._contact = contact
        for field, edit in self.edits.items():
            edit.setText(getattr(contact, field))
            edit.setCursorPosition(0)
        self.problem.clear()
        self.save.setEnabled(True)
        self.show()
        self.edits["name"].setFocus()
        self.edits["name"].selectAll()

    def finish(self) -> None:
        """What was saved is stored."""
        self.hide()
        self.done.emit()

    def fail(self, why: str) -> None:
        """It could not be stored; the fields keep what was typed."""
        self.save.setEnabled(True)
        self.problem.say(why, "bad")

    def _save(self) -> None:
        typed = {field: edit.text().strip() for field, edit in self.edits.items()}
        changed = {field: text for field, text in typed.items() if text != getattr(self._contact, field)}
        if not changed:
            self.finish()
            return
        self.save.setEnabled(False)
        self.problem.clear()
        self.saved.emit(self._contact.id, EditContact(version=self._contact.version, **changed))

    def _cancel(self) -> None:
        self.hide()
        self.done.emit()

    def _leave(self) -> None:
        self._cancel()
        self.left.emit()
