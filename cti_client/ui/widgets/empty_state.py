"""What stands where there is nothing yet."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from cti_client.ui.theme import SPACE_S, SPACE_XL, Theme
from cti_client.ui.widgets.glyph import Glyph
from cti_client.ui.widgets.label import Label


class EmptyState(QWidget):
    """An icon, a line that says what is (not) here, one that says what happens next, and one action where it helps."""

    acted = Signal()
    """The action was pressed."""

    def __init__(self, theme: Theme, icon: str, title: str = "", text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = Glyph(theme, icon, px=32)
        self._title = Label(title, "strong", wrap=True)
        self._text = Label(text, "small", wrap=True)
        self._action = QPushButton()
        self._action.clicked.connect(self.acted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        layout.setSpacing(SPACE_S)
        layout.addStretch(1)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addWidget(self._action, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)
        self.show_state(icon, title, text)

    def show_state(self, icon: str, title: str, text: str = "", action: str = "") -> None:
        """Other words; `action` empty: no button."""
        self._picture.show_icon(icon)
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._action.setText(action)
        self._action.setVisible(bool(action))
