"""What stands between a number and our line, where there is no room for words (B7)."""

from PySide6.QtWidgets import QWidget

from cti_client.domain.consent import ConsentState
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.consent_badge import CONSENT_ICONS, CONSENT_ROLES, ICON_PX
from cti_client.ui.widgets.glyph import Glyph
from cti_client.ui.words import consent_words


class ConsentIcon(Glyph):
    """Another picture for each state, with the words as its tooltip and for screen readers.

    Grey while it is only what was known last. Hidden while it is not known what stands.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, CONSENT_ICONS[ConsentState.UNKNOWN], px=ICON_PX + 1, parent=parent)
        self._state: ConsentState | None = None
        self._live = True
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
        if self._state is None:
            return
        words = consent_words(self._state, live=self._live)
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.show_icon(CONSENT_ICONS[self._state], CONSENT_ROLES[self._state] if self._live else "muted")
