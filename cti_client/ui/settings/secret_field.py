"""A secret: typed once, never shown again."""

import secrets

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from cti_client.ui.theme import SPACE_S, Theme, restyle
from cti_client.ui.widgets.icon_button import IconButton
from cti_client.wire.settings_api import SECRET_KEPT

_RANDOM_BYTES = 24


class SecretField(QWidget):
    """Where one is set, it says so and offers to replace it; what is typed instead can be shown while it stands here.

    `SECRET_KEPT` stands for the one that is set.
    """

    changed = Signal()

    def __init__(self, theme: Theme, name: str, *, can_make: bool = False, parent: QWidget | None = None) -> None:
        """`can_make`: it is ours to choose, so one can be made by chance."""
        super().__init__(parent)
        self._name, self._is_set, self._kept = name, False, False
        self._can_make = can_make
        self.setAccessibleName(name)
        self.edit = QLineEdit()
        self.edit.setAccessibleName(name)
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.textEdited.connect(lambda _: self.changed.emit())
        self.show_button = IconButton(theme, "eye", self.tr("Show the secret"))
        self.show_button.setCheckable(True)
        self.show_button.toggled.connect(self._show_secret)
        self.make = QPushButton(self.tr("Make one"))
        self.make.setToolTip(self.tr("A secret by chance, to copy into the gateway’s settings"))
        self.make.clicked.connect(self._make)
        self.replace = QPushButton()
        self.replace.clicked.connect(self._turn)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.edit, 1)
        for button in (self.show_button, self.make, self.replace):
            row.addWidget(button)
        self.put("")

    def value(self) -> str:
        """What was typed, or that the one that is set stays."""
        return SECRET_KEPT if self._kept else self.edit.text()

    def put(self, value: object) -> None:
        """What is set, or was typed; an empty one: nothing is set."""
        if value == SECRET_KEPT:
            self._is_set = True
        elif value == "":
            self._is_set = False
        if value != self.value() or not self.edit.placeholderText():
            self._keep(value == SECRET_KEPT, "" if value == SECRET_KEPT else str(value))
        else:
            self.replace.setVisible(self._is_set)

    def mark(self, wrong: bool) -> None:
        """Whether it is wrong."""
        restyle(self.edit, "invalid", wrong)

    def setAccessibleDescription(self, description: str) -> None:
        """Screen readers hear it where the keyboard is."""
        super().setAccessibleDescription(description)
        self.edit.setAccessibleDescription(description)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt's hook: the keyboard goes to what can be done."""
        super().focusInEvent(event)
        (self.replace if self._kept else self.edit).setFocus(event.reason())

    def _keep(self, kept: bool, text: str) -> None:
        self._kept = kept
        self.show_button.setChecked(False)
        self.edit.setText("" if kept else text)
        self.edit.setReadOnly(kept)
        self.edit.setFocusPolicy(Qt.FocusPolicy.NoFocus if kept else Qt.FocusPolicy.StrongFocus)
        self.edit.setPlaceholderText(self.tr("Set, and never shown") if kept else self.tr("Not set"))
        self.show_button.setVisible(not kept)
        self.make.setVisible(self._can_make and not kept)
        self.replace.setVisible(self._is_set)
        self.replace.setText(self.tr("Replace") if kept else self.tr("Keep"))
        words = self.tr("Replace: {name}") if kept else self.tr("Keep the one that is set: {name}")
        self.replace.setAccessibleName(words.format(name=self._name))
        self.changed.emit()

    def _turn(self) -> None:
        self._keep(not self._kept, "")
        (self.replace if self._kept else self.edit).setFocus()

    def _make(self) -> None:
        self.edit.setText(secrets.token_urlsafe(_RANDOM_BYTES))
        self.show_button.setChecked(True)
        self.edit.selectAll()
        self.edit.setFocus()
        self.changed.emit()

    def _show_secret(self, on: bool) -> None:
        self.edit.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)
        self.show_button.rename(self.tr("Hide the secret") if on else self.tr("Show the secret"))
        self.show_button.show_icon("eye-slash" if on else "eye")
