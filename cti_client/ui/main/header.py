"""The bar at the top: is everything connected, am I available, start something."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QPushButton, QWidget

from cti_client.desk.views import LinkStatus, LinkView
from cti_client.domain import Millis
from cti_client.domain.agent import Presence
from cti_client.ui.main.presence_button import PresenceButton
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme, restyle
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.pill import Pill
from cti_client.ui.widgets.press_pill import PressPill
from cti_client.ui.widgets.tips import plain_tip
from cti_client.ui.words import seconds_left
from cti_client.wire.topics import ConnectionHealth, Connections, OwnPresence


class Header(QFrame):
    """Shows the link, the gateways that need a word, and presence; emits what is chosen."""

    presence_chosen = Signal(object, str)
    """`Presence` and the reason (empty but for Busy and Away)."""
    new_chat_wanted = Signal()
    telephony_toggled = Signal()
    unsent_wanted = Signal()
    """The person wants to see what has not gone yet."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._link = LinkView(LinkStatus.CONNECTING)
        self._unsent = 0
        self._ringing = self._waiting = 0
        self._presence = OwnPresence()
        self.setProperty("kind", "bar")
        self.link = Pill()
        self.unsent = PressPill(self.tr("Show these texts"), "caution")
        self.unsent.pressed.connect(self.unsent_wanted)
        self._gateways: list[Pill] = []
        self._agent = Label(tone="muted")
        self.presence = PresenceButton(theme)
        self.presence.chosen.connect(self.presence_chosen)
        self.back = QPushButton(theme.icon("hand-waving", "on_accent"), self.tr("I'm back"))
        self.back.setProperty("kind", "primary")
        self.back.setToolTip(self.tr("Take requests again"))
        self.back.clicked.connect(lambda: self.presence_chosen.emit(Presence.AVAILABLE, ""))
        self.new_chat = QPushButton(theme.icon("chat-circle-text", "on_accent"), self.tr("New chat"))
        self.new_chat.setProperty("kind", "primary")
        self.new_chat.setToolTip(self.tr("Text a number first ({keys})").format(keys=_native("Ctrl+N")))
        self.new_chat.clicked.connect(self.new_chat_wanted)
        self.telephony = QPushButton(theme.icon("phone-call"), "")
        self.telephony.clicked.connect(self.telephony_toggled)
        self.telephony.hide()
        self._ours, self._others, self._actions = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        self._arrange()
        self.show_presence(self._presence)
        self.show_link(self._link, 0, 0)
        self.show_ringing(0)

    def show_link(self, link: LinkView, unsent: int, now: Millis) -> None:
        """The link's state in words, and how many texts have not gone yet."""
        self._link, self._unsent = link, unsent
        self.link.setToolTip(plain_tip(link.detail))
        words = {LinkStatus.LIVE: (self.tr("● Live"), "good"), LinkStatus.REFUSED: (self.tr("Not connected"), "bad")}
        words[LinkStatus.CONNECTING] = (self.tr("Connecting…"), "neutral")
        words[LinkStatus.SYNCING] = (self.tr("Loading…"), "neutral")
        words[LinkStatus.OFFLINE] = (self._offline_words(now), "bad")
        self.link.show_state(*words[link.status])
        self.unsent.setVisible(unsent > 0)
        self.unsent.show_state(self.tr("{n} not sent yet").format(n=unsent), "caution")
        self._fit()

    def tick(self, now: Millis) -> None:
        """Count down to the next attempt."""
        if self._link.status is LinkStatus.OFFLINE:
            self.link.show_state(self._offline_words(now), "bad")

    def show_connections(self, connections: Connections) -> None:
        """A word for each gateway that is broken or only simulated; healthy real ones need none."""
        for pill in self._gateways:
            self._others.removeWidget(pill)
            pill.deleteLater()
        self._gateways = [self._gateway_pill(one) for one in connections.connections if one.simulated or not one.ok]
        for place, pill in enumerate(self._gateways):
            self._others.insertWidget(place, pill)
            pill.show()
        self._fit()

    def set_live(self, live: bool) -> None:
        """Without a link presence cannot change and no chat can start."""
        self.presence.setEnabled(live)
        self.back.setEnabled(live)
        self.new_chat.setEnabled(live)

    def show_presence(self, presence: OwnPresence) -> None:
        """The agent's presence as the hub holds it."""
        self._presence = presence
        self.presence.show_presence(presence)
        missed = presence.presence is Presence.MISSED
        self.back.setVisible(missed)
        restyle(self.new_chat, "kind", "" if missed else "primary")  # one thing to do next at a time
        self.new_chat.setIcon(self._theme.icon("chat-circle-text", "text" if missed else "on_accent"))
        self._fit()

    def show_agent(self, name: str) -> None:
        """Who sits here."""
        self._agent.setText(name)

    def show_ringing(self, ringing: int) -> None:
        """How many requests ring; counted on the button that opens the drawer."""
        self._ringing = ringing
        self._show_count()

    def show_waiting(self, waiting: int) -> None:
        """How many chats wait that anyone may take; counted on the same button."""
        self._waiting = waiting
        self._show_count()

    def _show_count(self) -> None:
        name, total = self.tr("Telephony"), self._ringing + self._waiting
        self.telephony.setText(self.tr("Telephony ({n})").format(n=total) if total else name)
        parts = [self.tr("{n} ringing").format(n=self._ringing)] if self._ringing else []
        parts += [self.tr("{n} waiting").format(n=self._waiting)] if self._waiting else []
        self.telephony.setAccessibleName(", ".join([name, *parts]))
        self.telephony.setToolTip(" · ".join(parts))
        self._fit()

    def show_drawer_button(self, shown: bool) -> None:
        """Narrow windows have the telephony panel behind this button."""
        self.telephony.setVisible(shown)
        self._agent.setVisible(not shown)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
        self._fit()

    def _arrange(self) -> None:
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(SPACE_L, SPACE_M - 1, SPACE_L, SPACE_M - 1)
        self._row.setSpacing(SPACE_S)
        self._status = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        for part in (self._ours, self._others, self._actions, self._status):
            part.setSpacing(SPACE_S)
        self._ours.addWidget(self.link)
        self._ours.addWidget(self.unsent)
        self._ours.addStretch(1)
        self._others.addStretch(1)
        self._status.addLayout(self._ours)
        self._status.addLayout(self._others, 1)
        self._actions.addStretch(1)
        for widget in (self._agent, self.presence, self.back, self.new_chat, self.telephony):
            self._actions.addWidget(widget)
        self._row.addLayout(self._status, 1)
        self._row.addLayout(self._actions)

    def _fit(self) -> None:
        """As many rows as everything that must be said needs: one, two, or the gateways in a third."""
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        ours, others, actions = (each.minimumSize().width() for each in (self._ours, self._others, self._actions))
        _turn(self._status, beside=ours + SPACE_S + others <= room)
        _turn(self._row, beside=ours + SPACE_S + others + SPACE_L + actions <= room)

    def _offline_words(self, now: Millis) -> str:
        if self._link.retry_at is None or self._link.retry_at <= now:
            return self.tr("Offline")
        left = seconds_left(self._link.retry_at, now)
        return self.tr("Offline · trying again in {n} s").format(n=left)

    def _gateway_pill(self, health: ConnectionHealth) -> Pill:
        if health.ok:
            # In words: its texts show as delivered, and nobody looks at a tooltip before they believe that.
            pill = Pill(self.tr("{gateway}: no real texts").format(gateway=health.name), "caution")
            pill.setToolTip(self.tr("This gateway only plays one. A real one is set up on the Admin page."))
        else:
            pill = Pill(self.tr("{gateway} is down").format(gateway=health.name), "bad")
            pill.setToolTip(plain_tip(health.detail))
        return pill


def _turn(layout: QBoxLayout, *, beside: bool) -> None:
    way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
    if way != layout.direction():
        layout.setDirection(way)


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
