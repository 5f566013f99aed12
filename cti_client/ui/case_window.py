"""One case: customer and case at the left, the chat and the reply box at the right."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from cti_client.domain import Millis
from cti_client.ui.case_header import DETAILS_KEY, CaseHeader
from cti_client.ui.case_side import CaseSide
from cti_client.ui.chat_view import ChatView
from cti_client.ui.reply_box import ReplyBox
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.empty_state import EmptyState
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice

NARROW_BELOW_PX = 800
CLOSE_KEY = "Ctrl+Shift+W"
HIDE_KEY = "Ctrl+W"
PLACE = "case_window/{slot}/geometry"
SPLIT = "case_window/split"


class CaseWindow(QWidget):
    """Shows one interaction and says what the person wants; `CaseSession` does it.

    The window's own close button hides it: the chat stays open and in the rail, only *Close case…* ends it (A8). Once
    the chat has ended, or was never got, the close button closes for good. It never takes the focus by itself.
    """

    close_wanted = Signal()
    """Ask for the disposition and end the chat."""
    no_reply_wanted = Signal()
    """End the chat as *no reply needed*."""
    activated = Signal()
    """The window came to the front, or its place in it changed what is seen."""
    hidden = Signal()
    """The person hid the window; the chat goes on."""
    finished = Signal(int)
    """Interaction id. The window was closed for good and may be deleted."""

    def __init__(
        self,
        theme: Theme,
        interaction_id: int,
        open_url: Callable[[str], object],
        *,
        settings: QSettings | None = None,
        slot: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.interaction_id = interaction_id
        self._theme, self._settings, self._slot = theme, settings, slot
        self._open = True
        self._narrow = False
        self._details = True
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("SMS chat"))
        # Made from the top down: a finished part that is put into another one is styled anew with all it holds, and
        # the window must stand within a tenth of a second.
        self._pages = QStackedLayout(self)
        self.state = EmptyState(theme, "hourglass", parent=self)
        self.state.acted.connect(self.close)
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self.side = CaseSide(theme, self._split)
        self._right = QWidget(self._split)
        self.header = CaseHeader(theme, self._right)
        self.banner = Notice(theme, self._right)
        self.problem = Notice(theme, self._right)
        self.chat = ChatView(theme, open_url, self._right)
        self.reply = ReplyBox(theme, self._right)
        self._bar = QFrame(self._right)
        self.hint = Label(self.tr("Closing the window keeps the chat open."), "small", wrap=True, parent=self._bar)
        self.no_reply = QPushButton(self.tr("No reply needed"), self._bar)
        self.no_reply.clicked.connect(self.no_reply_wanted)
        self.close_case = QPushButton(self.tr("Close case…"), self._bar)
        self.close_case.setToolTip(self.tr("End the chat (Ctrl+Shift+W)"))
        self.close_case.clicked.connect(self.close_wanted)
        self._arrange()
        self._bind()
        self.show_accepting("")
        self._restore()

    def _arrange(self) -> None:
        notices = QVBoxLayout()
        notices.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
        notices.setSpacing(0)
        notices.addWidget(self.banner)
        notices.addWidget(self.problem)
        self._bar.setProperty("kind", "panel")
        actions = QHBoxLayout(self._bar)
        actions.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        actions.setSpacing(SPACE_S)
        actions.addWidget(self.hint, 1)
        actions.addWidget(self.no_reply)
        actions.addWidget(self.close_case)
        self._right.setProperty("kind", "desk")
        self._right.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._right.setMinimumWidth(self._theme.pixels(380))
        column = QVBoxLayout(self._right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(notices)
        column.addWidget(self.chat, 1)
        column.addWidget(_rule(self._right))
        column.addWidget(self.reply)
        column.addWidget(_rule(self._right))
        column.addWidget(self._bar)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        self._split.setStretchFactor(0, 0)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([self._theme.pixels(380), self._theme.pixels(780)])
        self._pages.addWidget(self.state)
        self._pages.addWidget(self._split)
        self.setMinimumSize(self._theme.pixels(420), self._theme.pixels(480))
        self.resize(self._theme.pixels(1160), self._theme.pixels(820))

    def _bind(self) -> None:
        self.chat.typed.connect(self.reply.insert)
        self.chat.left.connect(self.reply.setFocus)
        self.header.details.clicked.connect(self.toggle_details)
        self.side.back.clicked.connect(self.toggle_details)
        QShortcut(QKeySequence(DETAILS_KEY), self, self.toggle_details)
        QShortcut(QKeySequence(CLOSE_KEY), self, self._close_by_key)
        QShortcut(QKeySequence(HIDE_KEY), self, self.close)

    # States

    @property
    def shows_chat(self) -> bool:
        """Is the chat shown, and not what came before or instead of it?"""
        return self._pages.currentWidget() is self._split

    def show_accepting(self, customer: str) -> None:
        """The hub has been asked for this chat."""
        words = self.tr("Accepting…") if not customer else self.tr("Accepting {name}…").format(name=customer)
        self._open = True
        self.state.show_state("hourglass", words)
        self._pages.setCurrentWidget(self.state)

    def show_taken(self, by: str) -> None:
        """Somebody was faster (A3)."""
        words = self.tr("Taken by {name}").format(name=by) if by else self.tr("This request is gone")
        self.show_refused(words, self.tr("The chat is in good hands; nothing is left to do here."))

    def show_refused(self, title: str, text: str) -> None:
        """The chat is not ours, and why."""
        self._open = False
        self.state.show_state("info", title, text, self.tr("Close window"))
        self._pages.setCurrentWidget(self.state)
        self.setWindowTitle(title)

    def show_chat(self, customer: str) -> None:
        """The chat is this agent's. The keyboard goes to the reply box once, when the chat first appears."""
        self.setWindowTitle(self.tr("{name} · SMS chat").format(name=customer))
        if not self.shows_chat:
            self._open = True
            self._pages.setCurrentWidget(self._split)
            self.reply.setFocus()

    def show_ended(self, words: str) -> None:
        """The chat has ended; what is here can still be read."""
        self._open = False
        self.banner.say(words, "neutral")
        self.reply.block(words)
        self.header.stop_waiting()
        self.hint.setText("")
        self.no_reply.hide()
        self.close_case.setText(self.tr("Close window"))
        self.close_case.setToolTip("")
        self.close_case.clicked.disconnect()
        self.close_case.clicked.connect(self.close)

    @property
    def ended(self) -> bool:
        """Is there no chat (any more) that the window keeps?"""
        return not self._open

    def tick(self, now: Millis) -> None:
        """The hub's time now."""
        self.header.tick(now)

    # The person's side

    def bring_to_front(self) -> None:
        """Only ever because the person asked for it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def toggle_details(self) -> None:
        """Show or hide the customer's side; in a narrow window it stands in the chat's place."""
        self._details = not self._details
        self._fit()
        if self._narrow and self._details:
            self.side.customer.edit.setFocus()
        elif self._narrow:
            self.reply.setFocus()

    def close_for_good(self) -> None:
        """Close without keeping the chat in the rail."""
        self._open = False
        self.close()

    def remember_place(self) -> None:
        """Store where the window stands."""
        if self._settings is not None:
            self._settings.setValue(PLACE.format(slot=self._slot), self.saveGeometry())
            if not self._narrow and self._details:
                self._settings.setValue(SPLIT, self._split.saveState())

    # Qt's hooks

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt's hook: hides while the chat is open."""
        self.reply.flush_draft()
        self.side.fields.flush()
        self.remember_place()
        if self._open:
            event.ignore()
            self.hide()
            self.hidden.emit()
        else:
            event.accept()
            self.finished.emit(self.interaction_id)

    def changeEvent(self, event: QEvent) -> None:
        """Qt's hook."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.activated.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
        narrow = self.width() < self._theme.pixels(NARROW_BELOW_PX)
        if narrow != self._narrow:
            self._narrow = narrow
            self._details = not narrow
            self._fit()

    def _fit(self) -> None:
        self.side.setVisible(self._details)
        self.side.back.setVisible(self._narrow)
        self._right.setVisible(not (self._narrow and self._details))

    def _close_by_key(self) -> None:
        if self.shows_chat:
            self.close_case.click()

    def _restore(self) -> None:
        if self._settings is None:
            return
        geometry, split = self._settings.value(PLACE.format(slot=self._slot)), self._settings.value(SPLIT)
        if geometry is not None:
            self.restoreGeometry(geometry)
        if split is not None:
            self._split.restoreState(split)


def _rule(parent: QWidget) -> QFrame:
    rule = QFrame(parent)
    rule.setProperty("kind", "rule")
    rule.setFixedHeight(1)
    return rule
