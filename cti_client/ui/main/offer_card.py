"""One SMS chat request."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cti_client.domain import Millis
from cti_client.domain.interaction import CaseChoice
from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.ui.numbers.there import ThereLabel
from cti_client.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from cti_client.ui.widgets.avatar import Avatar
from cti_client.ui.widgets.card import Card
from cti_client.ui.widgets.consent_badge import ConsentBadge
from cti_client.ui.widgets.elided_label import ElidedLabel
from cti_client.ui.widgets.glyph import Glyph
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.pill import Pill
from cti_client.ui.widgets.split_button import SplitButton
from cti_client.ui.words import case_choice_line, case_line, seconds_left, texts_line, timer
from cti_client.wire.records import Offer

HURRY_S = 10
"""From here on the time left is shown as urgent."""

ACCEPT_KEY = "F9"
DECLINE_KEY = "Shift+F9"


class OfferCard(Card):
    """The request as A2 wants it: what, from whom, on which line, how long, and the two answers.

    A card may be filled again with another offer, which is much quicker than building one.
    """

    accepted = Signal(int, object)
    """Offer id and `CaseChoice`, or None for the offer's default."""
    declined = Signal(int)
    """Offer id."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent, ground="surface")
        self._offer: Offer | None = None
        self._first = False
        self._live = True
        self._busy = ""
        self._accept_words = self.tr("Accept")
        self._title = Label(self.tr("SMS Chat Request"), "heading")
        self._left = Pill()
        self._call_id = Label(tone="small")
        self._call_id.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._line = ElidedLabel(tone="small")
        self._waiting = Label(tone="small")
        self._avatar = Avatar(theme, 32)
        self._who = ElidedLabel()
        self._words = ElidedLabel(tone="small")
        self.consent = ConsentBadge(theme)
        self.phone = PhoneButton(theme)
        self.there = ThereLabel()
        self.accept = SplitButton(theme, self.tr("Accept"))
        self.accept.pressed_default.connect(lambda: self._answer(None))
        self.accept.chosen.connect(self._answer)
        self.decline = QPushButton(self.tr("Decline"))
        self.decline.clicked.connect(self._decline)
        self._arrange(theme)

    @property
    def offer(self) -> Offer | None:
        """The request shown."""
        return self._offer

    def show_offer(self, offer: Offer, now: Millis, me: str = "") -> None:
        """Fill the card. `me`: the agent's name, to say *you*."""
        if self._offer is None or self._offer.id != offer.id:
            self._busy = ""
        self._offer = offer
        self._call_id.setText(offer.call_id)
        self._line.setText(f"· {offer.line_name}")
        self._avatar.show_customer(offer.thread_id, offer.customer_name)
        who = offer.customer_name or self.tr("New customer")
        about = case_line(offer.last_case, now, me) if offer.last_case else offer.region
        self._who.setText(f"{who}  ·  {about}" if about else who)
        words = texts_line(offer.texts, offer.last_words, offer.first_words)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self.consent.show_consent(offer.consent)
        if self.phone.address != offer.address:
            self.phone.show_number(offer.address, offer.address_display)
        self._show_answers(now, me)
        said = (self._title.text(), offer.call_id, who, offer.line_name, self.consent.text())
        self.setAccessibleName(", ".join(part for part in said if part))
        self.decline.setAccessibleName(self.tr("Decline {who}").format(who=offer.customer_name or offer.call_id))
        self.tick(now)

    def tick(self, now: Millis) -> None:
        """Count."""
        if self._offer is None:
            return
        left = seconds_left(self._offer.deadline, now)
        self._left.show_state(self.tr("{n} s left").format(n=left), "caution" if left <= HURRY_S else "neutral")
        waiting = self.tr("waiting {time}").format(time=timer(now - self._offer.waiting_since))
        if waiting != self._waiting.text():
            self._waiting.setText(waiting)
        self.there.tick(now)

    def set_first(self, first: bool) -> None:
        """This is the one to answer first: the ring, and the keys."""
        if first == self._first:
            return
        self._first = first
        self.set_ringed(first)
        self.accept.main.setToolTip(self.tr("Accept ({keys})").format(keys=_native(ACCEPT_KEY)) if first else "")
        self.decline.setToolTip(self.tr("Decline ({keys})").format(keys=_native(DECLINE_KEY)) if first else "")

    def set_live(self, live: bool) -> None:
        """Without a link nothing can be answered."""
        self._live = live
        self._show_busy()

    def set_busy(self, words: str) -> None:
        """An answer is on its way (`Accepting…`); empty: it failed and may be given again."""
        self._busy = words
        self._show_busy()

    def _arrange(self, theme: Theme) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(Glyph(theme, "chat-circle-dots", "accent", 20))
        top.addWidget(self._title, 1)
        top.addWidget(self._left)
        ids = QHBoxLayout()
        ids.setSpacing(SPACE_XS)
        ids.addWidget(self._call_id)
        ids.addWidget(self._line, 1)
        ids.addWidget(self._waiting)
        names = QVBoxLayout()
        names.setSpacing(1)
        names.addWidget(self._who)
        second = QHBoxLayout()
        second.setSpacing(SPACE_S)
        second.addWidget(self._words, 1)
        second.addWidget(self.there)
        names.addLayout(second)
        names.addSpacing(2)
        third = QHBoxLayout()
        third.setSpacing(SPACE_S)
        third.addWidget(self.consent)
        third.addStretch(1)
        third.addWidget(self.phone)
        names.addLayout(third)
        who = QHBoxLayout()
        who.setSpacing(SPACE_S)
        who.addWidget(self._avatar)
        who.addLayout(names, 1)
        answers = QHBoxLayout()
        answers.setSpacing(SPACE_S)
        answers.addWidget(self.accept, 1)
        answers.addWidget(self.decline)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M + 2, SPACE_M, SPACE_M + 2, SPACE_M + 2)
        layout.setSpacing(SPACE_S)
        for row in (top, ids, who):
            layout.addLayout(row)
        layout.addSpacing(2)
        layout.addLayout(answers)

    def _show_answers(self, now: Millis, me: str) -> None:
        offer = self._offer
        assert offer is not None
        if offer.last_case is None:
            words = self.tr("Accept")
            self.accept.set_choices([])
        else:
            goes_on = offer.default_choice is CaseChoice.CONTINUE
            label = offer.last_case.label
            words = self.tr("Accept · continue {case}").format(case=label) if goes_on else self.tr("Accept · new case")
            continued = case_choice_line(offer.last_case, now, me)
            choices: list[tuple[str, object]] = [
                (self.tr("Continue {case}").format(case=continued), CaseChoice.CONTINUE),
                (self.tr("New case"), CaseChoice.NEW),
            ]
            self.accept.set_choices(choices, self.tr("Continue the last case, or a new one"))
        self._accept_words = words
        self._show_busy()

    def _show_busy(self) -> None:
        may = self._live and not self._busy
        self.accept.set_text(self._busy or self._accept_words)
        if self._offer is not None:
            who = self._offer.customer_name or self._offer.call_id
            self.accept.main.setAccessibleName(f"{self.accept.main.text()}, {who}")
        self.accept.setEnabled(may)
        self.decline.setEnabled(may)

    def _answer(self, choice: CaseChoice | None) -> None:
        if self._offer is not None and self.accept.isEnabled():
            self.accepted.emit(self._offer.id, choice)

    def _decline(self) -> None:
        if self._offer is not None:
            self.declined.emit(self._offer.id)


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
