"""Python's cyclic garbage, collected in the Qt thread alone.

Python collects in whatever thread happens to allocate, and other threads allocate in theirs. A widget
or timer that ends there is still registered with the Qt thread, which then calls into freed memory.
"""

import gc

from PySide6.QtCore import QObject, QTimer

CHECK_EVERY_MS = 250


class MainThreadCollector(QObject):
    """Between `start` and `stop` nothing is collected in other threads. Live in the Qt thread; one a process."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on = False
        self._timer = QTimer(self)
        self._timer.setInterval(CHECK_EVERY_MS)
        self._timer.timeout.connect(self.check)

    def start(self) -> None:
        """Take over from Python's own collector. Nothing is collected before `settle`, which is to follow."""
        self._on = True
        gc.disable()

    def settle(self) -> None:
        """The start is over. What stands by now (mostly modules) stays for good, which keeps each collection short."""
        if self._on:
            gc.freeze()
            self._timer.start()

    def stop(self) -> None:
        """Give back to Python's own collector."""
        if self._on:
            self._on = False
            self._timer.stop()
            gc.unfreeze()
            gc.enable()

    def check(self) -> None:
        """Collect the oldest generation that has reached its threshold, with the younger ones."""
        for generation in (2, 1, 0):
            limit = gc.get_threshold()[generation]
            if 0 < limit < gc.get_count()[generation]:
                gc.collect(generation)
                return
