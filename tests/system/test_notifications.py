import asyncio
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cti_client.desk.tasks import TaskOwner
from cti_client.system.notifications import Notifications, as_body


class System:
    """A notification service; `gate` holds it up, `broken` breaks it."""

    def __init__(self) -> None:
        self.standing: dict[str, tuple[str, str, str]] = {}
        self.sent: list[str] = []
        self.press: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.broken = False

    async def send(
        self, title: str, text: str, action: str, on_action: Callable[[], Any], on_click: Callable[[], Any]
    ) -> str:
        await self.gate.wait()
        if self.broken:
            raise ConnectionError("no such bus")
        identifier = f"n{len(self.sent)}"
        self.sent.append(title)
        self.standing[identifier] = (title, text, action)
        self.press[identifier] = (on_action, on_click)
        return identifier

    async def clear(self, identifier: str) -> None:
        await self.gate.wait()
        self.standing.pop(identifier, None)


class Stage:
    def __init__(self) -> None:
        self.failed: list[BaseException] = []
        self.tasks = TaskOwner("test", lambda name, error: self.failed.append(error))
        self.system = System()
        self.tray: list[tuple[str, str]] = []
        self.shown = Notifications(self.system, self.tasks.start, lambda title, text: self.tray.append((title, text)))
        self.pressed: list[str] = []
        self.clicked: list[str] = []
        self.shown.action_pressed.connect(self.pressed.append)
        self.shown.clicked.connect(self.clicked.append)

    async def settle(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)
        assert self.failed == []


async def test_one_notification_a_key() -> None:
    stage = Stage()
    stage.shown.show("offer:1", "Request", "Aiko", "Accept")
    stage.shown.show("offer:2", "Request", "Bo", "Accept")
    await stage.settle()
    stage.shown.show("offer:1", "Request", "Aiko again", "Accept")
    await stage.settle()
    assert sorted(text for _, text, _ in stage.system.standing.values()) == ["Aiko again", "Bo"]
    stage.shown.withdraw("offer:2")
    stage.shown.withdraw("offer:3")
    await stage.settle()
    assert [text for _, text, _ in stage.system.standing.values()] == ["Aiko again"]


async def test_button_and_click() -> None:
    stage = Stage()
    stage.shown.show("offer:1", "Request", "Aiko", "Accept")
    await stage.settle()
    on_action, on_click = stage.system.press["n0"]
    on_action()
    on_click()
    assert (stage.pressed, stage.clicked) == (["offer:1"], ["offer:1"])


async def test_what_is_gone_before_it_was_shown_is_never_shown() -> None:
    stage = Stage()
    stage.system.gate.clear()
    stage.shown.show("offer:1", "First", "", "")
    await asyncio.sleep(0)
    stage.shown.show("offer:2", "Second", "", "")
    stage.shown.withdraw("offer:2")
    stage.shown.withdraw("offer:1")
    stage.system.gate.set()
    await stage.settle()
    assert stage.system.sent == ["First"], "it was on its way already"
    assert stage.system.standing == {}, "and was taken away"


async def test_a_broken_service_is_replaced_by_the_tray(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage()
    stage.system.broken = True
    with caplog.at_level(logging.WARNING):
        stage.shown.show("offer:1", "Request", "Aiko", "Accept")
        await stage.settle()
        stage.shown.show("offer:2", "Request", "Bo", "Accept")
        stage.shown.withdraw("offer:1")
        await stage.settle()
    assert stage.tray == [("Request", "Aiko"), ("Request", "Bo")]
    assert len(caplog.records) == 1
    assert "Aiko" not in caplog.text, "logs hold no text of customers"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="markup in bodies is Linux's")
def test_bodies_hold_no_markup() -> None:
    assert as_body("<b>Bo & Co</b>") == "&lt;b&gt;Bo &amp; Co&lt;/b&gt;"


TOOLS = ("Xvfb", "dbus-run-session", "dunst", "dunstctl")

DRIVER = """
import asyncio, json, subprocess, sys
from cti_client.desk.tasks import TaskOwner
from cti_client.system.notifications import DesktopBackend, Notifications

def dunst(*command):
    return subprocess.run(["dunstctl", *command], capture_output=True, text=True, timeout=10).stdout.strip()

async def wait_for(condition):  # another process tells nobody when it is ready, so it is asked again and again
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.05)

async def main():
    broken = []
    tasks = TaskOwner("test", lambda name, error: broken.append(error))
    shown = Notifications(DesktopBackend("cti-client"), tasks.start, lambda title, text: broken.append(title))
    heard = []
    shown.action_pressed.connect(lambda key: heard.append(["action", key]))
    shown.clicked.connect(lambda key: heard.append(["click", key]))
    shown.show("offer:1", "SMS Chat Request", "<b>Aiko</b> & Co", "Accept")
    await wait_for(lambda: dunst("count", "displayed") == "1")
    await asyncio.to_thread(dunst, "context")
    async with asyncio.timeout(20):
        while not heard:
            await asyncio.sleep(0.05)
    await asyncio.to_thread(dunst, "close-all")
    await wait_for(lambda: dunst("count", "displayed") == "0")
    shown.withdraw("offer:1")  # as when the request has been accepted: the service knows it no more
    kept = json.loads(await asyncio.to_thread(dunst, "history"))["data"][0][0]
    shown.show("offer:2", "SMS Chat Request", "Bo", "Accept")
    await wait_for(lambda: dunst("count", "displayed") == "1")
    shown.withdraw("offer:2")
    await wait_for(lambda: dunst("count", "displayed") == "0")
    await tasks.close()
    print(json.dumps({"heard": heard, "broken": len(broken), "body": kept["body"]["data"]}))

asyncio.run(main())
"""

SESSION = """
trap 'kill $dunst $screen' EXIT
Xvfb -displayfd 3 -screen 0 800x600x24 3>"$DIR/display" &
screen=$!
for _ in $(seq 100); do [ -s "$DIR/display" ] && break; sleep 0.05; done
export DISPLAY=:$(cat "$DIR/display")
dunst -conf "$DIR/dunstrc" &
dunst=$!
for _ in $(seq 100); do dunstctl is-paused >/dev/null 2>&1 && break; sleep 0.05; done
"$PYTHON" "$DIR/driver.py"
"""


@pytest.mark.slow
def test_a_real_service_shows_the_button(tmp_path: Path) -> None:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"not installed: {', '.join(missing)}")
    assert not missing
    pick = tmp_path / "pick"
    pick.write_text("#!/bin/sh\ngrep Accept\n")
    pick.chmod(0o755)
    (tmp_path / "dunstrc").write_text(f"[global]\nmarkup = full\ndmenu = {pick}\nhistory_length = 5\n")
    (tmp_path / "driver.py").write_text(DRIVER)
    root = Path(__file__).resolve().parents[2]
    environment = os.environ | {"DIR": str(tmp_path), "PYTHON": sys.executable, "PYTHONPATH": str(root)}
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", SESSION],
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"heard": [["action", "offer:1"]]' in done.stdout, done.stderr
    assert '"broken": 0' in done.stdout
    assert '"body": "&lt;b&gt;Aiko&lt;/b&gt; &amp; Co"' in done.stdout
