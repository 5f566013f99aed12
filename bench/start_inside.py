"""What one start measures of itself.

Prints JSON: seconds to the first painted window, to the window with its history loaded and painted, processor
seconds and resident memory in MiB then, and the memory once all that follows (keyring, unsent texts, the case
window's modules) is there too.
"""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from cti_client.bootstrap import Desktop, run_in_qt, running
from cti_client.desk.views import LinkStatus
from cti_client.hub.own_hub import OwnHub
from cti_client.paths import paths_in

REST_SECONDS = 3.0


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


def both() -> list[Any]:
    """The processes of the desktop and of its hub. Others that come and go (`ldconfig`, asked by ctypes) are not ours."""
    import psutil  # type: ignore[import-untyped]  # it comes without types

    us = psutil.Process()
    return [us, *(child for child in us.children() if child.name().startswith("python"))]


def memory_mib() -> float:
    """Of both, now; what they hold of the same files counts once (Linux: PSS)."""
    infos = [process.memory_full_info() for process in both()]
    return float(sum(getattr(info, "pss", info.rss) for info in infos) / 2**20)


def cpu_seconds() -> float:
    """Of both, so far."""
    return float(sum(sum(process.cpu_times()[:2]) for process in both()))


async def measure(app: QApplication, folder: Path, hub: OwnHub, began: float) -> int:
    paths = paths_in(folder)
    desktop = Desktop(app, paths, hub, theme="light", quiet=True)
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
        memory, cpu = memory_mib(), cpu_seconds()
        await asyncio.sleep(REST_SECONDS)
        rest = memory_mib()
    print(json.dumps({"first": watch.first - began, "loaded": end - began, "cpu": cpu, "memory": memory, "rest": rest}))
    return 0


def run(folder: Path, hub: OwnHub, began: float) -> int:
    """One start; the exit status."""
    return run_in_qt(lambda app: measure(app, folder, hub, began))
