"""Asks whether the program goes on."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from cti_client.ui.theme import Theme
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.question import lay_out


class QuitQuestion(QDialog):
    """Keep running out of sight, or quit. Opened with `open()`; Esc leaves everything as it is."""

    keep_chosen = Signal()
    quit_chosen = Signal()

    def __init__(
        self, theme: Theme, open_chats: int, unsent: int, parent: QWidget | None = None, *, tray: bool = False
    ) -> None:
        """`tray`: kept running, the program lives in the tray; else its window is minimised."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Quit?"))
        words = [self.tr("While this program runs, chats ring here. After quitting nothing rings.")]
        if open_chats == 1:
            words.append(self.tr("Your open chat stays open and comes back at the next start."))
        elif open_chats:
            words.append(self.tr("Your {n} open chats stay open and come back at the next start.").format(n=open_chats))
        if unsent == 1:
            words.append(self.tr("One text has not gone yet; it is kept and goes then."))
        elif unsent:
            words.append(self.tr("{n} texts have not gone yet; they are kept and go then.").format(n=unsent))
        if tray:
            words.append(self.tr("Kept running, it stays in the tray: click its icon there to see this window again."))
        else:
            words.append(
                self.tr(
                    "Kept running, this window is minimised: get it back from the task bar or by switching windows. "
                    "It also comes back by itself when a request rings."
                )
            )
        self.keep = QPushButton(self.tr("Keep running"))
        self.keep.setProperty("kind", "primary")
        self.keep.setDefault(True)
        self.keep.clicked.connect(lambda: self._choose(self.keep_chosen.emit))
        self.quit = QPushButton(self.tr("Quit"))
        self.quit.clicked.connect(lambda: self._choose(self.quit_chosen.emit))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.reject)
        labels = [Label(line, wrap=True) for line in words]
        for label in labels:
            label.setMinimumWidth(theme.pixels(400))
        heading = Label(self.tr("Keep running, or quit?"), "heading")
        lay_out(self, [heading, *labels], [self.quit, self.keep], aside=self.cancel)

    def _choose(self, say: Callable[[], None]) -> None:
        self.accept()
        say()
