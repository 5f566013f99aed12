"""Brings what changes often onto the screen as often as a screen can show it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

FRAME_MS = 16


class FramePace(QObject):
    """Calls `work` at most once a frame: at once when it is asked for, and what is asked within the same frame together
    at its end. So nothing is late by more than a frame, and a rush costs no more than a steady stream.
    """

    def __init__(self, work: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._work = work
        self._due = False
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame.setInterval(FRAME_MS)
        self._frame.timeout.connect(self._end)

    @property
    def due(self) -> bool:
        """Is something left for the end of the frame?"""
        return self._due

    def ask(self) -> None:
        """Something has changed."""
        if self._frame.isActive():
            self._due = True
        else:
            self._frame.start()
            self._work()

    def flush(self) -> None:
        """Somebody wants to know now; does nothing where all has been done."""
        if self._due:
            self._due = False
            self._work()

    def _end(self) -> None:
        if self._due:
            self._due = False
            self.ask()
