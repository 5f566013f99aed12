"""Paints one row of the Open chats rail."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cti_client.ui.models.open_chats import INTERACTION, PREVIEW, TIME, TROUBLED, customer_of, waits_since
from cti_client.ui.theme import CARD_CORNER, SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.avatar import paint_avatar
from cti_client.ui.widgets.consent_badge import CONSENT_ICONS, CONSENT_ROLES
from cti_client.ui.widgets.elision import elided
from cti_client.wire.records import Interaction

AVATAR_PX = 34
ROW_PX = 60


class ChatRowDelegate(QStyledItemDelegate):
    """Avatar, name, consent, how long the customer waits, last text, unread. `folded`: avatar and marks alone."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.folded = False

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt's hook: with the gap below the row."""
        height = self._theme.pixels(ROW_PX if not self.folded else AVATAR_PX + 16)
        return QSize(self._theme.pixels(56), height + SPACE_S)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt's hook."""
        chat: Interaction = index.data(INTERACTION)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        box = rect.adjusted(0, 0, 0, -SPACE_S)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, box, state)
        size = self._theme.pixels(AVATAR_PX)
        left = box.left() + (SPACE_M if not self.folded else (box.width() - size) // 2)
        disc = QRectF(left, box.center().y() - size / 2 + 1, size, size)
        name = chat.contact.name if chat.contact else ""
        paint_avatar(painter, self._theme, disc, chat.thread_id, name)
        if self.folded:
            self._folded_marks(painter, disc, chat, troubled=bool(index.data(TROUBLED)))
        else:
            words = QRect(int(disc.right()) + SPACE_M, box.top(), 0, box.height())
            words.setRight(box.right() - SPACE_M)
            self._words(painter, words, chat, index)
        painter.restore()

    def _ground(self, painter: QPainter, box: QRect, state: QStyle.StateFlag) -> None:
        palette = self._theme.palette
        hover = bool(state & QStyle.StateFlag.State_MouseOver)
        focus = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.setBrush(palette.hover if hover else palette.raised)
        painter.setPen(QPen(palette.accent if focus else palette.line, 2.0 if focus else 1.0))
        inset = 1.0 if focus else 0.5
        painter.drawRoundedRect(QRectF(box).adjusted(inset, inset, -inset, -inset), CARD_CORNER, CARD_CORNER)

    def _words(
        self, painter: QPainter, words: QRect, chat: Interaction, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        palette = self._theme.palette
        half = words.height() // 2
        top = QRect(words.left(), words.top() + 7, words.width(), half - 7)
        bottom = QRect(words.left(), words.top() + half, words.width(), half - 7)
        time = str(index.data(TIME))
        if waits_since(chat) is not None:
            time = self.tr("waiting {time}").format(time=time)
            top.setRight(self._pill(painter, top, time, palette.caution_soft, palette.caution) - SPACE_S)
        elif time:
            font = self._theme.font(12)
            width = QFontMetrics(font).horizontalAdvance(time)
            self._text(painter, top, time, font, palette.muted, Qt.AlignmentFlag.AlignRight)
            top.setRight(top.right() - width - SPACE_S)
        if chat.unread:
            bottom.setRight(self._pill(painter, bottom, str(chat.unread), palette.accent, palette.on_accent) - SPACE_S)
        self._text(painter, top, customer_of(chat), self._theme.font(14, QFont.Weight.DemiBold), palette.text)
        self._sign(painter, bottom, CONSENT_ICONS[chat.consent], CONSENT_ROLES[chat.consent])
        if index.data(TROUBLED):
            self._sign(painter, bottom, "warning-circle", "bad")
        weight = QFont.Weight.Medium if chat.unread else QFont.Weight.Normal
        ink = palette.text if chat.unread else palette.muted
        self._text(painter, bottom, str(index.data(PREVIEW)), self._theme.font(12, weight), ink)

    def _sign(self, painter: QPainter, row: QRect, icon: str, role: str) -> None:
        """An icon at the left end of the row, which is shorter then."""
        side = self._theme.pixels(14)
        spot = QRect(row.left(), row.center().y() - side // 2 + 1, side, side)
        self._theme.icon(icon, role).paint(painter, spot)
        row.setLeft(spot.right() + SPACE_S)

    def _folded_marks(self, painter: QPainter, disc: QRectF, chat: Interaction, *, troubled: bool) -> None:
        palette = self._theme.palette
        side = self._theme.pixels(16)
        corner = QRectF(disc.right() - side * 0.5, disc.top() - side * 0.3, side, side)
        if chat.unread:
            self._mark(painter, corner, str(min(chat.unread, 9)), palette.accent, palette.on_accent)
        if waits_since(chat) is not None:
            below = corner.translated(0, disc.height() - side * 0.5)
            painter.setPen(QPen(palette.raised, 1.5))
            painter.setBrush(palette.caution_soft)
            painter.drawEllipse(below)
            inner = below.adjusted(2, 2, -2, -2).toRect()
            self._theme.icon("clock-bold", "caution").paint(painter, inner)

        if troubled:
            below = corner.translated(-disc.width(), disc.height() - side * 0.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.raised)
            painter.drawEllipse(below)
            self._theme.icon("warning-circle", "bad").paint(painter, below.adjusted(1, 1, -1, -1).toRect())

    def _mark(self, painter: QPainter, where: QRectF, text: str, ground: QColor, ink: QColor) -> None:
        painter.setPen(QPen(self._theme.palette.raised, 1.5))
        painter.setBrush(ground)
        painter.drawEllipse(where)
        painter.setFont(self._theme.font(10, QFont.Weight.Bold))
        painter.setPen(ink)
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, text)

    def _pill(self, painter: QPainter, row: QRect, text: str, ground: QColor, ink: QColor) -> int:
        """A pill at the right end of the row; returns its left edge."""
        font = self._theme.font(11, QFont.Weight.DemiBold)
        metrics = QFontMetrics(font)
        width = metrics.horizontalAdvance(text) + 16
        height = metrics.height() + 4
        box = QRect(row.right() - width + 1, row.center().y() - height // 2 + 1, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, height / 2, height / 2)
        self._text(painter, box, text, font, ink, Qt.AlignmentFlag.AlignHCenter)
        return box.left()

    @staticmethod
    def _text(
        painter: QPainter,
        box: QRect,
        text: str,
        font: QFont,
        ink: QColor,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        painter.setFont(font)
        painter.setPen(ink)
        shown = elided(QFontMetrics(font), text, box.width())
        painter.drawText(box, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)
