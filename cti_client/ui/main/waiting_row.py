"""One chat of the Waiting list."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cti_client.domain import Millis
from cti_client.domain.interaction import CaseChoice
from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.ui.theme import SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.card import Card
from cti_client.ui.widgets.consent_badge import ConsentBadge
from cti_client.ui.widgets.elided_label import ElidedLabel
from cti_client.ui.widgets.pill import Pill
from cti_client.ui.widgets.split_button import SplitButton
from cti_client.ui.words import case_choice_line, texts_line, timer
from cti_client.wire.topics import WaitingChat


class WaitingRow(Card):
    """Who waits, how long, why, what they wrote, and Take."""

    taken = Signal(int, object)
    """Interaction id, `CaseChoice` or None."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent, ground="surface")
        self._chat: WaitingChat | None = None
        self._me = ""
        self._live = True
        self._busy = False
        self._who = ElidedLabel(tone="strong")
        self._waiting = Pill(role="caution")
        self._why = ElidedLabel(tone="small")
        self._words = ElidedLabel(tone="small")
        self.consent = ConsentBadge(theme)
        self.phone = PhoneButton(theme)
        self.take = SplitButton(theme, self.tr("Take"), primary=False)
        self.take.pressed_default.connect(lambda: self._take(None))
        self.take.chosen.connect(self._take)
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(self._who, 1)
        top.addWidget(self._waiting)
        bottom = QHBoxLayout()
        bottom.setSpacing(SPACE_S)
        bottom.addWidget(self.consent)
        bottom.addStretch(1)
        bottom.addWidget(self.phone)
        bottom.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S + 2, SPACE_M, SPACE_S + 2)
        layout.setSpacing(SPACE_S)
        layout.addLayout(top)
        layout.addWidget(self._why)
        layout.addWidget(self._words)
        layout.addLayout(bottom)

    def show_chat(self, chat: WaitingChat, now: Millis, me: str = "") -> None:
        """Fill the row; the same chat again costs nothing."""
        if (chat, me) == (self._chat, self._me):
            self.tick(now)
            return
        if self._chat is None or self._chat.interaction_id != chat.interaction_id:
            self._busy = False
        self._chat, self._me = chat, me
        who = chat.customer_name or chat.address_display
        self._who.setText(who)
        why = chat.why[:1].upper() + chat.why[1:]
        # The reason comes first: a line's name may be of any length, and it is then the name that is cut.
        self._why.setText(" · ".join(part for part in (why, chat.line_name) if part))
        words = texts_line(chat.texts, chat.last_words, chat.first_words)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        if chat.last_case is None:
            self.take.set_choices([])
        else:
            continued = self.tr("Continue {case}").format(case=case_choice_line(chat.last_case, now, me))
            choices: list[tuple[str, object]] = [
                (continued, CaseChoice.CONTINUE),
                (self.tr("New case"), CaseChoice.NEW),
            ]
            self.take.set_choices(choices, self.tr("Continue the last case, or a new one"))
        self.consent.show_consent(chat.consent)
        said = (who, chat.line_name, chat.why, words, self.consent.text())
        self.setAccessibleName(", ".join(part for part in said if part))
        self.take.main.setAccessibleName(self.tr("Take {who}").format(who=who))
        if self.phone.address != chat.address:
            self.phone.show_number(chat.address, chat.address_display)
        self._show_busy()
        self.tick(now)

    def tick(self, now: Millis) -> None:
        """Count."""
        if self._chat is not None:
            time = timer(now - self._chat.waiting_since)
            self._waiting.show_state(self.tr("waiting {time}").format(time=time), "caution")

    def set_live(self, live: bool) -> None:
        """Without a link nothing can be taken."""
        self._live = live
        self._show_busy()

    def set_busy(self, busy: bool) -> None:
        """Take is on its way."""
        self._busy = busy
        self._show_busy()

    def _show_busy(self) -> None:
        self.take.set_text(self.tr("Taking…") if self._busy else self.tr("Take"))
        self.take.setEnabled(self._live and not self._busy)

    def _take(self, choice: CaseChoice | None) -> None:
        if self._chat is not None:
            self.set_busy(True)
            self.taken.emit(self._chat.interaction_id, choice)
