import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cti_client.system.single_instance import SingleInstance

HOLD = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from cti_client.system.single_instance import SingleInstance
app = QCoreApplication([])
one = SingleInstance(Path(sys.argv[1]))
print("first" if one.claim() else "second", flush=True)
sys.stdin.read()
"""


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.communicate()


def test_a_second_start_raises_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    first = SingleInstance(tmp_path)
    assert first.claim()
    with qtbot.waitSignal(first.raise_wanted, timeout=10_000):
        other = start(tmp_path)
    assert said(other) == "second"
    end(other)
    first.release()


def test_the_place_is_free_again_after_release(qtbot: QtBot, tmp_path: Path) -> None:
    first = SingleInstance(tmp_path)
    assert first.claim()
    first.release()
    other = start(tmp_path)
    assert said(other) == "first"
    end(other)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows frees the lock file itself")
def test_one_that_was_killed_holds_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    other = start(tmp_path)
    assert said(other) == "first"
    other.kill()
    other.communicate()
    first = SingleInstance(tmp_path)
    assert first.claim()
    with qtbot.waitSignal(first.raise_wanted, timeout=10_000):
        second = start(tmp_path)
    assert said(second) == "second"
    end(second)
    first.release()


def test_other_folders_are_other_desktops(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, two = SingleInstance(tmp_path / "a"), SingleInstance(tmp_path / "b")
    assert one.claim()
    assert two.claim()
    one.release()
    two.release()
