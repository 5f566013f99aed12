"""Who else is at this thread (G2a)."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from cti_client.domain import Millis
from cti_client.ui.theme import SPACE_L, SPACE_S, SPACE_XS, Theme
from cti_client.ui.widgets.elided_label import ElidedLabel
from cti_client.ui.widgets.glyph import Glyph
from cti_client.ui.words import HOUR, MINUTE
from cti_client.wire.topics import SharedThread

REPLY_IS_NEWS: Millis = HOUR
"""A reply older than this is history; the chat shows it."""


class Company(QFrame):
    """One small line above the reply box; hidden while nobody else is there."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shared: SharedThread | None = None
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._glyph = Glyph(theme, "users", "accent", 16)
        self.line = ElidedLabel(tone="small")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, SPACE_XS, SPACE_L, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._glyph)
        row.addWidget(self.line, 1)
        self.hide()

    def show_shared(self, shared: SharedThread | None, now: Millis) -> None:
        """Who is there; None for nobody."""
        self._shared = shared
        self.tick(now)

    def tick(self, now: Millis) -> None:
        """Typing ends, and a reply grows older."""
        words = "" if self._shared is None else self._words(self._shared, now)
        if words != self.line.text():
            self.line.setText(words)
            self.setAccessibleName(words)
        self.setVisible(bool(words))

    def _words(self, shared: SharedThread, now: Millis) -> str:
        """What presses most comes first: who is typing now, who replied just now, who is there."""
        typing = [peer.name for peer in shared.peers if peer.types_until > now]
        parts = []
        if typing:
            parts.append(self._is_are(typing, self.tr("{names} is typing…"), self.tr("{names} are typing…")))
        if shared.replied_by and now - shared.replied_at < REPLY_IS_NEWS:
            parts.append(self._replied(shared, now))
        if not parts:
            parts.append(self._there(shared))
        return " · ".join(part for part in parts if part)

    def _replied(self, shared: SharedThread, now: Millis) -> str:
        minutes = max(0, now - shared.replied_at) // MINUTE
        if minutes == 0:
            return self.tr("{name} replied just now").format(name=shared.replied_by)
        return self.tr("{name} replied {n} min ago").format(name=shared.replied_by, n=minutes)

    def _there(self, shared: SharedThread) -> str:
        holders = [peer.name for peer in shared.peers if peer.holds]
        if holders:
            return self.tr("{name} has this customer now").format(name=holders[0])
        names = [peer.name for peer in shared.peers]
        return self._is_are(names, self.tr("{names} is looking at this chat too"), self.tr("{names} look at it too"))

    def _is_are(self, names: list[str], one: str, many: str) -> str:
        if len(names) <= 1:
            return one.format(names="".join(names))
        both = self.tr("{first} and {second}").format(first=", ".join(names[:-1]), second=names[-1])
        return many.format(names=both)
