"""*Consent history…*: every change of consent with its proof (B7)."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from cti_client.ui.breakable import breakable
from cti_client.ui.local_time import clock, dated_day
from cti_client.ui.numbers.basis_words import basis_words
from cti_client.ui.placing import bounded
from cti_client.ui.theme import SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Theme
from cti_client.ui.widgets.card import Card
from cti_client.ui.widgets.consent_badge import ConsentBadge
from cti_client.ui.widgets.empty_state import EmptyState
from cti_client.ui.widgets.label import Label
from cti_client.wire.consent_api import LedgerEntry, NumberConsent

SIZE_PX = (480, 480)


class ConsentHistoryDialog(QDialog):
    """A card a change, newest first. Changes nothing. Use `open()`; answered by `show_consent` or `show_problem`."""

    again_wanted = Signal()

    def __init__(self, theme: Theme, who: str, number: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._who = theme, who
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Consent history"))
        self.heading = Label(tone="heading", wrap=True)
        self.badge = ConsentBadge(theme)
        self.line = Label(tone="small", wrap=True)
        self.state = EmptyState(theme, "hourglass-medium")
        self.state.acted.connect(self.again_wanted)
        self._view = QScrollArea()
        self._view.setWidgetResizable(True)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setAccessibleName(self.tr("Changes of consent, newest first"))
        self._view.viewport().setAutoFillBackground(False)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.state)
        self._pages.addWidget(self._view)
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.clicked.connect(self.reject)
        now = QHBoxLayout()
        now.setSpacing(SPACE_S)
        now.addWidget(self.badge)
        now.addWidget(self.line, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self.heading)
        layout.addLayout(now)
        layout.addWidget(self._pages, 1)
        layout.addLayout(buttons)
        self.close_button.setDefault(True)  # counts only once the button is in the dialog
        width, height = (theme.pixels(px) for px in SIZE_PX)
        self.resize(bounded(self, QSize(width, height)))
        self._name(number)
        self.show_waiting()

    def show_waiting(self) -> None:
        """It is being asked."""
        self.state.show_state("hourglass-medium", self.tr("Looking up what stands…"))
        self._pages.setCurrentWidget(self.state)

    def show_problem(self, why: str) -> None:
        """It could not be found out."""
        title = self.tr("The history could not be loaded")
        self.state.show_state("cloud-slash", title, why, self.tr("Try again"))
        self._pages.setCurrentWidget(self.state)

    def show_consent(self, known: NumberConsent) -> None:
        """What stands, and how it came to that."""
        self._name(known.display)
        self.badge.show_consent(known.state)
        self.line.setText(breakable(self.tr("Line: {line}").format(line=known.line_name) if known.line_name else ""))
        if not known.ledger:
            words = self.tr("Their first text, or an agent who allows SMS, is written down here.")
            self.state.show_state("clock-counter-clockwise", self.tr("Nothing is on record yet"), words)
            self._pages.setCurrentWidget(self.state)
            return
        body = QWidget()
        body.setAutoFillBackground(False)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.setSpacing(SPACE_S)
        for entry in known.ledger:
            column.addWidget(self._card(entry))
        column.addStretch(1)
        self._view.setWidget(body)
        self._pages.setCurrentWidget(self._view)
        self._view.setFocus()

    def _card(self, entry: LedgerEntry) -> Card:
        card = Card(self._theme)
        badge = ConsentBadge(self._theme)
        badge.show_consent(entry.state)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(badge)
        head.addStretch(1)
        head.addWidget(Label(f"{dated_day(entry.at)}, {clock(entry.at)}", "small"))
        ground = basis_words(entry.basis)
        by = self.tr("by {name}").format(name=entry.by) if entry.by else ""
        layout = QVBoxLayout(card)
        layout.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(head)
        layout.addWidget(Label(breakable(" · ".join(part for part in (ground, by) if part)), wrap=True))
        if entry.words:
            layout.addWidget(Label(breakable(f"“{entry.words.strip()}”"), wrap=True))
        if entry.note:
            layout.addWidget(Label(breakable(entry.note), wrap=True))
        layout.addWidget(Label(breakable(self.tr("Line: {line}").format(line=entry.line_name)), "small", wrap=True))
        card.setAccessibleName(f"{badge.text()}, {dated_day(entry.at)}, {clock(entry.at)}, {ground}")
        return card

    def _name(self, number: str) -> None:
        who = f"{self._who}, {number}" if self._who and self._who != number else number
        self.heading.setText(breakable(who))
