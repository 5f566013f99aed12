"""The fields of a case: saved by themselves after a pause, with a word where someone else was faster."""

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from cti_client.domain.interaction import CaseStatus
from cti_client.ui.theme import SPACE_S, SPACE_XS, Theme
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice
from cti_client.ui.widgets.select import Select
from cti_client.ui.words import case_status_name
from cti_client.wire.api import EditCase
from cti_client.wire.records import Case

SAVE_PAUSE_MS = 700
FIELDS = ("subject", "category", "status", "notes")


class CaseFields(QWidget):
    """Subject, category, status and notes. What a person has changed is never overwritten by what comes in."""

    edited = Signal(int, object)
    """Case id and `EditCase`; answered by `stored`, `conflict` or `fail`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._case: Case | None = None
        self._saving: dict[str, object] = {}
        self.subject = QLineEdit()
        self.category = Select(theme)
        self.status = Select(theme)
        self.notes = QPlainTextEdit()
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(theme.pixels(76))
        self.saved = Label(tone="small")
        self.saved.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.problem = Notice(theme)
        self.problem.acted.connect(self._save_anyway)
        for status in CaseStatus:
            self.status.addItem(case_status_name(status), status)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SAVE_PAUSE_MS)
        self._pause.timeout.connect(self.flush)
        self._arrange()
        self.subject.textEdited.connect(self._touched)
        self.category.activated.connect(self._touched)
        self.status.activated.connect(self._touched)
        self.notes.textChanged.connect(self._touched)
        self.setEnabled(False)

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_S)
        grid.setVerticalSpacing(SPACE_XS)
        cells = (
            (self.tr("Subject"), self.subject, 0, 0, 2),
            (self.tr("Category"), self.category, 2, 0, 1),
            (self.tr("Status"), self.status, 2, 1, 1),
            (self.tr("Notes"), self.notes, 4, 0, 2),
        )
        for words, field, row, column, span in cells:
            label = Label(words, "small")
            label.setBuddy(field)
            field.setAccessibleName(words)
            cell = QHBoxLayout()
            cell.setContentsMargins(0, SPACE_XS if row else 0, 0, 0)
            cell.addWidget(label)
            if field is self.notes:
                cell.addWidget(self.saved, 1)
            grid.addLayout(cell, row, column, 1, span)
            grid.addWidget(field, row + 1, column, 1, span)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addLayout(grid)
        layout.addWidget(self.problem)

    def show_categories(self, categories: tuple[str, ...]) -> None:
        """What may be chosen as category."""
        with QSignalBlocker(self.category):
            kept = self._typed()["category"]
            self.category.clear()
            self.category.addItem(self.tr("None"), "")
            for name in categories:
                self.category.addItem(name, name)
            self._set("category", kept)

    def show_case(self, case: Case) -> None:
        """Show the case as the hub has it; fields with changes of one's own keep them."""
        other = self._case is None or self._case.id != case.id
        mine = {} if other else self.changes()
        self._case = case
        for field in FIELDS:
            if field not in mine:
                self._set(field, getattr(case, field))
        self.setEnabled(True)
        if other:
            self._pause.stop()
            self._saving = {}
            self.problem.clear()
            self.saved.clear()

    def changes(self) -> dict[str, object]:
        """What differs from the case as the hub has it, by field."""
        if self._case is None:
            return {}
        return {field: value for field, value in self._typed().items() if value != getattr(self._case, field)}

    def notes_if_changed(self) -> str | None:
        """Notes that are not saved yet, for the last act of closing."""
        return self.notes.toPlainText() if "notes" in self.changes() else None

    def take_changes(self) -> tuple[int, EditCase] | None:
        """What is not stored yet, for whoever stores it now; None where there is nothing."""
        self._pause.stop()
        changes = self.changes()
        return (self._case.id, _edit(self._case.version, changes)) if self._case is not None and changes else None

    def flush(self) -> None:
        """Save now what has changed."""
        self._pause.stop()
        changes = self.changes()
        if self._case is None or not changes or self._saving:
            return
        self._saving = changes
        self.saved.setText(self.tr("Saving…"))
        self.edited.emit(self._case.id, _edit(self._case.version, changes))

    def stored(self, case: Case) -> None:
        """The hub has it."""
        self._saving = {}
        self.problem.clear()
        if self._case is None or case.id != self._case.id:
            return
        self.show_case(case)
        if self.changes():
            self._pause.start()
        else:
            self.saved.setText(self.tr("Saved"))

    def conflict(self) -> None:
        """Someone else has changed the case meanwhile. Theirs is shown where it was not touched here."""
        self._saving = {}
        self.saved.setText(self.tr("Not saved"))
        self.problem.say(
            self.tr("Someone else has changed this case. Your changes are still here."),
            "caution",
            action=self.tr("Keep mine"),
        )

    def fail(self, why: str) -> None:
        """It could not be stored; it stays here and can be tried again."""
        self._saving = {}
        self.saved.setText(self.tr("Not saved"))
        self.problem.say(why, "caution", action=self.tr("Save again"))

    def _save_anyway(self) -> None:
        self.problem.clear()
        self.flush()

    def _touched(self) -> None:
        if self.changes():
            self.saved.clear()
            self._pause.start()

    def _typed(self) -> dict[str, object]:
        status = self.status.currentData()
        return {
            "subject": self.subject.text(),
            "category": self.category.currentData() or "",
            "status": CaseStatus(status) if status else CaseStatus.OPEN,
            "notes": self.notes.toPlainText(),
        }

    def _set(self, field: str, value: object) -> None:
        if field == "subject" and self.subject.text() != value:
            self.subject.setText(str(value))
            self.subject.setCursorPosition(0)
        elif field == "notes" and self.notes.toPlainText() != value:
            with QSignalBlocker(self.notes):
                self.notes.setPlainText(str(value))
        elif field in ("category", "status"):
            box = self.category if field == "category" else self.status
            at = box.findData(value)
            if at < 0 and field == "category":
                box.addItem(str(value), value)
                at = box.count() - 1
            box.setCurrentIndex(at)


def _edit(version: int, changes: dict[str, object]) -> EditCase:
    return EditCase(version=version, **changes)  # type: ignore[arg-type]  # the keys are its fields, the values theirs
