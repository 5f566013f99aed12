"""Asks whether the program goes on."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cti_client.ui.theme import SPACE_L, SPACE_S, SPACE_XL, Theme
from cti_client.ui.widgets.label import Label


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
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        buttons.addWidget(self.quit)
        buttons.addWidget(self.keep)
        layout = QVBoxLayout(self)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)  # as high as its lines need, always
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        layout.setSpacing(SPACE_S)
        layout.addWidget(Label(self.tr("Keep running, or quit?"), "heading"))
        for line in words:
            label = Label(line, wrap=True)
            label.setMinimumWidth(theme.pixels(400))
            layout.addWidget(label)
        layout.addSpacing(SPACE_L)
        layout.addLayout(buttons)

    def _choose(self, say: Callable[[], None]) -> None:
        self.accept()
        say()
