"""What stands between a number and our line, wherever a number is shown (B7)."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cti_client.domain.consent import ConsentState
from cti_client.ui.theme import SPACE_XS, Theme
from cti_client.ui.widgets.pill import Pill
from cti_client.ui.words import consent_name, consent_words

CONSENT_ICONS = {
    ConsentState.OPTED_IN: "check-circle",
    ConsentState.OPTED_OUT: "prohibit",
    ConsentState.UNKNOWN: "question",
}
CONSENT_ROLES = {ConsentState.OPTED_IN: "good", ConsentState.OPTED_OUT: "bad", ConsentState.UNKNOWN: "caution"}
ICON_PX = 13


class ConsentBadge(Pill):
    """An icon and words, so that the colour carries nothing alone. Hidden while it is not known what stands.

    Grey, with a tooltip that says so, while it is only what was known last.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._theme, self._px = theme, theme.pixels(ICON_PX)
        self._state: ConsentState | None = None
        self._live = True
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setIndent(self._px + SPACE_XS)
        self.hide()

    @property
    def consent(self) -> ConsentState | None:
        """What it shows."""
        return self._state

    def show_consent(self, state: ConsentState | None) -> None:
        """None: nothing is known, nothing is shown."""
        self._state = state
        self._show()
        self.setVisible(state is not None)

    def set_live(self, live: bool) -> None:
        """Without a link it may have changed."""
        self._live = live
        self._show()

    def _show(self) -> None:
        if self._state is not None:
            self.show_state(consent_name(self._state), CONSENT_ROLES[self._state] if self._live else "neutral")
            words = consent_words(self._state, live=self._live)
            self.setToolTip("" if self._live else words)
            self.setAccessibleName(words)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's hook."""
        super().paintEvent(event)
        if self._state is not None:
            room = self.contentsRect()
            box = QRect(room.left(), room.center().y() - self._px // 2, self._px, self._px)
            role = CONSENT_ROLES[self._state] if self._live else "muted"
            self._theme.icon(CONSENT_ICONS[self._state], role).paint(QPainter(self), box)
