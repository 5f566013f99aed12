"""The chat: messages, what stands there before any have come, and the way back to the newest."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from cti_client.domain.delivery import DeliveryState
from cti_client.ui.chat.bubble import action_words
from cti_client.ui.chat.link_dialog import LinkDialog
from cti_client.ui.chat.message_history_dialog import MessageHistoryDialog
from cti_client.ui.chat.message_list import MessageList
from cti_client.ui.links import Link
from cti_client.ui.models.thread import ThreadModel
from cti_client.ui.models.thread_row import RowAction, ThreadRow
from cti_client.ui.theme import SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.empty_state import EmptyState
from cti_client.ui.widgets.notice import Notice

FAILED = (DeliveryState.FAILED, DeliveryState.UNDELIVERED)


class ChatView(QWidget):
    """One thread with its states: loading, empty, broken, messages. `open_url` is called after the person agreed."""

    action_chosen = Signal(object, object)
    """A `ThreadRow` and what to do about it (`RowAction`)."""
    newest_wanted = Signal()
    """Go to the newest message, which may lie outside the window."""
    reload_wanted = Signal()
    """Try again to load the history."""
    typed = Signal(str)
    """Letters typed over the messages."""
    left = Signal()
    """Escape was pressed over the messages."""

    def __init__(self, theme: Theme, open_url: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._open_url = open_url
        self._fresh = 0
        self.messages = MessageList(theme, self)
        self.messages.setAccessibleName(self.tr("Messages"))
        self._state = EmptyState(theme, "chat-circle-dots", self.tr("Loading the conversation…"), parent=self)
        self._state.acted.connect(self.reload_wanted)
        self.trouble = Notice(theme, self)
        self.trouble.acted.connect(self.reload_wanted)
        self.jump = QPushButton(self)
        self.jump.setProperty("kind", "primary")
        self.jump.setIcon(theme.icon("arrow-down", "on_accent"))
        self.jump.clicked.connect(self.newest_wanted)
        self.jump.hide()
        self._pages = QStackedLayout()
        self._pages.addWidget(self._state)
        self._pages.addWidget(self.messages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        notice_row = QVBoxLayout()
        notice_row.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
        notice_row.addWidget(self.trouble)
        layout.addLayout(notice_row)
        layout.addLayout(self._pages, 1)
        self.setFocusProxy(self.messages)
        delegate = self.messages.delegate
        delegate.action_chosen.connect(self.action_chosen)
        delegate.link_chosen.connect(self.ask_to_open)
        self.messages.menu_wanted.connect(self._open_menu)
        self.messages.typed.connect(self.typed)
        self.messages.left.connect(self.left)
        self.messages.stuck_changed.connect(self._show_jump)

    def show_thread(self, model: ThreadModel) -> None:
        """Show this thread; until its first page has come, say that it is loading."""
        self.messages.show_thread(model)
        model.modelReset.connect(self._show_page)
        model.rowsInserted.connect(self._show_page)
        model.rowsRemoved.connect(self._show_page)
        model.newest_changed.connect(self._show_jump)
        self._show_page()

    def show_trouble(self, why: str) -> None:
        """The history could not be read; what is shown already stays."""
        model = self.messages.thread()
        if model is not None and model.loaded:
            self.trouble.say(why, "caution", action=self.tr("Try again"))
        else:
            self._state.show_state(
                "warning-circle", self.tr("The conversation could not be loaded"), why, self.tr("Try again")
            )
            self._pages.setCurrentWidget(self._state)

    def clear_trouble(self) -> None:
        """The history can be read again."""
        self.trouble.clear()

    def count_fresh(self) -> None:
        """A text of the customer came while older ones are read."""
        self._fresh += 1
        self._show_jump()

    def ask_to_open(self, link: Link) -> None:
        """Ask whether the link may be opened."""
        dialog = LinkDialog(self._theme, link, self.window())
        dialog.confirmed.connect(self._open_url)
        dialog.open()

    def ask_history(self, row: ThreadRow) -> MessageHistoryDialog:
        """Open the dialog that tells how this text went; it asks for what it shows."""
        return MessageHistoryDialog(self._theme, row.text, self.window())

    def menu_of(self, row: ThreadRow) -> QMenu:
        """What can be done with a row, for the mouse and the keyboard alike."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in row.actions:
            entry = menu.addAction(action_words(action))
            entry.triggered.connect(lambda _=False, action=action: self.action_chosen.emit(row, action))
        if row.tick in FAILED and RowAction.SEND_AGAIN not in row.actions and row.message_id:
            again = menu.addAction(action_words(RowAction.SEND_AGAIN))
            again.triggered.connect(lambda: self.action_chosen.emit(row, RowAction.SEND_AGAIN))
        if not menu.isEmpty():
            menu.addSeparator()
        copy = menu.addAction(self._theme.icon("copy"), self.tr("Copy text"))
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        several = len(self.messages.selectedIndexes()) > 1
        copy.triggered.connect(
            self.messages.copy_selected if several else lambda: QGuiApplication.clipboard().setText(row.text)
        )
        is_back = RowAction.TEXT_AGAIN in row.actions
        if row.mine and row.message_id and not is_back:
            again = menu.addAction(self._theme.icon("arrow-bend-down-left"), self.tr("Put into the reply box"))
            again.triggered.connect(lambda: self.action_chosen.emit(row, RowAction.TEXT_AGAIN))
        if row.mine and row.message_id:
            how = menu.addAction(self._theme.icon("clock-counter-clockwise"), self.tr("How it went…"))
            how.triggered.connect(lambda: self.action_chosen.emit(row, RowAction.HISTORY))
        for link in row.links:
            entry = menu.addAction(
                self._theme.icon("link"), self.tr("Open {host}…").format(host=link.host.replace("&", "&&"))
            )
            entry.triggered.connect(lambda _=False, link=link: self.ask_to_open(link))
        return menu

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
        self._place_jump()

    def _open_menu(self, row: ThreadRow, where: QPoint) -> None:
        self.menu_of(row).popup(where)

    def _show_page(self) -> None:
        model = self.messages.thread()
        if model is None or not model.loaded:
            self._state.show_state("chat-circle-dots", self.tr("Loading the conversation…"))
        elif model.rowCount():
            self._pages.setCurrentWidget(self.messages)
            return
        else:
            self._state.show_state(
                "chat-circle-dots",
                self.tr("No messages yet"),
                self.tr("The first text you send starts the conversation."),
            )
        self._pages.setCurrentWidget(self._state)

    def _show_jump(self) -> None:
        model = self.messages.thread()
        in_sight = self.messages.stuck and (model is None or model.at_newest)
        if in_sight:
            self._fresh = 0
        if self._fresh:
            words = self.tr("1 new message") if self._fresh == 1 else self.tr("{n} new messages").format(n=self._fresh)
        else:
            words = self.tr("Newest")
        self.jump.setText(words)
        self.jump.setVisible(not in_sight and model is not None and model.loaded)
        self._place_jump()

    def _place_jump(self) -> None:
        self.jump.adjustSize()
        self.jump.move((self.width() - self.jump.width()) // 2, self.height() - self.jump.height() - SPACE_S)
        self.jump.raise_()
