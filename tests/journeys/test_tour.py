"""The tour as a newcomer runs it: a process of its own, pictures, the last line; and a step that does not happen."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

pytestmark = pytest.mark.slow


async def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a module with no display."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", *arguments]
    return await asyncio.to_thread(
        subprocess.run, command, capture_output=True, encoding="utf-8", env=environment, timeout=110, check=False
    )


def colours(picture: Path) -> int:
    """How many colours a coarse grid of the picture has; a blank one has one."""
    image = QImage(str(picture))
    assert not image.isNull(), picture
    return len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)})


async def test_the_tour_passes_and_leaves_its_pictures(tmp_path: Path) -> None:
    done = await run("cti_client", "tour", "--out", str(tmp_path / "out"))
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    steps = sum(re.match(r" ?\d+\. ", line) is not None for line in lines)
    assert steps >= 10
    assert lines[-1] == f"tour: {steps} steps passed"
    assert any("“SMS Chat Request”" in line and "“SMS+48601234567”" in line for line in lines)
    pictures = sorted((tmp_path / "out").glob("*.png"))
    assert len(pictures) >= steps
    assert [one.name for one in pictures if colours(one) < 8] == []


async def test_a_step_that_does_not_happen_fails_the_tour(tmp_path: Path) -> None:
    done = await run("tests.helpers.broken_tour", str(tmp_path / "out"))
    assert done.returncode == 1, done.stderr
    assert "tour: step 10 failed: expected the second text in the open case within 2 s" in done.stderr
    assert "steps passed" not in done.stdout
    assert done.stdout.splitlines()[-1].startswith(" 9. ")
    assert list((tmp_path / "out").glob("failed-*.png"))
