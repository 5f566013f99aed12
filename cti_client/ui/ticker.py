"""One second hand for all counting labels."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from cti_client.domain import Millis


class Ticker(QObject):
    """Says once a second what time it is by the hub's clock. Whoever counts listens here instead of having a timer."""

    tick = Signal(object)
    """`Millis`; as an object, since Qt's int ends at 31 bits."""

    def __init__(self, clock: Callable[[], Millis], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.now)

    def start(self) -> None:
        """Begin to tick."""
        self._timer.start()

    def stop(self) -> None:
        """End; no tick comes after this."""
        self._timer.stop()

    def now(self) -> None:
        """Tick at once, for those that have just been filled."""
        self.tick.emit(self._clock())
