"""One case in a window of its own."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import QStackedLayout, QWidget

from cti_client.domain import Millis
from cti_client.ui.case.case_body import CLOSE_KEY, CaseBody
from cti_client.ui.case.case_header import DETAILS_KEY, CaseHeader
from cti_client.ui.case.case_side import CaseSide
from cti_client.ui.case.reply_box import ReplyBox
from cti_client.ui.chat.chat_view import ChatView
from cti_client.ui.placing import keep_on_screen
from cti_client.ui.return_key import press_focused
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.empty_state import EmptyState
from cti_client.ui.widgets.notice import Notice

HIDE_KEY = "Ctrl+W"
PLACE = "case_window/{slot}/geometry"
SPLIT = "case_window/split"


class CaseWindow(QWidget):
    """Shows one interaction and says what the person wants; `CaseSession` does it.

    It stands at once and says *Accepting…*; what the chat needs is made when it is first asked for. The window's own
    close button hides it: the chat stays open and in the rail, only *Close case…* ends it (A8). Once the chat has
    ended, or was never got, the close button closes for good. It never takes the focus by itself.
    """

    close_wanted = Signal()
    """Ask for the disposition and end the chat."""
    no_reply_wanted = Signal()
    """End the chat as *no reply needed*."""
    activated = Signal()
    """The window came to the front, or is shown again."""
    painted = Signal()
    """The window is on the screen for the first time."""
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
        """`open_url` is called for links the person agreed to open. `slot`: the place whose geometry is remembered."""
        super().__init__(parent, Qt.WindowType.Window)
        self.interaction_id = interaction_id
        self._theme, self._open_url, self._settings, self._slot = theme, open_url, settings, slot
        self._open = True
        self._painted = False
        self._body: CaseBody | None = None
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("SMS chat"))
        self._pages = QStackedLayout(self)
        self.state = EmptyState(theme, "hourglass", parent=self)
        self.state.acted.connect(self.close)
        self._pages.addWidget(self.state)
        self.setMinimumSize(theme.pixels(420), theme.pixels(400))
        self.resize(theme.pixels(1160), theme.pixels(820))
        QShortcut(QKeySequence(CLOSE_KEY), self, self._close_by_key)
        QShortcut(QKeySequence(HIDE_KEY), self, self.close)
        QShortcut(QKeySequence(DETAILS_KEY), self, self._toggle_by_key)
        self.show_accepting("")
        if settings is not None and (geometry := settings.value(PLACE.format(slot=slot))) is not None:
            self.restoreGeometry(geometry)
        keep_on_screen(self)

    # Parts

    @property
    def body(self) -> CaseBody:
        """All parts of the chat; made by the first who asks."""
        if self._body is None:
            self._body = CaseBody(self._theme, self._open_url, self)
            self._body.close_wanted.connect(self._close_pressed)
            self._body.no_reply_wanted.connect(self.no_reply_wanted)
            self._pages.addWidget(self._body)
            if self._settings is not None and (split := self._settings.value(SPLIT)) is not None:
                self._body.restore_split(split)
        return self._body

    @property
    def header(self) -> CaseHeader:
        """The bar over the chat."""
        return self.body.header

    @property
    def side(self) -> CaseSide:
        """Customer, address, case, timeline."""
        return self.body.side

    @property
    def chat(self) -> ChatView:
        """The messages."""
        return self.body.chat

    @property
    def reply(self) -> ReplyBox:
        """Where the agent writes."""
        return self.body.reply

    @property
    def banner(self) -> Notice:
        """How it stands with the link, or that the chat has ended."""
        return self.body.banner

    @property
    def problem(self) -> Notice:
        """What did not work just now."""
        return self.body.problem

    # States

    @property
    def shows_chat(self) -> bool:
        """Is the chat shown, and not what came before or instead of it?"""
        return self._body is not None and self._pages.currentWidget() is self._body

    @property
    def ended(self) -> bool:
        """Is there no chat (any more) that the window keeps?"""
        return not self._open

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
            self._pages.setCurrentWidget(self.body)
            self.reply.setFocus()

    def show_ended(self, words: str) -> None:
        """The chat has ended; what is here can still be read."""
        self._open = False
        self.body.end(words)

    def tick(self, now: Millis) -> None:
        """The hub's time now."""
        if self._body is not None:
            self._body.header.tick(now)

    # The person's side

    def bring_to_front(self) -> None:
        """Only ever because the person asked for it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def close_for_good(self) -> None:
        """Close without keeping the chat in the rail."""
        self._open = False
        self.close()

    def remember_place(self) -> None:
        """Store where the window stands."""
        if self._settings is None:
            return
        self._settings.setValue(PLACE.format(slot=self._slot), self.saveGeometry())
        split = self._body.split_state() if self._body is not None else None
        if split is not None:
            self._settings.setValue(SPLIT, split)

    # Qt's hooks

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt's hook: hides while the chat is open."""
        if self._body is not None:
            self._body.reply.flush_draft()
            self._body.side.fields.flush()
        self.remember_place()
        if self._open:
            event.ignore()
            self.hide()
            self.hidden.emit()
        else:
            event.accept()
            self.finished.emit(self.interaction_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook: what no widget in here has taken."""
        if not press_focused(self, event):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Qt's hook."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.activated.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's hook."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.painted.emit()

    def _close_pressed(self) -> None:
        if self._open:
            self.close_wanted.emit()
        else:
            self.close()

    def _close_by_key(self) -> None:
        if self.shows_chat:
            self._close_pressed()

    def _toggle_by_key(self) -> None:
        if self.shows_chat:
            self.body.toggle_details()
