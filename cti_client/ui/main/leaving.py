"""What closing the main window means, and how it comes back."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from cti_client.desk.desk import Desk
from cti_client.ui.main.main_window import MainWindow
from cti_client.ui.main.quit_question import QuitQuestion
from cti_client.ui.main.tray import Tray
from cti_client.ui.preferences import Preferences
from cti_client.ui.theme import Theme


class Leaving(QObject):
    """Hides the window where there is a tray, minimises it where there is none, and asks before the program ends.

    Nobody is left with a program that runs and cannot be reached: without a tray a request brings the window back.
    """

    quit_wanted = Signal()
    """The person wants the program to end, and was asked where chats are open."""

    def __init__(
        self,
        desk: Desk,
        window: MainWindow,
        theme: Theme,
        preferences: Preferences,
        tray: Tray,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._window, self._theme, self._preferences, self._tray = desk, window, theme, preferences, tray
        self.question: QuitQuestion | None = None
        window.close_wanted.connect(self._close)
        window.navigation.quit_wanted.connect(self._quit)
        tray.quit_wanted.connect(self.quit_wanted)

    def ring(self) -> None:
        """A request rings: mark the window in the task bar; show it where nothing else leads to it. Takes no focus."""
        window = self._window
        away = window.isMinimized() or window.isHidden()
        if away and not self._tray.available:
            # Hidden first: un-minimising in place would let the window manager give it the focus.
            window.hide()
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
            window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, True)
            window.show()
            window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, False)
        QApplication.alert(window)  # which leaves an active window alone

    def _close(self) -> None:
        if self._tray.available and self.question is None:
            self._keep_in_tray()
        else:
            self._ask()

    def _quit(self) -> None:
        if self._desk.interactions or self._desk.unsent:
            self._ask()
        else:
            self.quit_wanted.emit()

    def _ask(self) -> None:
        if self.question is not None:
            self.question.raise_()
            return
        chats, unsent = len(self._desk.interactions), self._desk.unsent
        question = QuitQuestion(self._theme, chats, unsent, self._window, tray=self._tray.available)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.keep_chosen.connect(self._keep)
        question.quit_chosen.connect(self.quit_wanted)
        question.finished.connect(self._forget_question)
        self.question = question
        question.open()

    def _forget_question(self) -> None:
        self.question = None

    def _keep(self) -> None:
        if self._tray.available:
            self._keep_in_tray()
        else:
            self._window.showMinimized()

    def _keep_in_tray(self) -> None:
        self._window.hide()
        if not self._preferences.told_about_tray:
            self._preferences.told_about_tray = True
            self._tray.message(self.tr("Still here"), self.tr("Chats go on ringing. Quit from the tray’s menu."))
