"""Cards below each other that come and go while others stay."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from cti_client.ui.theme import SPACE_M, Theme


class CardColumn(QWidget):
    """As wide as its place, each card as high as it wants to be.

    A layout would place each card by itself, and Qt then paints every card that has moved. Here those that move
    together are moved as they are painted, and only what comes into sight is painted. The cards' own paint events must
    fill all of their rectangle (`Card` with a ground), and what the column scrolls in must not: where an opaque parent
    has been moved, Qt would move pixels here that it has yet to paint.
    """

    def __init__(
        self, theme: Theme, ground: str = "surface", spacing: int = SPACE_M, parent: QWidget | None = None
    ) -> None:
        """`ground`: the palette's name of the colour between the cards. `spacing`: pixels between two."""
        super().__init__(parent)
        self._theme, self._ground, self._spacing = theme, ground, spacing
        self._cards: tuple[QWidget, ...] = ()
        self._height = self._wide = 0
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)

    @property
    def cards(self) -> tuple[QWidget, ...]:
        """What is shown, from the top down."""
        return self._cards

    def show_cards(self, cards: Sequence[QWidget]) -> None:
        """Exactly these, in this order. Others are hidden and stay children of the column, whose owner they keep."""
        cards = tuple(cards)
        if cards == self._cards:
            return
        going = set(self._cards) - set(cards)
        self._cards = cards
        for card in cards:
            if card.parentWidget() is not self:
                card.setParent(self)
            if card.isHidden():
                card.move(0, -card.height())  # out of sight until it has its place
                card.show()
        self._place()
        for card in going:  # last: by now most have been moved out of sight, where hiding them paints nothing
            card.hide()

    def sizeHint(self) -> QSize:
        """Qt's hook."""
        wide = max((card.sizeHint().width() for card in self._cards), default=0)
        return QSize(wide, self._height)

    def minimumSizeHint(self) -> QSize:
        """Qt's hook: no card is ever squeezed."""
        return QSize(self._widest(), self._height)

    def event(self, event: QEvent) -> bool:
        """Qt's hook: a card wants another size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's hook: the ground."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.color(self._ground))
        painter.end()

    def _place(self) -> None:
        tops, heights, bottom = [], [], 0
        for card in self._cards:
            tops.append(bottom)
            heights.append(card.sizeHint().height())
            bottom += heights[-1] + self._spacing
        moves = Counter(top - card.y() for top, card in zip(tops, self._cards, strict=True) if card.y() >= 0)
        if moves:
            shift = moves.most_common(1)[0][0]
            if shift:
                self.scroll(0, shift)
        for card, top, height in zip(self._cards, tops, heights, strict=True):
            card.setGeometry(0, top, self.width(), height)
        if len(moves) > 1:  # cards that pass each other leave pieces of themselves behind
            self.update()
            for card in self._cards:
                card.update()
        height = max(0, bottom - self._spacing)
        wide = self._widest()
        if (height, wide) != (self._height, self._wide):
            self._height, self._wide = height, wide
            self.updateGeometry()

    def _widest(self) -> int:
        return max((card.minimumSizeHint().width() for card in self._cards), default=0)
