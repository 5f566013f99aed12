"""Draws the rows of the chat view: bubbles, separators, delivery ticks and the actions under a bubble."""

from collections import OrderedDict

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPen,
    QTextLayout,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QToolTip

from cti_client.domain.delivery import DeliveryState
from cti_client.ui.chat.bubble import ActionSpot, Bubble, BubbleStyle, lay_out
from cti_client.ui.models.thread import MOST_ROWS, ThreadModel
from cti_client.ui.models.thread_row import RowAction, ThreadRow
from cti_client.ui.theme import BUBBLE_CORNER, CORNER, SPACE_S, Theme
from cti_client.ui.widgets.tips import plain_tip

TICKS: dict[DeliveryState, tuple[str, str]] = {
    DeliveryState.SCHEDULED: ("calendar-blank", "muted"),
    DeliveryState.QUEUED: ("clock", "caution"),
    DeliveryState.SENDING: ("clock", "caution"),
    DeliveryState.SENT: ("check", "muted"),
    DeliveryState.DELIVERED: ("checks", "accent"),
    DeliveryState.UNDELIVERED: ("warning-circle", "bad"),
    DeliveryState.FAILED: ("warning-circle", "bad"),
    DeliveryState.UNKNOWN: ("question", "caution"),
    DeliveryState.CANCELLED: ("prohibit", "muted"),
}
"""Icon and colour of each delivery state; the tooltip and the screen reader have the words."""
WORDS: dict[DeliveryState, tuple[str, str]] = {
    DeliveryState.DELIVERED: ("user", "muted"),
    DeliveryState.FAILED: ("user-minus", "bad"),
}
"""The same where an agent said so and no report does: a person, not a phone."""

KEPT_LAYOUTS = 200
KEPT_HEIGHTS = 4 * MOST_ROWS
Index = QModelIndex | QPersistentModelIndex


class ChatDelegate(QObject):
    """Measures and paints `ThreadRow`s for a view, and knows what lies under the pointer.

    Heights are remembered per row and width, layouts for the rows seen last.
    """

    action_chosen = Signal(object, object)
    """A `ThreadRow` and the `RowAction` clicked in it."""
    link_chosen = Signal(object)
    """A `Link` was clicked; nothing has been opened."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._style = BubbleStyle(theme)
        self._heights: dict[ThreadRow, int] = {}
        self._width = 0
        self._layouts: OrderedDict[ThreadRow, Bubble] = OrderedDict()
        self._hovered: tuple[ThreadRow, RowAction] | None = None
        theme.changed.connect(self._forget)

    # Measuring

    def lay_out_at(self, width: int) -> None:
        """From now on rows are measured at this width of the viewport. Call before each layout of the view."""
        if width != self._width or len(self._heights) > KEPT_HEIGHTS:
            self._heights.clear()
            self._width = width

    def height_of(self, row: ThreadRow) -> int:
        """Pixels."""
        height = self._heights.get(row)
        if height is None:
            height = self._heights[row] = int(self.bubble(row, self._width).height)
        return height

    def bubble(self, row: ThreadRow, width: int) -> Bubble:
        """The row laid out at this width."""
        bubble = self._layouts.get(row)
        if bubble is None or int(bubble.width) != width:
            bubble = lay_out(row, float(width), self._style, self._theme.palette.accent)
            self._layouts[row] = bubble
            if len(self._layouts) > KEPT_LAYOUTS:
                self._layouts.popitem(last=False)
        self._layouts.move_to_end(row)
        return bubble

    def _forget(self) -> None:
        self._style = BubbleStyle(self._theme)
        self._heights.clear()
        self._layouts.clear()

    # Painting

    def draw(self, painter: QPainter, at: QPoint, row: ThreadRow, *, chosen: bool, current: bool) -> None:
        """Paint the row with its upper left corner at this point. `current`: the keyboard stands on it."""
        bubble = self.bubble(row, self._view.viewport().width())
        palette = self._theme.palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(at)
        if row.heading:
            self._paint_heading(painter, bubble, row)
        if row.first_unread:
            self._paint_unread(painter, bubble)
        self._paint_box(painter, bubble, row, chosen=chosen)
        painter.setPen(palette.text)
        bubble.text.draw(painter, bubble.text_at)
        painter.setPen(palette.caution)
        if bubble.warning is not None:
            bubble.warning.draw(painter, bubble.warning_at)
        painter.setPen(palette.muted)
        if bubble.note is not None:
            bubble.note.draw(painter, bubble.note_at)
        self._paint_meta(painter, bubble, row)
        if bubble.problem is not None:
            self._paint_problem(painter, bubble, row)
        if current:
            painter.setPen(QPen(palette.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(bubble.box.adjusted(-2, -2, 2, 2), BUBBLE_CORNER + 1, BUBBLE_CORNER + 1)
        painter.restore()

    def _paint_heading(self, painter: QPainter, bubble: Bubble, row: ThreadRow) -> None:
        palette = self._theme.palette
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.surface)
        painter.drawRoundedRect(bubble.heading, bubble.heading.height() / 2, bubble.heading.height() / 2)
        painter.setPen(palette.muted)
        painter.setFont(self._style.heading)
        words = self._style.heading_metrics.elidedText(
            row.heading, Qt.TextElideMode.ElideMiddle, bubble.heading.width() - 2 * SPACE_S
        )
        painter.drawText(bubble.heading, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_unread(self, painter: QPainter, bubble: Bubble) -> None:
        palette = self._theme.palette
        painter.setFont(self._style.heading)
        words = self.tr("New")
        half = self._style.heading_metrics.horizontalAdvance(words) / 2 + SPACE_S
        middle = bubble.unread.center()
        painter.setPen(QPen(palette.accent, 1))
        painter.drawLine(QPointF(bubble.unread.left(), middle.y()), QPointF(middle.x() - half, middle.y()))
        painter.drawLine(QPointF(middle.x() + half, middle.y()), QPointF(bubble.unread.right(), middle.y()))
        painter.drawText(bubble.unread, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_box(self, painter: QPainter, bubble: Bubble, row: ThreadRow, *, chosen: bool) -> None:
        palette = self._theme.palette
        waits = row.mine and row.message_id == 0
        edge: QColor | None = None if row.mine else palette.line
        if chosen:
            edge = palette.accent
        pen = QPen(edge, 1.0) if edge is not None and not waits else QPen(Qt.PenStyle.NoPen)
        box = bubble.box.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(pen)
        painter.setBrush(palette.bubble if row.mine else palette.surface)
        painter.drawRoundedRect(box, BUBBLE_CORNER, BUBBLE_CORNER)
        if waits:
            painter.fillPath(_dashes(box), palette.edge)

    def _paint_meta(self, painter: QPainter, bubble: Bubble, row: ThreadRow) -> None:
        painter.setFont(self._style.small)
        painter.setPen(self._theme.palette.muted)
        if row.policy:
            px = self._style.tick
            spot = QRectF(bubble.policy.left(), bubble.policy.center().y() - px / 2, px, px)
            self._theme.icon("robot", "muted").paint(painter, spot.toRect())
            painter.drawText(
                bubble.policy.adjusted(px + SPACE_S / 2, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), row.policy
            )
        painter.drawText(bubble.meta, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), row.meta)
        look = look_of(row)
        if look is not None:
            name, role = look
            self._theme.icon(name, role).paint(painter, bubble.tick.toRect())

    def _paint_problem(self, painter: QPainter, bubble: Bubble, row: ThreadRow) -> None:
        assert bubble.problem is not None
        palette = self._theme.palette
        failed = row.tick in (DeliveryState.FAILED, DeliveryState.UNDELIVERED)
        arrived = row.by_word and not failed
        px = self._style.tick
        spot = QRectF(bubble.problem_at.x() - px - SPACE_S / 2, bubble.problem_at.y(), px, px)
        icon, role = ("warning-circle", "bad") if failed else ("info", "muted") if arrived else ("clock", "caution")
        self._theme.icon(icon, role).paint(painter, spot.toRect())
        painter.setPen(palette.bad if failed else palette.muted if arrived else palette.caution)
        bubble.problem.draw(painter, bubble.problem_at)
        for number, each in enumerate(bubble.actions):
            self._paint_action(painter, each, first=number == 0, hovered=self._hovered == (row, each.action))

    def _paint_action(self, painter: QPainter, spot: ActionSpot, *, first: bool, hovered: bool) -> None:
        palette = self._theme.palette
        painter.setPen(QPen(palette.rim, 1.0))
        painter.setBrush(palette.hover if hovered else palette.raised)
        painter.drawRoundedRect(spot.box.adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)
        painter.setPen(palette.accent if first else palette.text)
        painter.setFont(self._style.action)
        painter.drawText(spot.box, Qt.AlignmentFlag.AlignCenter, spot.words)

    # The pointer

    def under(self, view: QAbstractItemView, where: QPointF) -> tuple[ThreadRow, Bubble, QPointF] | None:
        """The row under a point of the viewport, its layout, and the point within it."""
        index = view.indexAt(where.toPoint())
        if not index.isValid():
            return None
        row = row_of(index)
        return row, self.bubble(row, view.viewport().width()), where - QPointF(view.visualRect(index).topLeft())

    def handle(self, event: QEvent) -> bool:
        """An event of the viewport: clicks on actions and links, the hand over them, tooltips. True: dealt with."""
        if isinstance(event, QMouseEvent):
            return self._mouse(event)
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        elif isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._tip(event)
            return True
        return False

    def _mouse(self, event: QMouseEvent) -> bool:
        hit = self.under(self._view, event.position())
        action = hit[1].action_at(hit[2]) if hit else None
        link = hit[1].link_at(hit[0], hit[2]) if hit and action is None else None
        if event.type() == QEvent.Type.MouseMove:
            self._hover((hit[0], action) if hit and action is not None else None)
            over = action is not None or link is not None
            self._view.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        elif event.type() == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            if hit and action is not None:
                self.action_chosen.emit(hit[0], action)
                return True
            if link is not None:
                self.link_chosen.emit(link)
                return True
        return False

    def _hover(self, now: tuple[ThreadRow, RowAction] | None) -> None:
        if now != self._hovered:
            self._hovered = now
            self._view.viewport().update()

    def _tip(self, event: QHelpEvent) -> None:
        hit = self.under(self._view, QPointF(event.pos()))
        words = ""
        if hit:
            row, bubble, inside = hit
            link = bubble.link_at(row, inside)
            if link is not None:
                words = self.tr("Leads to {host}").format(host=link.host)
            elif bubble.tick.adjusted(-4, -4, 4, 4).contains(inside):
                words = " ".join(part for part in (row.tick_text, row.details) if part)
            elif bubble.problem is not None and _tells(bubble.problem, bubble.problem_at, inside):
                words = row.details
            elif bubble.meta.contains(inside):
                words = row.full_time
        # Words of a gateway must not be read as markup, so they are escaped and then always are.
        QToolTip.showText(event.globalPos(), plain_tip(words), self._view)


def look_of(row: ThreadRow) -> tuple[str, str] | None:
    """Icon and colour of what became of a row; None for customers' texts."""
    if row.tick is None:
        return None
    return WORDS.get(row.tick) if row.by_word else TICKS.get(row.tick)


def row_of(index: Index) -> ThreadRow:
    """The `ThreadRow` behind an index of a `ThreadModel`."""
    model = index.model()
    assert isinstance(model, ThreadModel)
    row = model.row_at(index.row())
    assert row is not None
    return row


def _tells(text: QTextLayout, at: QPointF, where: QPointF) -> bool:
    """Whether these words, drawn there, are under this point."""
    return text.boundingRect().translated(at).contains(where)


def _dashes(box: QRectF) -> QPainterPath:
    """The dashed edge of a bubble. Qt's own dashes begin where the clip does, so parts of one edge would not meet."""
    edge = QPainterPath()
    edge.addRoundedRect(box, BUBBLE_CORNER, BUBBLE_CORNER)
    return QPainterPathStroker(
        QPen(Qt.GlobalColor.black, 1.0, Qt.PenStyle.DashLine, Qt.PenCapStyle.FlatCap)
    ).createStroke(edge)
