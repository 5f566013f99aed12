"""One of the places a person may work at, as a card to choose."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from cti_client.ui.theme import SPACE_M, SPACE_XS, Theme
from cti_client.ui.widgets.card import Card
from cti_client.ui.widgets.glyph import Glyph
from cti_client.ui.widgets.label import Label


class ConnectChoice(Card):
    """A radio button with a sentence on what it means; a click anywhere chooses it, and the chosen one is ringed."""

    chosen = Signal()
    picked = Signal()
    """Chosen by a click or the space bar, also where it was chosen before; arrows only look around."""
    typed = Signal(QKeyEvent)
    """A key that is meant for a field, not for a card. Valid during the call only."""

    def __init__(self, theme: Theme, icon: str, name: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.button = _Button(name)
        self.button.setAccessibleDescription(words)
        self.button.setFont(theme.font(14, 600))
        self.button.toggled.connect(self._toggled)
        self.button.picked.connect(self.picked)
        self.button.typed.connect(self.typed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        texts = QVBoxLayout()
        texts.setSpacing(SPACE_XS)
        texts.addWidget(self.button)
        texts.addWidget(Label(words, "muted", wrap=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        row.setSpacing(SPACE_M)
        row.addWidget(Glyph(theme, icon, "accent", px=24), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)

    def choose(self) -> None:
        """As a click does."""
        self.button.setChecked(True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt's hook."""
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.button.setFocus()
            self.choose()
            self.picked.emit()

    def _toggled(self, on: bool) -> None:
        self.set_ringed(on)
        if on:
            self.chosen.emit()


class _Button(QRadioButton):
    picked = Signal()
    typed = Signal(QKeyEvent)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and self.hitButton(event.position().toPoint()):
            self.picked.emit()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        super().keyReleaseEvent(event)
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.picked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        writes = text != "" and text.isprintable() and not text.isspace()  # space chooses, and no control characters
        if writes or event.matches(QKeySequence.StandardKey.Paste):
            self.typed.emit(event)
        else:
            super().keyPressEvent(event)
