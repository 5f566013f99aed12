"""The list of messages: keeps its place while pages come and go, and gives the keyboard its due."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from cti_client.ui.chat.chat_delegate import ChatDelegate, row_of
from cti_client.ui.chat.row_places import RowPlaces, repaint
from cti_client.ui.models.thread import ThreadModel
from cti_client.ui.models.thread_row import ThreadRow
from cti_client.ui.theme import Theme

NEAR = 600
"""Pixels from an end at which the next page is asked for."""

HOVERS = (QEvent.Type.HoverEnter, QEvent.Type.HoverMove, QEvent.Type.HoverLeave)
Index = QModelIndex | QPersistentModelIndex
Where = QAbstractItemView.ScrollHint
_ROOT = QModelIndex()


class MessageList(QListView):
    """Shows a `ThreadModel`. Sticks to the newest message while it is in sight; else what is read stays where it is.

    Places of rows are its own, not those of `QListView`, which asks for the height of every row and paints every row in
    sight whenever one text comes. Here what is on the screen already is moved, and only what is new is painted.
    """

    menu_wanted = Signal(object, QPoint)
    """A row's menu, at this global point."""
    typed = Signal(str)
    """Letters typed here belong into the reply box."""
    left = Signal()
    """Escape: back to the reply box."""
    stuck_changed = Signal(bool)
    """Is the newest message in sight?"""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._places: RowPlaces[ThreadRow] = RowPlaces()
        self._top = 0  # the pixel of all rows that stands at the upper edge of what is on the screen
        self._stale = False  # the rows are others than those placed
        self._anew = False  # nothing of what is on the screen may stay
        self._anchor: tuple[tuple[int, str], int] | None = None  # a row's key, and its pixel below the upper edge
        self._moving = False
        self._stuck = True
        self.delegate = ChatDelegate(theme, self)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.verticalScrollBar().setSingleStep(24)
        # The ground is painted here, so that Qt can move pixels without asking what lies below.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.changed.connect(self._draw_anew)

    @property
    def stuck(self) -> bool:
        """Is the newest message in sight?"""
        return self._stuck

    def show_thread(self, model: ThreadModel) -> None:
        """Show this thread, at its newest message."""
        self.setModel(model)
        self._stuck = True
        model.modelReset.connect(self.to_newest)
        model.rowsRemoved.connect(self._lay_out_soon)
        self._draw_anew()

    def thread(self) -> ThreadModel | None:  # type: ignore[override]  # QObject.thread is of no use to a widget
        """The model shown."""
        model = self.model()
        return model if isinstance(model, ThreadModel) else None

    def to_newest(self) -> None:
        """Go to the newest message held and stick to it."""
        self._set_stuck(stuck=True)
        self._anchor = None
        self._lay_out_soon()

    # Keeping the place

    # After every layout and every move of the person's the first row in sight is noted; after the next layout it is
    # put back where it was, whatever has come, gone or grown above and below it.

    def doItemsLayout(self) -> None:
        """Qt's hook: places all rows, returns to where the view was, and has painted what that changes."""
        anew, before, top = self._anew, self._places, self._top
        self._stale = self._anew = False
        view, bar, model = self.viewport(), self.verticalScrollBar(), self.thread()
        self.delegate.lay_out_at(view.width())
        rows: Sequence[ThreadRow] = model.rows() if model is not None else ()
        self._places = RowPlaces(rows, self.delegate.height_of)
        moving, self._moving = self._moving, True
        self.updateGeometries()
        if self._stuck:
            bar.setValue(bar.maximum())
        elif self._anchor is not None and model is not None:
            key, y = self._anchor
            place = model.place_of(key)
            if place is not None:
                bar.setValue(self._places.spot(place).top - y)
        self._moving = moving
        self._top = bar.value()
        if anew:
            view.update()
        else:
            change = repaint(before, top, self._places, self._top, view.height())
            if change.shift:
                view.scroll(0, change.shift)
            for first, last in change.bands:
                view.update(0, first, view.width(), last - first)
        self._note()

    def updateGeometries(self) -> None:
        """Qt's hook: a new range may move the bar, which is not the person's doing."""
        moving, self._moving = self._moving, True
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(height)
        bar.setRange(0, max(0, self._places.height - height))
        self._moving = moving

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Qt's hook: the bar has moved. A layout that moves it sees to the picture itself."""
        if self._moving:
            return
        top = self.verticalScrollBar().value()
        self.viewport().scroll(0, self._top - top)
        self._top = top

    def verticalScrollbarValueChanged(self, _value: int) -> None:
        """Qt's hook: would have the row painted that has come under the pointer, where it looks the same."""

    def _lay_out_soon(self) -> None:
        self._stale = True
        self.scheduleDelayedItemsLayout()

    def _draw_anew(self) -> None:
        self._anew = True
        self._lay_out_soon()

    def _placed(self) -> RowPlaces[ThreadRow]:
        """The places of the rows as they are now."""
        if self._stale:
            self.doItemsLayout()
        return self._places

    def _note(self) -> None:
        self._anchor = None
        if not self._stuck:
            place = self._places.at(self._top + 1)
            if place is not None:
                self._anchor = self._places.row(place).key, self._places.spot(place).top - self._top

    # What Qt asks of the places

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Qt's hook."""
        self._lay_out_soon()
        QAbstractItemView.rowsInserted(self, parent, start, end)

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Qt's hook."""
        self._lay_out_soon()
        QAbstractItemView.dataChanged(self, first, last, list(roles))

    def visualRect(self, index: Index) -> QRect:
        """Qt's hook: where the row stands in the viewport; empty for an index that is no row."""
        places = self._placed()
        if not index.isValid() or index.row() >= len(places):
            return QRect()
        spot = places.spot(index.row())
        return QRect(0, spot.top - self._top, self.viewport().width(), spot.bottom - spot.top)

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Qt's hook: the row under a point of the viewport."""
        place = self._placed().at(point.y() + self._top)
        inside = place is not None and 0 <= point.x() < self.viewport().width()
        return self.model().index(place, 0) if inside and place is not None else QModelIndex()

    def scrollTo(self, index: Index, hint: Where = Where.EnsureVisible) -> None:
        """Qt's hook: brings the row into sight; what is longer than the view, with its beginning."""
        rect, height, bar = self.visualRect(index), self.viewport().height(), self.verticalScrollBar()
        if rect.isNull():
            return
        under = rect.bottom() + 1 - height
        if hint is Where.PositionAtTop or (hint is Where.EnsureVisible and (rect.top() < 0 or rect.height() > height)):
            bar.setValue(bar.value() + rect.top())
        elif hint is Where.PositionAtBottom or (hint is Where.EnsureVisible and under > 0):
            bar.setValue(bar.value() + under)
        elif hint is Where.PositionAtCenter:
            bar.setValue(bar.value() + rect.center().y() - height // 2)

    def moveCursor(self, action: QAbstractItemView.CursorAction, _held: Qt.KeyboardModifier) -> QModelIndex:
        """Qt's hook: where a key of the keyboard leads."""
        places, current, to = self._placed(), self.currentIndex(), QAbstractItemView.CursorAction
        if not len(places):
            return QModelIndex()
        last, page = len(places) - 1, self.viewport().height()
        place = current.row() if current.isValid() else last
        top = places.spot(place).top
        match action:
            case to.MoveUp | to.MovePrevious:
                place = max(0, place - 1)
            case to.MoveDown | to.MoveNext:
                place = min(last, place + 1)
            case to.MovePageUp:
                place = min(max(0, place - 1), _or(places.at(max(0, top - page)), 0))
            case to.MovePageDown:
                place = max(min(last, place + 1), _or(places.at(top + page), last))
            case to.MoveHome:
                place = 0
            case to.MoveEnd:
                place = last
            case _:
                pass
        return self.model().index(place, 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Qt's hook: selects the rows that the rectangle of the viewport touches."""
        places, rect = self._placed(), rect.normalized()
        spots = list(places.between(max(0, rect.top() + self._top), rect.bottom() + 1 + self._top))
        model, rows = self.model(), QItemSelection()
        if spots:
            rows.select(model.index(spots[0].place, 0), model.index(spots[-1].place, 0))
        self.selectionModel().select(rows, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Qt's hook: what is painted anew when these rows are selected or are not any more."""
        region = QRegion()
        for index in selection.indexes():
            region += self.visualRect(index)
        return region & self.viewport().rect()

    def horizontalOffset(self) -> int:
        """Qt's hook."""
        return 0

    def verticalOffset(self) -> int:
        """Qt's hook: pixels above the upper edge."""
        return self._top

    def isIndexHidden(self, _index: Index) -> bool:
        """Qt's hook."""
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's hook: paints the rows that the event's rectangle touches."""
        view, rect = self.viewport(), event.rect()
        if self._stale:  # somebody wants a picture at once
            self._anew, rect = True, view.rect()
        places, top = self._placed(), self._top
        current = self.currentIndex().row() if self.hasFocus() else -1
        chosen = self.selectionModel() if self.model() is not None else None
        painter = QPainter(view)
        painter.fillRect(rect, self._theme.palette.background)
        for spot in places.between(top + rect.top(), top + rect.bottom() + 1):
            self.delegate.draw(
                painter,
                QPoint(0, spot.top - top),
                places.row(spot.place),
                chosen=chosen is not None and chosen.isRowSelected(spot.place, _ROOT),
                current=spot.place == current,
            )
        painter.end()

    def viewportEvent(self, event: QEvent) -> bool:
        """Qt's hook. Rows look the same under the pointer, so they need not be painted when it passes."""
        return event.type() in HOVERS or self.delegate.handle(event) or super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        QAbstractItemView.resizeEvent(self, event)
        self._anew = True
        self.doItemsLayout()

    def _scrolled(self, value: int) -> None:
        if self._moving:
            return
        bar = self.verticalScrollBar()
        model = self.thread()
        self._set_stuck(stuck=value >= bar.maximum() - 8 and (model is None or model.at_newest))
        self._note()
        self.ask_for_pages()

    def ask_for_pages(self) -> None:
        """Ask for the page that is about to be needed."""
        model, bar = self.thread(), self.verticalScrollBar()
        if model is None:
            return
        if bar.value() < bar.minimum() + NEAR:
            model.want_older()
        if bar.value() > bar.maximum() - NEAR:
            model.want_newer()

    def _set_stuck(self, *, stuck: bool) -> None:
        if stuck != self._stuck:
            self._stuck = stuck
            self.stuck_changed.emit(stuck)

    # Keyboard and menus

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook."""
        self._have_current()
        current = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selected()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and current.isValid():
            self.menu_wanted.emit(row_of(current), self._menu_point(current))
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.text().isprintable() and event.text().strip() and not _commands(event):
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt's hook: by the mouse or by the menu key."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            self.menu_wanted.emit(row_of(index), self._menu_point(index) if by_key else event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt's hook: arriving by Tab, the newest message is the current one."""
        super().focusInEvent(event)
        self._have_current()

    def copy_selected(self) -> None:
        """Copy the selected messages, else the current one, as plain text."""
        indexes = sorted(self.selectedIndexes(), key=lambda index: index.row()) or [self.currentIndex()]
        texts = [row_of(index).text for index in indexes if index.isValid()]
        if texts:
            QGuiApplication.clipboard().setText("\n".join(texts))

    def sizeHint(self) -> QSize:
        """Qt's hook."""
        return QSize(520, 420)

    def _have_current(self) -> None:
        model = self.thread()
        if model is not None and model.rowCount() and not self.currentIndex().isValid():
            last = model.index(model.rowCount() - 1, 0)
            self.selectionModel().setCurrentIndex(last, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _menu_point(self, index: QModelIndex) -> QPoint:
        rect = self.visualRect(index)
        return self.viewport().mapToGlobal(QPoint(rect.center().x(), min(rect.bottom(), self.viewport().height())))


def _or(place: int | None, otherwise: int) -> int:
    return otherwise if place is None else place


def _commands(event: QKeyEvent) -> bool:
    held = event.modifiers() & (
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    )
    return held != Qt.KeyboardModifier.NoModifier
