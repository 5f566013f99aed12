"""What a measurement sees of a desktop: paints, signals, memory."""

import asyncio
import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, SignalInstance
from PySide6.QtWidgets import QWidget

from cti_client.bootstrap import Desktop
from cti_client.desk.views import LinkStatus

PATIENCE_SECONDS = 60.0


class PaintWatch(QObject):
    """Calls `after(seconds)` behind each paint of the widget, with the monotonic time then; `before()` ahead of it."""

    def __init__(
        self, widget: QWidget, after: Callable[[float], None], before: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(widget)
        self._after, self._before = after, before
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Qt's hook. The event stands before the painting: what is seen is seen behind it."""
        if event.type() == QEvent.Type.Paint:
            self._before()
            QTimer.singleShot(0, self, lambda: self._after(time.monotonic()))
        return False


class ViewWatch(QObject):
    """Calls `after(seconds)` at the end of each paint of a view's viewport, which has no children that come later."""

    def __init__(self, viewport: QWidget, after: Callable[[float], None]) -> None:
        super().__init__(viewport)
        self._after = after
        self._painting = False
        viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Qt's hook: has the event carried out, and then says that it was."""
        if event.type() != QEvent.Type.Paint or self._painting:
            return False
        self._painting = True
        QCoreApplication.sendEvent(watched, event)
        self._painting = False
        self._after(time.monotonic())
        return True


async def until(look: Callable[[], bool], *signals: SignalInstance) -> None:
    """Returns once `look()` holds; it is asked anew at each of the signals. Raises `TimeoutError`."""
    stirred = asyncio.Event()

    def stir(*_: object) -> None:
        stirred.set()

    for signal in signals:
        signal.connect(stir)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not look():
                await stirred.wait()
                stirred.clear()
    finally:
        for signal in signals:
            signal.disconnect(stir)


async def hub_is_live(desktop: Desktop) -> None:
    """Returns once the link is up and the window calm."""
    await until(lambda: desktop.desk.link.status is LinkStatus.LIVE, desktop.desk.link_changed)
    await desktop.shell.calm()


def resident_mib() -> float:
    """Of this process, now."""
    import psutil  # type: ignore[import-untyped]  # it comes without types

    return float(psutil.Process().memory_info().rss / 2**20)
