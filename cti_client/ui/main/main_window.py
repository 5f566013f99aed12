"""The main window: navigation, header, open chats, page, telephony."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from cti_client.domain import Millis
from cti_client.ui.main.cases_page import CasesPage
from cti_client.ui.main.header import Header
from cti_client.ui.main.navigation import Navigation
from cti_client.ui.main.offer_card import ACCEPT_KEY, DECLINE_KEY
from cti_client.ui.main.open_chats import NEXT_KEY, OpenChats
from cti_client.ui.main.telephony_panel import TelephonyPanel
from cti_client.ui.models.cases import CasesModel
from cti_client.ui.models.open_chats import OpenChatsModel
from cti_client.ui.placing import keep_on_screen
from cti_client.ui.preferences import Preferences
from cti_client.ui.return_key import press_focused
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.notice import Notice

FOLD_BELOW_PX = 1100
DRAWER_BELOW_PX = 900
GEOMETRY = "main_window/geometry"


class MainWindow(QMainWindow):
    """Lays the parts out and owns the keys that work in every window of ours; knows nothing of the hub.

    Under 1,100 px the rail folds into avatars; under 900 px the telephony panel is a drawer that `ring` opens.
    Escape closes it, and so does another page while nothing rings.
    """

    close_wanted = Signal()
    """The window's own close button; whether the window hides, minimises or ends is not decided here."""
    accept_first = Signal()
    decline_first = Signal()

    def __init__(
        self, theme: Theme, preferences: Preferences, settings: QSettings | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._settings = theme, settings
        self._drawer = False
        self._opened_by_ring = False
        self._may_close = False
        self.chats_model = OpenChatsModel(self)
        self.cases_model = CasesModel(theme, self)
        self.navigation = Navigation(theme, preferences)
        self.header = Header(theme)
        self.notice = Notice(theme)
        self.open_chats = OpenChats(theme, self.chats_model)
        self.cases = CasesPage(theme, self.cases_model)
        self.pages = QStackedWidget()
        """Between the rail and the telephony panel: My cases, and what else there is to show."""
        self.pages.addWidget(self.cases)
        self.telephony = TelephonyPanel(theme)
        self.setWindowTitle(self.tr("Desk"))
        self.setMinimumSize(theme.pixels(640), theme.pixels(420))
        self._arrange()
        self.bind_keys(self)
        self.header.telephony_toggled.connect(self.toggle_drawer)
        self.pages.currentChanged.connect(self._turn_to_page)
        self.resize(theme.pixels(1360), theme.pixels(800))
        if settings is not None and (geometry := settings.value(GEOMETRY)) is not None:
            self.restoreGeometry(geometry)
        keep_on_screen(self)
        self._fit()

    @property
    def drawer_open(self) -> bool:
        """Narrow window: does the telephony panel stand over the page?"""
        return self._drawer and not self.telephony.isHidden()

    def ring(self, ringing: int, new: bool) -> None:
        """How many requests ring; a new one opens the drawer, the end of all closes one that opened by itself."""
        self.header.show_ringing(ringing)
        if not self._drawer:
            return
        if new and self.telephony.isHidden():
            self._opened_by_ring = True
            self._show_drawer(True)
        elif ringing == 0 and self._opened_by_ring:
            self._show_drawer(False)

    def toggle_drawer(self) -> None:
        """Open or close the drawer of a narrow window."""
        self._opened_by_ring = False
        self._show_drawer(self.telephony.isHidden())

    def tick(self, now: Millis) -> None:
        """Count everywhere."""
        self.header.tick(now)
        self.telephony.tick(now)
        self.chats_model.tick(now)
        self.cases_model.tick(now)

    def bind_keys(self, window: QWidget) -> None:
        """Make the keys of the desk work in this window of ours too, also while the main window is in the tray."""
        self._key(window, ACCEPT_KEY, self.accept_first.emit)
        self._key(window, DECLINE_KEY, self.decline_first.emit)
        self._key(window, NEXT_KEY, self.open_chats.go_to_longest_waiting)
        self._key(window, "Ctrl+N", self.header.new_chat_wanted.emit)
        for place in range(1, 10):
            self._key(window, f"Ctrl+{place}", partial(self.open_chats.go_to, place))

    def bring_to_front(self) -> None:
        """Only ever because the person asked for it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def remember_place(self) -> None:
        """Store where the window stands."""
        if self._settings is not None:
            self._settings.setValue(GEOMETRY, self.saveGeometry())

    def close_for_good(self) -> None:
        """Close without asking anyone."""
        self._may_close = True
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook: what no widget in here has taken."""
        if event.key() == Qt.Key.Key_Escape and self.drawer_open:
            self.toggle_drawer()
        elif not press_focused(self, event):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt's hook."""
        self.remember_place()
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_wanted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
        self._fit()

    def _arrange(self) -> None:
        centre = QWidget()
        centre.setProperty("kind", "desk")
        # Takes the focus at the start, so that no control wears the ring before a key was pressed.
        centre.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._body = _Body()
        self._body.resized.connect(self._place_drawer)
        self._row = QHBoxLayout(self._body)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.open_chats)
        self._row.addWidget(self.pages, 1)
        self._edge = _rule()
        self._row.addWidget(self._edge)
        self._row.addWidget(self.telephony)
        self.notice.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_S)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.header)
        right.addWidget(self.notice)
        right.addWidget(self._body, 1)
        whole = QHBoxLayout(centre)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.navigation)
        whole.addWidget(_rule())
        whole.addLayout(right, 1)
        self.setCentralWidget(centre)
        centre.setFocus()

    @staticmethod
    def _key(window: QWidget, keys: str, action: Callable[[], object]) -> None:
        # Of that window and not of the application: those of a hidden window are deaf.
        shortcut = QShortcut(QKeySequence(keys), window)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(action)

    def _fit(self) -> None:
        width = self.width()
        folded = width < self._theme.pixels(FOLD_BELOW_PX)
        if folded != self.open_chats.folded:
            self.open_chats.set_folded(folded)
        drawer = width < self._theme.pixels(DRAWER_BELOW_PX)
        if drawer != self._drawer:
            self._set_drawer(drawer)

    def _set_drawer(self, drawer: bool) -> None:
        self._drawer = drawer
        self.header.show_drawer_button(drawer)
        if drawer:
            self._row.removeWidget(self._edge)
            self._row.removeWidget(self.telephony)
            ringing = bool(self.telephony.cards)
            self._opened_by_ring = ringing
            self._show_drawer(ringing)
        else:
            self._row.addWidget(self._edge)
            self._row.addWidget(self.telephony)
            self._show_drawer(True)

    def _turn_to_page(self) -> None:
        """The page that was asked for must not open behind an empty drawer."""
        if self.drawer_open and not self.telephony.cards:
            self._show_drawer(False)

    def _show_drawer(self, shown: bool) -> None:
        self._edge.setVisible(shown)
        self.telephony.setVisible(shown)
        if self._drawer and shown:
            self._place_drawer()
            self._edge.raise_()
            self.telephony.raise_()

    def _place_drawer(self) -> None:
        if not self._drawer:
            return
        width = min(self.telephony.minimumSizeHint().width(), self._body.width())
        left = max(0, self._body.width() - width)
        self.telephony.setGeometry(left, 0, width, self._body.height())
        self._edge.setGeometry(left - 1, 0, 1, self._body.height())


class _Body(QWidget):
    """What lies under the header; says when its size is another."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
        self.resized.emit()


def _rule() -> QFrame:
    rule = QFrame()
    rule.setProperty("kind", "rule")
    rule.setFixedWidth(1)
    return rule
