"""Paints one row of a list in the settings."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cti_client.ui.settings.entry_model import ENTRY, Entry
from cti_client.ui.theme import CARD_CORNER, SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.elision import elided

ROW_PX = 58
ICON_PX = 18
PHONE_PX = 34


class EntryDelegate(QStyledItemDelegate):
    """Title and detail, the state as a pill, the phone where there is a number, and that it opens."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, opens: bool = True) -> None:
        super().__init__(parent)
        self._theme, self._opens = theme, opens

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt's hook: with the gap below the row."""
        return QSize(self._theme.pixels(120), self._theme.pixels(ROW_PX) + SPACE_S)

    def phone_box(self, row: QRect) -> QRect:
        """Where the phone of a row stands."""
        px = self._theme.pixels(PHONE_PX)
        right = row.right() - SPACE_M - (self._theme.pixels(ICON_PX) + SPACE_S if self._opens else 0)
        return QRect(right - px, row.top() + (row.height() - SPACE_S - px) // 2, px, px)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt's hook."""
        entry: Entry = index.data(ENTRY)
        rect: QRect = option.rect
        box = rect.adjusted(0, 0, 0, -SPACE_S)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, box, option.state)
        words = box.adjusted(SPACE_M, 0, -SPACE_M, 0)
        px = self._theme.pixels(ICON_PX)
        if self._opens:
            icon = QRect(words.right() - px, box.center().y() - px // 2, px, px)
            self._theme.icon("caret-right", "muted").paint(painter, icon)
            words.setRight(icon.left() - SPACE_S)
        if entry.address:
            place = self.phone_box(rect)
            shrink = (place.width() - px) // 2
            self._theme.icon("phone", "accent").paint(painter, place.adjusted(shrink, shrink, -shrink, -shrink))
            words.setRight(place.left() - SPACE_S)
        if entry.state:
            words.setRight(self._pill(painter, words, entry) - SPACE_S)
        self._words(painter, words, entry)
        painter.restore()

    def _ground(self, painter: QPainter, box: QRect, state: QStyle.StateFlag) -> None:
        palette = self._theme.palette
        hover = bool(state & QStyle.StateFlag.State_MouseOver)
        focus = bool(state & QStyle.StateFlag.State_HasFocus)
        chosen = bool(state & QStyle.StateFlag.State_Selected) and not self._opens
        ground = palette.accent_soft if chosen else palette.hover if hover else palette.raised
        painter.setBrush(ground)
        painter.setPen(QPen(palette.accent if focus else palette.line, 2.0 if focus else 1.0))
        inset = 1.0 if focus else 0.5
        painter.drawRoundedRect(QRectF(box).adjusted(inset, inset, -inset, -inset), CARD_CORNER, CARD_CORNER)

    def _words(self, painter: QPainter, words: QRect, entry: Entry) -> None:
        palette = self._theme.palette
        strong = self._theme.font(13, QFont.Weight.DemiBold)
        if not entry.detail:
            self._text(painter, words, entry.title, strong, palette.text)
            return
        half = words.height() // 2
        top = QRect(words.left(), words.top() + 7, words.width(), half - 7)
        bottom = QRect(words.left(), words.top() + half, words.width(), half - 7)
        self._text(painter, top, entry.title, strong, palette.text)
        self._text(painter, bottom, entry.detail, self._theme.font(12), palette.muted)

    def _pill(self, painter: QPainter, words: QRect, entry: Entry) -> int:
        """At the right end; returns its left edge. At most half of the row."""
        font = self._theme.font(11, QFont.Weight.DemiBold)
        metrics = QFontMetrics(font)
        width = min(metrics.horizontalAdvance(entry.state) + 18, words.width() // 2)
        height = metrics.height() + 4
        box = QRect(words.right() - width + 1, words.center().y() - height // 2 + 1, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(f"{entry.role}_soft"))
        painter.drawRoundedRect(box, height / 2, height / 2)
        ink = self._theme.color("muted" if entry.role == "neutral" else entry.role)
        self._text(painter, box.adjusted(8, 0, -8, 0), entry.state, font, ink)
        return box.left()

    @staticmethod
    def _text(painter: QPainter, box: QRect, text: str, font: QFont, ink: QColor) -> None:
        painter.setFont(font)
        painter.setPen(ink)
        shown = elided(QFontMetrics(font), " ".join(text.split()), box.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(box, int(flags), shown)
