"""The bar over the chat: which request this is, on which line, and how long the customer has waited."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cti_client.domain import Millis
from cti_client.domain.ages import elapsed
from cti_client.ui.models.open_chats import waits_since
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Theme
from cti_client.ui.widgets.consent_icon import ConsentIcon
from cti_client.ui.widgets.elided_label import ElidedLabel
from cti_client.ui.widgets.icon_button import IconButton
from cti_client.ui.widgets.pill import Pill
from cti_client.wire.records import Interaction

DETAILS_KEY = "F4"


class CaseHeader(QFrame):
    """Counts by `tick`; owns no timer."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self._waiting_since: Millis | None = None
        self.details = IconButton(theme, "identification-card", self.tr("Customer and case"))
        self.details.setToolTip(self.tr("Show or hide customer and case ({key})").format(key=DETAILS_KEY))
        self.call_id = ElidedLabel(tone="heading")
        self.consent = ConsentIcon(theme)
        self.line = ElidedLabel(tone="small")
        self.waiting = Pill(role="caution")
        self.waiting.hide()
        words = QVBoxLayout()
        words.setSpacing(2)
        number = QHBoxLayout()
        number.setSpacing(SPACE_XS)
        number.addWidget(self.consent)
        number.addWidget(self.call_id, 1)
        words.addLayout(number)
        words.addWidget(self.line)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        layout.setSpacing(SPACE_M)
        layout.addLayout(words, 1)
        layout.addWidget(self.waiting)
        layout.addWidget(self.details)

    def show_interaction(self, record: Interaction, now: Millis) -> None:
        """Show this chat."""
        self.call_id.setText(record.call_id)
        self.consent.show_consent(record.consent)
        words = self.tr("{line} · replies leave from {number}") if record.repliable else self.tr("{line} · {number}")
        self.line.setText(words.format(line=record.line_name, number=record.line_display))
        self._waiting_since = waits_since(record)
        self.tick(now)

    def tick(self, now: Millis) -> None:
        """The hub's time now."""
        if self._waiting_since is None:
            self.waiting.hide()
            return
        self.waiting.setText(self.tr("customer waiting {time}").format(time=elapsed(now - self._waiting_since)))
        self.waiting.show()

    def stop_waiting(self) -> None:
        """The chat is over."""
        self._waiting_since = None
        self.waiting.hide()
