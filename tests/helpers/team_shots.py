"""Pictures of a team at work, for the documentation.

python -m tests.helpers.team_shots light|dark FOLDER

Two people at one hub on the simulator, driven as the journeys drive them. Exit status 1 where a step does not happen.
"""

import asyncio
import json
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from cti_client import run
from cti_client.bootstrap import run_in_qt
from cti_client.demo import tour_kit
from cti_client.demo.demo_keyring import DemoKeyring
from cti_client.demo.handset_client import HandsetClient
from cti_client.demo.sample_hub import with_samples
from cti_client.demo.settings import CATEGORIES, LINE, SIMULATOR
from cti_client.demo.tour import SCREEN_FILE
from cti_client.demo.tour_kit import TourError, click, reads, write
from cti_client.desk.credentials import Credentials
from cti_client.paths import paths_in
from cti_client.ui.connect.connect_dialog import ConnectDialog
from tests.helpers.door import Door
from tests.helpers.journey import until
from tests.helpers.kannel import free_ports
from tests.helpers.team_desks import Office, TeamAgent
from tests.helpers.team_hubs import TeamHub

HOTLINE = "+18005550199"
TOKENS = {"Anna": "token-of-anna-in-pictures", "Ben": "token-of-ben-in-pictures"}
GRACE_S = 1
MARIA, JAMES, AIKO, LUIS, NEW = "+48601234567", "+353861234567", "+15551234567", "+34612345678", "+15550142233"


class TeamShots:
    """One run. `folder` takes the pictures."""

    def __init__(self, hub: TeamHub, door: Door, office: Office, folder: Path) -> None:
        self._hub, self._door, self._office, self._folder = hub, door, office, folder
        self._phones = HandsetClient(f"http://127.0.0.1:{hub.port}/gateway/{SIMULATOR}")

    async def take(self) -> None:
        """All of them, in order."""
        try:
            ben = await self._office.sign_in("Ben", self._door.url, TOKENS["Ben"], self._connect)
            anna = await self._office.sign_in("Anna", f"http://127.0.0.1:{self._hub.port}", TOKENS["Anna"])
            await self._presence(ben)
            await self._missed(anna, ben)
            await self._taken(anna, ben)
            await self._typing(anna, ben)
            await self._replaced(anna)
        except TourError:
            for number, window in enumerate(one for one in QApplication.topLevelWidgets() if one.isVisible()):
                await self._picture(window, f"failed-{number}")
            raise
        finally:
            await self._phones.close()

    async def _connect(self, dialog: ConnectDialog) -> None:
        address = dialog.page.fields.address
        dialog.page.fields.address.setText("https://sms.example.com")
        await until(lambda: reads(dialog, "keyring"), "how the token is kept")
        await self._picture(dialog, "01-connect")
        address.clear()

    async def _presence(self, ben: TeamAgent) -> None:
        ben.window.header.presence.open_menu()
        menu = await until(_menu, "the menu of presences")
        await self._picture(ben.window, "02-presence", menu)
        menu.close()

    async def _missed(self, anna: TeamAgent, ben: TeamAgent) -> None:
        texts = {
            JAMES: "Has my new invoice been sent?",
            AIKO: "Do you deliver on Saturdays now?",
            NEW: "Hi, I saw your ad. Are you open today?",
        }
        for customer, text in texts.items():
            await self._phones.text(customer, HOTLINE, text)
        for agent in (anna, ben):
            await agent.presence_is("Missed")
            await until(partial(_all_wait, agent, len(texts)), "three in the Waiting list")
        await self._picture(anna.window, "03-missed")
        for agent in (anna, ben):
            await agent.press_button(agent.window.header, "I'm back")
            await agent.presence_is("Available")

    async def _taken(self, anna: TeamAgent, ben: TeamAgent) -> None:
        rows = [await agent.waiting("James O’Neill") for agent in (anna, ben)]
        for row in rows:
            click(row.take.main)
        popped = {agent.name: agent.popped() for agent in (anna, ben)}
        first = await until(lambda: next((one for one in (anna, ben) if one.cases()), None), "one to have the chat")
        late = ben if first is anna else anna
        (refused,) = popped[late.name]
        await until(lambda: reads(refused, f"Taken by {first.name}"), "the other window to say who was faster")
        await self._picture(refused, "04-taken")
        await late.press_button(refused, "Close window")
        (window,) = first.cases()
        await first.reply(window, "Yes, it went out this morning.")
        await first.close_case(window)

    async def _typing(self, anna: TeamAgent, ben: TeamAgent) -> None:
        call_id = f"SMS{MARIA}"
        await self._phones.text(MARIA, LINE, "My parcel has not come. Where is it?")
        await anna.decline(call_id)  # she was asked first: Maria was her customer before
        window = await ben.accept(call_id)
        await ben.message(window, "Where is it?")
        self._door.shut()
        taken = await anna.accept(call_id)
        await anna.message(taken, "Where is it?")
        await anna.reply(taken, "Good morning, Ben is away. I am looking for it.")
        self._door.open()
        await until(lambda: reads(window, "Anna has taken over"), "Ben's window to say who has the chat now")
        await until(lambda: reads(window, "Anna replied"), "Ben's window to say that Anna replied")
        write(taken.reply.editor, "It is at the shop on the corner")
        await until(lambda: reads(window, "Anna is typing"), "Ben's window to say that Anna types")
        await self._picture(window, "05-typing")

    async def _replaced(self, anna: TeamAgent) -> None:
        await self._office.sign_in("Anna", f"http://127.0.0.1:{self._hub.port}", TOKENS["Anna"], at="home")
        await until(lambda: reads(anna.window, "at another desktop"), "the older desktop to say so")
        await self._picture(anna.window, "06-replaced")

    async def _picture(self, window: QWidget, name: str, menu: QMenu | None = None) -> None:
        """Of the window, with an open menu where it stands on the screen."""
        file = await tour_kit.picture(window, self._folder, f"team-{name}")
        if menu is not None:
            whole = window.grab()
            painter = QPainter(whole)
            painter.drawPixmap(menu.pos() - window.mapToGlobal(window.rect().topLeft()), menu.grab())
            painter.end()
            whole.save(str(file))


def _all_wait(agent: TeamAgent, count: int) -> bool:
    return len(agent.waiting_rows()) == count


def _menu() -> QMenu | None:
    popup = QApplication.activePopupWidget()
    return popup if isinstance(popup, QMenu) else None


def settings(folder: Path, port: int) -> Path:
    """The hub's settings, with sample customers in its database."""
    paths = paths_in(folder)
    paths.make()
    with_samples(paths, "Anna", 600)
    hub = {"database": str(paths.hub_database), "port": port, "grace_seconds": GRACE_S, "categories": CATEGORIES}
    sections: list[tuple[str, dict[str, object]]] = [
        ("[hub]", dict(hub)),
        ("[[connections]]", {"id": SIMULATOR, "kind": SIMULATOR, "name": "Simulator"}),
    ]
    for address, name, seconds in ((LINE, "Support 1-800", 600), (HOTLINE, "Hotline", 1)):
        line = {"address": address, "name": name, "connection": SIMULATOR, "offer_seconds": seconds}
        sections.append(("[[lines]]", line))
    sections += [("[[agents]]", {"name": name, "token": token}) for name, token in TOKENS.items()]
    parts = ("\n".join((head, *(f"{key} = {json.dumps(value)}" for key, value in of.items()))) for head, of in sections)
    file = folder / "hub.toml"
    file.write_text("\n".join(parts) + "\n", encoding="utf-8")
    return file


async def shoot(app: QApplication, theme: str, out: Path, folder: Path) -> int:
    """Everything from the hub's start to its end; the exit status."""
    (port,) = free_ports(1)
    hub = TeamHub("team", await asyncio.to_thread(settings, folder, port), port)
    with pytest.MonkeyPatch.context() as patches, Door((port,)).up() as door:
        patches.setattr(run, "Credentials", _kept_in_folder)
        await hub.start()
        try:
            async with Office(app, folder, patches, theme=theme) as office:
                await TeamShots(hub, door, office, out).take()
        finally:
            await hub.end()
    return 0


def _kept_in_folder(data: Path) -> Credentials:
    return Credentials(data, open_keyring=lambda: DemoKeyring(data))


def main() -> int:
    """The command."""
    theme, out = sys.argv[1:]
    if os.environ.get("QT_QPA_PLATFORM", "") == "offscreen":
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={SCREEN_FILE}"
        os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false;qt.core.qobject.connect.warning=false")
    Path(out).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            return run_in_qt(partial(_shoot, theme=theme, out=Path(out), folder=Path(folder)))
        except TourError as error:
            print(f"team shots: {error}", file=sys.stderr)  # noqa: T201  this is a command
            return 1


async def _shoot(app: QApplication, *, theme: str, out: Path, folder: Path) -> int:
    return await shoot(app, theme, out, folder)


if __name__ == "__main__":
    sys.exit(main())
