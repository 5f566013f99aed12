import subprocess
import sys

PROGRAM = """
import gc, linecache, builtins
{begin}
import PySide6.QtCore
import cti_client.domain.consent
import cti_client.wire.api
print(gc.isenabled(), any("consent" in name for name in linecache.cache))
from PySide6.QtCore import QCoreApplication, QTimer
app = QCoreApplication([])
QTimer.singleShot(0, app.quit)
print(app.exec())
"""


def run(begin: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(begin=begin)], capture_output=True, text=True, check=True
    )
    return done.stdout.split("\n")[:2]


def test_modules_are_imported_without_being_read_and_without_collections() -> None:
    said = run("from cti_client.system import quick_start; quick_start.begin()")
    assert said == ["False False", "0"]


def test_pyside_alone_still_reads_source_files() -> None:
    """Once it does not, `give_imports_back` can go."""
    said = run("from cti_client.system import quick_start; import PySide6.QtCore")
    assert said[0].split()[1] == "True"
