"""What has not gone yet, of every chat: also of those that are not on the screen, because the hub is away."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from cti_client.desk.views import PendingSend, PendingState
from cti_client.domain.consent import ConsentState
from cti_client.ui.breakable import breakable
from cti_client.ui.local_time import clock, short_day
from cti_client.ui.placing import bounded
from cti_client.ui.theme import SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Theme
from cti_client.ui.widgets.card import Card
from cti_client.ui.widgets.consent_icon import ConsentIcon
from cti_client.ui.widgets.label import Label

SIZE_PX = (480, 420)
MOST = 100
"""More than anybody reads; the rest is counted."""


class UnsentDialog(QDialog):
    """A card a text, oldest first; those of chats on the screen lead there. Changes nothing. Use `open()`."""

    chat_chosen = Signal(int)
    """Interaction id; the dialog is gone."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[object, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Not sent yet"))
        self.words = Label(wrap=True)
        self._view = QScrollArea()
        self._view.setWidgetResizable(True)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setAccessibleName(self.tr("Texts that have not been sent"))
        self._view.viewport().setAutoFillBackground(False)
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        layout.setSpacing(SPACE_M)
        layout.addWidget(Label(self.tr("Not sent yet"), "heading"))
        layout.addWidget(self.words)
        layout.addWidget(self._view, 1)
        layout.addLayout(buttons)
        self.close_button.setDefault(True)  # counts only once the button is in the dialog
        width, height = (theme.pixels(px) for px in SIZE_PX)
        self.resize(bounded(self, QSize(width, height)))

    def show_texts(self, texts: Sequence[PendingSend], held: Mapping[int, ConsentState], *, live: bool) -> None:
        """All of them; `held` are the chats on the screen, with what stands against their numbers."""
        shown = (*texts, *sorted(held.items()), live)
        if shown == self._shown:
            return
        self._shown = shown
        if not texts:
            self.words.setText(self.tr("Everything has gone."))
        elif live:
            self.words.setText(self.tr("They go by themselves, unless one asks you first."))
        else:
            self.words.setText(self.tr("They are kept on this computer and go by themselves once the hub answers."))
        body = QWidget()
        body.setAutoFillBackground(False)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.setSpacing(SPACE_S)
        for text in texts[:MOST]:
            column.addWidget(self._card(text, held.get(text.interaction_id), live=live))
        if len(texts) > MOST:
            column.addWidget(Label(self.tr("and {n} more").format(n=len(texts) - MOST), "muted"))
        column.addStretch(1)
        self._view.setWidget(body)

    def _card(self, text: PendingSend, consent: ConsentState | None, *, live: bool) -> Card:
        card = Card(self._theme)
        who = text.customer or self.tr("A customer")
        written = f"{short_day(text.composed_at)}, {clock(text.composed_at)}"
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        icon = ConsentIcon(self._theme, card)
        icon.set_live(live)
        icon.show_consent(consent)
        head.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(Label(breakable(who), "strong", wrap=True), 1)
        head.addWidget(Label(written, "small"))
        layout = QVBoxLayout(card)
        layout.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(head)
        layout.addWidget(Label(breakable(text.text), wrap=True))
        problem = text.problem.text if text.problem is not None else ""
        if problem:
            tone = "bad" if text.state is PendingState.REFUSED else "caution"
            layout.addWidget(Label(problem, tone, wrap=True))
        if consent is not None:
            go = QPushButton(self.tr("Go to the chat"))
            go.setAccessibleName(self.tr("Go to the chat with {name}").format(name=who))
            go.clicked.connect(partial(self._choose, text.interaction_id))
            layout.addWidget(go, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _choose(self, interaction_id: int, _checked: bool = False) -> None:
        self.accept()
        self.chat_chosen.emit(interaction_id)
