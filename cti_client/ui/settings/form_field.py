"""One field of a form."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from cti_client.ui.settings.controls import put, read, watch
from cti_client.ui.theme import SPACE_S, SPACE_XS, restyle
from cti_client.ui.widgets.label import Label


class FormField(QWidget):
    """A caption, the control, what it means, and what is wrong with what stands in it.

    A switch stands before its caption; a click on the words turns it, too.
    """

    changed = Signal()
    """Something else stands in the control; what was wrong with it is said no more."""

    def __init__(
        self,
        caption: str,
        control: QWidget,
        *,
        note: str = "",
        beside: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.control = control
        is_switch = isinstance(control, QCheckBox)
        self.caption = (
            _Words(caption, control) if isinstance(control, QCheckBox) else Label(caption, "small", wrap=True)
        )
        self.caption.setBuddy(control)
        if not control.accessibleName():
            control.setAccessibleName(caption)
        self.note = Label(tone="small", wrap=True)
        self.problem = Label(tone="bad", wrap=True)
        self.problem.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        if is_switch:
            row.addWidget(control, 0, Qt.AlignmentFlag.AlignTop)
            words = QVBoxLayout()
            words.setSpacing(SPACE_XS)
            for label in (self.caption, self.note, self.problem):
                words.addWidget(label)
            row.addLayout(words, 1)
        else:
            layout.addWidget(self.caption)
            row.addWidget(control, 1)
        for widget in beside:
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(row)
        if not is_switch:
            layout.addWidget(self.note)
            layout.addWidget(self.problem)
        self.explain(note)
        watch(control, self._touched)

    def value(self) -> object:
        """What stands in it."""
        return read(self.control)

    def put(self, value: object) -> None:
        """Let it show that."""
        put(self.control, value)

    def explain(self, note: str) -> None:
        """What it means; empty: nothing to say."""
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.control.setAccessibleDescription(note)

    def mark(self, why: str) -> None:
        """What is wrong, in one sentence; empty takes it away."""
        self.problem.setText(why)
        self.problem.setVisible(bool(why))
        wrong = bool(why)
        if isinstance(self.control, QLineEdit | QPlainTextEdit | QComboBox):
            restyle(self.control, "invalid", wrong)
        elif not isinstance(self.control, QCheckBox):
            self.control.mark(wrong)  # type: ignore[attr-defined]  # an OwnControl
        self.control.setAccessibleDescription(why or self.note.text())

    def _touched(self) -> None:
        if self.problem.text():
            self.mark("")
        self.changed.emit()


class _Words(Label):
    """The words of a switch, which turn it."""

    def __init__(self, text: str, switch: QCheckBox) -> None:
        super().__init__(text, wrap=True)
        self._switch = switch

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt's hook."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._switch.click()
        else:
            super().mouseReleaseEvent(event)
