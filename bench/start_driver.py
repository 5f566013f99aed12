"""One start of the desktop with its embedded hub, in a process of its own: `python -m bench.start_driver FOLDER BEGAN`.

`BEGAN` is the monotonic time just before the process was made. Prints JSON: seconds to the first painted window, to the window
with its history loaded and painted, and the resident memory then in MiB.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import psutil
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from cti_client.bootstrap import Desktop, run_in_qt, running
from cti_client.demo.settings import simulated
from cti_client.desk.views import LinkStatus
from cti_client.paths import paths_in


class PaintWatch(QObject):
    """Notes the first paint, and the first one after `armed`."""

    def __init__(self) -> None:
        super().__init__()
        self.first = 0.0
        self.armed = False
        self.loaded = asyncio.Event()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            self.first = self.first or time.monotonic()
            if self.armed:
                self.loaded.set()
        return False


async def measure(app: QApplication, folder: Path, began: float) -> int:
    paths = paths_in(folder)
    desktop = Desktop(app, paths, lambda: simulated(paths), "Bench", theme="light", quiet=True)
    watch = PaintWatch()
    desktop.window.installEventFilter(watch)
    table = desktop.window.cases

    def look() -> None:
        if desktop.desk.link.status is LinkStatus.LIVE and desktop.window.cases_model.rowCount() > 0:
            watch.armed = True
            desktop.window.update()

    desktop.window.cases_model.modelReset.connect(look)
    desktop.window.cases_model.rowsInserted.connect(look)
    desktop.desk.link_changed.connect(look)
    async with running(desktop):
        await asyncio.wait_for(watch.loaded.wait(), 30)
        end = time.monotonic()
        assert table.isVisible()
        memory = psutil.Process().memory_info().rss / 2**20
        cpu = sum(psutil.Process().cpu_times()[:2])
    print(json.dumps({"first": watch.first - began, "loaded": end - began, "memory": memory, "cpu": cpu}))
    return 0


def main() -> None:
    folder, began = Path(sys.argv[1]), float(sys.argv[2])
    sys.exit(run_in_qt(lambda app: measure(app, folder, began)))


if __name__ == "__main__":
    main()
