"""Makes requests and new texts noticed without ever taking the focus (A2, A9)."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from cti_client.system.notifications import Notifications
from cti_client.system.sound import Sound, SoundPlayer
from cti_client.ui.preferences import Preferences
from cti_client.ui.words import consent_name, texts_line
from cti_client.wire.records import Interaction, Offer

RING_EVERY_MS = 4_000


class Ringer(QObject):
    """Rings while a request stands, notifies while no window of ours is in front, chimes at each new text."""

    accept_wanted = Signal(int)
    """Offer id, from the notification's button."""
    open_wanted = Signal()
    """A notification was clicked."""

    def __init__(
        self,
        sounds: SoundPlayer,
        notifications: Notifications,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._sounds, self._notifications, self._preferences = sounds, notifications, preferences
        self._ringing: set[int] = set()
        self._unread: dict[int, int] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(RING_EVERY_MS)
        self._timer.timeout.connect(self._ring)
        notifications.action_pressed.connect(self._action)
        notifications.clicked.connect(self._clicked)

    @property
    def ringing(self) -> bool:
        """Does it ring again and again now?"""
        return self._timer.isActive()

    def show_offers(self, offers: Iterable[Offer], in_front: bool) -> None:
        """The requests that stand now. `in_front`: the person looks at a window of ours."""
        standing = {offer.id: offer for offer in offers}
        new = standing.keys() - self._ringing
        for gone in self._ringing - standing.keys():
            self._notifications.withdraw(_key(gone))
        self._ringing = set(standing)
        if not standing:
            self._timer.stop()
        elif new:
            self._ring()
            self._timer.start()
        if not in_front and self._preferences.notifications:
            for id_ in new:
                self._notify(standing[id_])

    def show_chats(self, chats: Iterable[Interaction]) -> list[int]:
        """The open chats; chimes where one has more unread texts than before and returns those chats' ids."""
        unread = {chat.id: chat.unread for chat in chats}
        fresh = [id_ for id_, count in unread.items() if id_ in self._unread and count > self._unread[id_]]
        self._unread = unread
        if fresh and self._preferences.sound:
            self._sounds.play(Sound.MESSAGE)
        return fresh

    def stop(self) -> None:
        """Ring no more; notifications that stand are taken away."""
        self._timer.stop()
        for id_ in self._ringing:
            self._notifications.withdraw(_key(id_))
        self._ringing.clear()

    def _ring(self) -> None:
        if self._preferences.sound:
            self._sounds.play(Sound.RING)

    def _notify(self, offer: Offer) -> None:
        who = offer.customer_name or offer.address_display
        text = f"{who} · {offer.line_name}"
        if offer.consent is not None:
            text += f" · {consent_name(offer.consent)}"
        words = texts_line(offer.texts, offer.last_words, offer.first_words)
        if words:
            text += f"\n{words}"
        self._notifications.show(_key(offer.id), self.tr("SMS Chat Request"), text, self.tr("Accept"))

    def _action(self, key: str) -> None:
        offer_id = _offer_of(key)
        if offer_id is not None:
            self.accept_wanted.emit(offer_id)

    def _clicked(self, key: str) -> None:
        if _offer_of(key) is not None:
            self.open_wanted.emit()


def _key(offer_id: int) -> str:
    return f"offer:{offer_id}"


def _offer_of(key: str) -> int | None:
    kind, _, id_ = key.partition(":")
    return int(id_) if kind == "offer" else None
