"""The list of messages: keeps its place while pages come and go, and gives the keyboard its due."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from cti_client.ui.chat_delegate import ChatDelegate, row_of
from cti_client.ui.models.thread import ThreadModel
from cti_client.ui.theme import Theme

NEAR = 600
"""Pixels from an end at which the next page is asked for."""


class MessageList(QListView):
    """Shows a `ThreadModel`. Sticks to the newest message while it is in sight; else what is read stays where it is."""

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
        self._anchor: tuple[QPersistentModelIndex, int] | None = None
        self._moving = False
        self._stuck = True
        self.delegate = ChatDelegate(theme, self)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.verticalScrollBar().setSingleStep(24)
        self.setItemDelegate(self.delegate)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.changed.connect(self.scheduleDelayedItemsLayout)

    @property
    def stuck(self) -> bool:
        """Is the newest message in sight?"""
        return self._stuck

    def show_thread(self, model: ThreadModel) -> None:
        """Show this thread, at its newest message."""
        self.delegate.measure_for(model)
        self.setModel(model)
        self._stuck = True
        model.modelReset.connect(self.to_newest)
        self.scrollToBottom()

    def thread(self) -> ThreadModel | None:  # type: ignore[override]  # QObject.thread is of no use to a widget
        """The model shown."""
        model = self.model()
        return model if isinstance(model, ThreadModel) else None

    def to_newest(self) -> None:
        """Go to the newest message held and stick to it."""
        self._set_stuck(stuck=True)
        self._anchor = None
        self.scheduleDelayedItemsLayout()

    # Keeping the place

    # After every layout and every move of the person's the first row in sight is noted; after the next layout it is
    # put back where it was, whatever has come, gone or grown above and below it.

    def doItemsLayout(self) -> None:
        """Qt's hook: after each layout the view returns to where it was."""
        self._moving = True
        try:
            self.delegate.lay_out_at(self.viewport().width())
            super().doItemsLayout()
            bar = self.verticalScrollBar()
            if self._stuck:
                bar.setValue(bar.maximum())
            elif self._anchor is not None and self._anchor[0].isValid():
                index, top = self._anchor
                bar.setValue(bar.value() + self.visualRect(self.model().index(index.row(), 0)).top() - top)
        finally:
            self._moving = False
        self._note()

    def updateGeometries(self) -> None:
        """Qt's hook: a new range may move the bar, which is not the person's doing."""
        moving, self._moving = self._moving, True
        super().updateGeometries()
        self._moving = moving

    def _note(self) -> None:
        self._anchor = None
        if not self._stuck:
            middle = self.viewport().width() // 2
            found = (self.indexAt(QPoint(middle, y)) for y in (1, 12))
            index = next((each for each in found if each.isValid()), None)
            if index is not None:
                self._anchor = QPersistentModelIndex(index), self.visualRect(index).top()

    def viewportEvent(self, event: QEvent) -> bool:
        """Qt's hook."""
        return self.delegate.handle(event) or super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
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


def _commands(event: QKeyEvent) -> bool:
    held = event.modifiers() & (
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    )
    return held != Qt.KeyboardModifier.NoModifier
