"""What rings and what waits; always in sight."""

from collections.abc import Iterable
from itertools import islice, pairwise

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from cti_client.domain import Millis
from cti_client.domain.agent import Presence
from cti_client.domain.interaction import CaseChoice
from cti_client.ui.main.offer_card import OfferCard
from cti_client.ui.main.waiting_list import WaitingList
from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.ui.numbers.there import Zones
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Theme
from cti_client.ui.widgets.card_column import CardColumn
from cti_client.ui.widgets.empty_state import EmptyState
from cti_client.ui.widgets.frame_pace import FramePace
from cti_client.ui.widgets.glyph import Glyph
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice
from cti_client.ui.words import presence_name
from cti_client.wire.records import Offer
from cti_client.wire.topics import OwnPresence, Waiting

WIDTH_PX = 416
"""Room for *Accept · continue C-10005*; the panel would grow, and push the page, as it rings."""

MOST_CARDS = 10
"""More would stand below the edge; those that follow are counted, and come up as the first are answered."""
SPARE_CARDS = 2
"""Empty cards kept ready: filling one is several times quicker than building one while the phone rings."""


class TelephonyPanel(QFrame):
    """Requests as cards, the one that lapses first on top with the ring; below them the Waiting list."""

    accepted = Signal(int, object)
    """Offer id, `CaseChoice` or None."""
    declined = Signal(int)
    """Offer id."""
    taken = Signal(int, object)
    """Interaction id of a waiting chat, `CaseChoice` or None."""
    phone_made = Signal(object)
    """A `PhoneButton` that wants to be served."""
    available_wanted = Signal()
    """The agent wants to be offered chats."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._offers: dict[int, Offer] = {}
        self._zones: dict[int, Zones] = {}
        self._cards: dict[int, OfferCard] = {}
        self._spare: list[OfferCard] = []
        self._stops: list[QWidget] = []
        self._wait = self._waiting_shown = Waiting()
        self._now: Millis = 0
        self._me = ""
        self._pace = FramePace(self._update, self)
        self._presence = OwnPresence()
        self._live, self._connecting = False, True
        self.setProperty("kind", "panel")
        self.setAccessibleName(self.tr("Telephony"))
        self._count = Label(tone="small")
        self._further = Label(tone="small", wrap=True)
        self._further.hide()
        self.notice = Notice(theme)
        self.empty = EmptyState(theme, "phone-slash")
        self.empty.acted.connect(self.available_wanted)
        self._waiting = WaitingList(theme)
        self._waiting.taken.connect(self.taken)
        self._waiting.phone_made.connect(self._adopt_phone)
        self._column = CardColumn(theme)
        self._arrange()
        self._show_empty()
        # After the window stands, so that its start need not wait for them.
        self._prepare = QTimer(self)
        self._prepare.setSingleShot(True)
        self._prepare.timeout.connect(self._build_spare)
        self._prepare.start()

    def minimumSizeHint(self) -> QSize:
        """Qt's hook: as wide as its widest row, with room for the scroll bar; nothing in here is ever cut."""
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        wide = max(self._content.minimumSizeHint().width(), self._head.minimumSize().width()) + bar
        return QSize(max(self._theme.pixels(WIDTH_PX), wide), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """Qt's hook: no wider than it must be."""
        return QSize(self.minimumSizeHint().width(), super().sizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's hook: a row has got longer words; the scroll area in between tells nobody."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    @property
    def phones(self) -> list[PhoneButton]:
        """The phone buttons of cards that were made before anybody heard `phone_made`."""
        return [card.phone for card in (*self._cards.values(), *self._spare)]

    @property
    def cards(self) -> list[OfferCard]:
        """The requests on the screen, the first to answer first."""
        self._pace.flush()
        return sorted(self._cards.values(), key=_order)

    @property
    def first(self) -> OfferCard | None:
        """The request to answer first."""
        cards = self.cards
        return cards[0] if cards else None

    @property
    def waiting(self) -> WaitingList:
        """Those whom anyone may take."""
        self._pace.flush()
        return self._waiting

    @property
    def caught_up(self) -> bool:
        """Does it show all it was told, and leave nothing for the end of this frame?"""
        return not self._pace.due

    def card(self, offer_id: int) -> OfferCard | None:
        """The card of that offer."""
        self._pace.flush()
        return self._cards.get(offer_id)

    def show_offers(self, offers: Iterable[Offer], now: Millis, me: str = "") -> list[int]:
        """Exactly these requests; returns the ids of those that are new. They are on the screen within a frame."""
        wanted = {offer.id: offer for offer in sorted(offers, key=lambda offer: (offer.deadline, offer.id))}
        new = [id_ for id_ in wanted if id_ not in self._offers]
        self._offers = wanted
        self._zones = {id_: zones for id_, zones in self._zones.items() if id_ in wanted}
        self._now, self._me = now, me
        self._pace.ask()
        return new

    def show_zones(self, offer_id: int, zones: Zones, now: Millis) -> None:
        """The time zones in which the customer of that request may be."""
        if offer_id in self._offers:
            self._zones[offer_id] = zones
        if offer_id in self._cards:
            self._cards[offer_id].there.show_zones(zones, now)

    def show_waiting(self, waiting: Waiting, now: Millis, me: str = "") -> None:
        """The chats that anyone may take."""
        self._wait, self._now, self._me = waiting, now, me
        self._pace.ask()

    def show_presence(self, presence: OwnPresence) -> None:
        """Decides what an empty panel says."""
        self._presence = presence
        self._show_empty()

    def set_live(self, live: bool, *, connecting: bool = False) -> None:
        """Without a link nothing can be answered. `connecting`: it is about to come."""
        self._live, self._connecting = live, connecting
        for card in (*self._cards.values(), *self._spare):
            card.set_live(live)
        self._waiting.set_live(live)
        self._show_empty()

    def accept_offer(self, offer_id: int) -> None:
        """As if Accept of this request were pressed; says so where it is gone."""
        card = self.card(offer_id)
        if card is not None:
            card.accept.main.click()
        elif offer_id in self._offers:  # further down
            self.accepted.emit(offer_id, None)
        else:
            self.say(self.tr("This request is gone."))

    def accept_first(self) -> None:
        """As if Accept of the first request were pressed."""
        if self.first is not None:
            self.first.accept.main.click()

    def decline_first(self) -> None:
        """As if Decline of the first request were pressed."""
        if self.first is not None:
            self.first.decline.click()

    def say(self, why: str) -> None:
        """Tell the person that something did not work; empty takes it away."""
        if why:
            self.notice.say(why, "bad", dismissible=True)
        else:
            self.notice.clear()

    def tick(self, now: Millis) -> None:
        """Count."""
        for card in self._cards.values():
            card.tick(now)
        self._waiting.tick(now)

    def _arrange(self) -> None:
        title = QHBoxLayout()
        title.setSpacing(SPACE_S)
        title.addWidget(Glyph(self._theme, "phone-call", "text", 20))
        title.addWidget(Label(self.tr("Telephony"), "heading"), 1)
        title.addWidget(self._count)
        content = QWidget()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(SPACE_L, SPACE_XS, SPACE_L, SPACE_L)
        inner.setSpacing(SPACE_M)
        # Room comes before the cards are laid out; they would be squeezed for a moment, and then all be painted anew.
        inner.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        inner.addWidget(self.empty)
        inner.addWidget(self._column)
        inner.addWidget(self._further)
        inner.addWidget(self._waiting)
        inner.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        content.setAutoFillBackground(False)
        # As it grows, what it has already stays as it is painted.
        content.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        scroll.viewport().setAutoFillBackground(False)
        self._content = content
        self._scroll = scroll
        content.installEventFilter(self)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        head = QVBoxLayout()
        head.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_S)
        head.setSpacing(SPACE_S)
        head.addLayout(title)
        head.addWidget(self.notice)
        self._head = head
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(scroll, 1)

    def _build_card(self) -> OfferCard:
        card = OfferCard(self._theme, self._column)
        card.hide()
        card.ensurePolished()
        card.set_live(self._live)
        card.accepted.connect(self._accepted)
        card.declined.connect(self._declined)
        self._adopt_phone(card.phone)
        return card

    def _build_spare(self) -> None:
        while len(self._spare) < SPARE_CARDS:
            self._put_aside(self._build_card())

    def _put_aside(self, card: OfferCard) -> None:
        card.hide()
        card.set_first(False)
        if len(self._spare) < MOST_CARDS:  # in a rush the next one comes at once
            self._spare.append(card)
        else:
            card.deleteLater()

    def _update(self) -> None:
        """Bring what was told last onto the screen."""
        shown = dict(islice(self._offers.items(), MOST_CARDS))
        gone = [self._cards.pop(id_) for id_ in self._cards.keys() - shown.keys()]
        for id_, offer in shown.items():
            card = self._cards.get(id_)
            if card is None:
                card = self._cards[id_] = self._spare.pop() if self._spare else self._build_card()
                card.there.show_zones(self._zones.get(id_, ()), self._now)
                card.show_offer(offer, self._now, self._me)
            elif card.offer != offer:
                card.show_offer(offer, self._now, self._me)
        cards = sorted(self._cards.values(), key=_order)
        for place, card in enumerate(cards):
            card.set_first(place == 0)
        self._column.show_cards(cards)
        self._column.setVisible(bool(cards))
        for card in gone:
            self._put_aside(card)
        if self._wait is not self._waiting_shown:
            self._waiting_shown = self._wait
            self._waiting.show_waiting(self._wait, self._now, self._me)
        self._chain()
        self._show_empty()
        self.updateGeometry()

    def _chain(self) -> None:
        """The Tab key goes through the cards as they stand, and then to those who wait."""
        stops: list[QWidget] = []
        for card in self.cards:
            stops += [card.accept.main, card.accept.more, card.decline, card.phone]
        stops += [stop for row in self._waiting.rows for stop in (row.phone, row.take.main, row.take.more)]
        if stops == self._stops:
            return
        self._stops = stops
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _show_empty(self) -> None:
        ringing = len(self._offers)
        self._count.setText(self.tr("{n} ringing").format(n=ringing) if ringing else "")
        further = ringing - len(self._cards)
        if further:
            self._further.setText(self.tr("{n} more ring. They come up as these are answered.").format(n=further))
        self._further.setVisible(further > 0)
        self.empty.setVisible(not ringing)
        if self._connecting:
            self.empty.show_state("hourglass-medium", self.tr("Connecting…"))
        elif not self._live:
            self.empty.show_state(
                "wifi-slash",
                self.tr("Not connected"),
                self.tr("Requests ring here again once this desktop is connected."),
            )
        elif self._presence.presence is Presence.AVAILABLE:
            self.empty.show_state("bell-simple", self.tr("Nothing rings"), self.tr("New chats ring here."))
        elif self._presence.presence is Presence.MISSED:
            self.empty.show_state(
                "phone-x",
                self.tr("Two requests were missed"),
                self.tr("They went on to others or stand in Waiting. None come to you until you are back."),
                self.tr("I'm back"),
            )
        else:
            state = presence_name(self._presence.presence)
            self.empty.show_state(
                "bell-simple-slash",
                self.tr("You are {state}").format(state=state.lower()),
                self.tr("No requests come to you."),
                self.tr("Become available"),
            )

    def _adopt_phone(self, button: PhoneButton) -> None:
        button.refused.connect(self.say)
        self.phone_made.emit(button)

    def _accepted(self, offer_id: int, choice: CaseChoice | None) -> None:
        self._cards[offer_id].set_busy(self.tr("Accepting…"))
        self.accepted.emit(offer_id, choice)

    def _declined(self, offer_id: int) -> None:
        self._cards[offer_id].set_busy(self.tr("Declining…"))
        self.declined.emit(offer_id)


def _order(card: OfferCard) -> tuple[Millis, int]:
    offer = card.offer
    return (offer.deadline, offer.id) if offer else (0, 0)
