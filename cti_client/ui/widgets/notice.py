"""A line across a page that says what is wrong and what to do."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from cti_client.ui.breakable import breakable
from cti_client.ui.theme import CORNER, SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.glyph import Glyph
from cti_client.ui.widgets.icon_button import IconButton
from cti_client.ui.widgets.label import Label

ICONS = {"neutral": "info", "good": "check-circle", "caution": "warning", "bad": "warning-circle"}


class Notice(QWidget):
    """An inline banner, hidden while it has nothing to say. `role`: neutral, good, caution, bad.

    `setContentsMargins` keeps it off its neighbours. Screen readers get the text as this widget's name. It never
    takes the focus.
    """

    acted = Signal()
    """The action was pressed."""
    dismissed = Signal()
    """The person closed it; it is hidden already."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._role, self._said = "neutral", ""
        self._picture = Glyph(theme, ICONS["neutral"], px=18)
        self._text = Label(wrap=True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = QPushButton()
        self._action.clicked.connect(self.acted)
        self._close = IconButton(theme, "x", self.tr("Dismiss"), px=14)
        self._close.clicked.connect(self._dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._action)
        layout.addWidget(self._close)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while hidden."""
        return self._said

    def say(self, text: str, role: str = "neutral", *, action: str = "", dismissible: bool = False) -> None:
        """Show `text` with an optional action; the same again changes nothing."""
        self._role = role
        if self._said != text:
            self._said = text
            self._text.setText(breakable(text))
            self.setAccessibleName(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._close.setVisible(dismissible)
        self._picture.show_icon(ICONS[role], "muted" if role == "neutral" else role)
        self.show()
        self.update()

    def clear(self) -> None:
        """Nothing to say."""
        self._said = ""
        self._text.clear()
        self.setAccessibleName("")
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(f"{self._role}_soft"))
        painter.drawRoundedRect(QRectF(self.contentsRect()), CORNER, CORNER, Qt.SizeMode.AbsoluteSize)

    def _dismiss(self) -> None:
        self.clear()
        self.dismissed.emit()
