"""Chats that nobody answered; anyone may take one (C3)."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cti_client.domain import Millis
from cti_client.ui.main.waiting_row import WaitingRow
from cti_client.ui.theme import SPACE_S, Theme
from cti_client.ui.widgets.card_column import CardColumn
from cti_client.ui.widgets.label import Label
from cti_client.wire.topics import Waiting

SHOWN = 20
"""Rows on the screen at most; the longest-waiting come first, so nobody needs the rest before these."""


class WaitingList(QWidget):
    """Hidden while nobody waits."""

    taken = Signal(int, object)
    """Interaction id, `CaseChoice` or None."""
    phone_made = Signal(object)
    """A `PhoneButton` that wants to be served."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: dict[int, WaitingRow] = {}
        self._live = False
        self._title = Label(tone="caps")
        self._more = Label(tone="small", wrap=True)
        self._column = CardColumn(theme, spacing=SPACE_S)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self._title)
        layout.addWidget(self._column)
        layout.addWidget(self._more)
        self.hide()

    @property
    def rows(self) -> list[WaitingRow]:
        """The rows on the screen, the longest-waiting first."""
        return list(self._rows.values())

    def row(self, interaction_id: int) -> WaitingRow | None:
        """The row of that chat."""
        return self._rows.get(interaction_id)

    def show_waiting(self, waiting: Waiting, now: Millis, me: str = "") -> None:
        """Exactly these, in this order."""
        shown = waiting.chats[:SHOWN]
        standing = {chat.interaction_id for chat in shown}
        gone = [self._rows.pop(id_) for id_ in self._rows.keys() - standing]
        for chat in shown:
            row = self._rows.get(chat.interaction_id)
            if row is None:
                row = self._rows[chat.interaction_id] = self._build_row()
            row.show_chat(chat, now, me)
        self._rows = {chat.interaction_id: self._rows[chat.interaction_id] for chat in shown}
        self._column.show_cards(self.rows)
        for row in gone:
            row.deleteLater()
        total = max(waiting.total, len(waiting.chats))
        self._title.setText(self.tr("WAITING · {n}").format(n=total))
        self._more.setText(self.tr("The {n} that have waited longest are shown.").format(n=len(shown)))
        self._more.setVisible(total > len(shown))
        self.setVisible(bool(shown))

    def set_live(self, live: bool) -> None:
        """Without a link nothing can be taken."""
        self._live = live
        for row in self._rows.values():
            row.set_live(live)

    def tick(self, now: Millis) -> None:
        """Count."""
        for row in self._rows.values():
            row.tick(now)

    def _build_row(self) -> WaitingRow:
        row = WaitingRow(self._theme, self._column)
        row.set_live(self._live)
        row.taken.connect(self.taken)
        self.phone_made.emit(row.phone)
        return row
