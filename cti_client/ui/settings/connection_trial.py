"""*Test this connection*."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from cti_client.ui.theme import SPACE_S, Theme
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice
from cti_client.wire.settings_api import TestResult


class ConnectionTrial(QWidget):
    """A button, that it is being tried, and the result in one sentence. What is on the screen is tried, saved or not.

    `wanted` is answered by `show_trying` and then `show_result` or `show_failure`, or by nothing once it was stopped.
    """

    wanted = Signal()
    stopped = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trying = False
        self.button = QPushButton(theme.icon("broadcast"), self.tr("Test this connection"))
        self.button.clicked.connect(self._press)
        self.note = Label(self.tr("Tries what stands here; nothing is saved and no text is sent."), "small", wrap=True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)  # how long it takes is the gateway's secret
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Testing"))
        self.progress.hide()
        self.result = Notice(theme)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.button)
        row.addWidget(self.progress, 1)
        row.addWidget(self.note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addLayout(row)
        layout.addWidget(self.result)

    @property
    def trying(self) -> bool:
        """Is it being tried?"""
        return self._trying

    def allow(self, allowed: bool) -> None:
        """Whether it can be tried at all."""
        self.button.setEnabled(allowed or self._trying)

    def show_trying(self) -> None:
        """The gateway is being asked."""
        self.result.clear()
        self._set(True)

    def show_result(self, result: TestResult) -> None:
        """What came of it."""
        self._set(False)
        self.result.say(result.text, "good" if result.ok else "bad")

    def show_failure(self, why: str) -> None:
        """It could not be tried."""
        self._set(False)
        self.result.say(why, "caution")

    def stop_showing(self) -> None:
        """What is on the screen is another by now."""
        if self._trying:
            self.stopped.emit()
        self._set(False)
        self.result.clear()

    def _press(self) -> None:
        if self._trying:
            self.stop_showing()
        else:
            self.wanted.emit()

    def _set(self, trying: bool) -> None:
        self._trying = trying
        self.button.setText(self.tr("Stop") if trying else self.tr("Test this connection"))
        self.progress.setVisible(trying)
        self.note.setVisible(not trying)
