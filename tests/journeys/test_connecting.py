"""H1: the first start, a team's hub by address and token, and going from one hub to another."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from cti_client.bootstrap import Desktop, running
from cti_client.demo.settings import simulated
from cti_client.demo.tour_kit import button, click, press, reads
from cti_client.desk.credentials import Credentials
from cti_client.desk.place_store import PlaceStore
from cti_client.desk.places import OwnPlace, Place, TeamPlace
from cti_client.hub.own_hub import OwnHub
from cti_client.paths import Paths, paths_in
from cti_client.run import starting_place, stay_at_work
from cti_client.ui.connect.connect_dialog import ConnectDialog
from cti_client.ui.main.main_window import MainWindow
from cti_client.ui.main.unsent_dialog import UnsentDialog
from tests.helpers.hub_process import CUSTOMER, Gateway, HubProcess, gateway_of
from tests.helpers.journey import Agent, until
from tests.helpers.journey_places import PERSON, WIDE
from tests.helpers.kannel import free_ports
from tests.helpers.killing_hub import TOKEN

W = TypeVar("W", bound=QWidget)

CALL_ID = f"SMS{CUSTOMER}"


@dataclass
class Sitting:
    """What is on the screen of one start of the program."""

    over: "asyncio.Task[int]"
    known: list[MainWindow] = field(default_factory=list)

    async def asked(self) -> ConnectDialog:
        """The question where one works."""
        return await until(lambda: _shown(ConnectDialog), "the question where one works")

    async def agent(self, *, live: bool = True) -> Agent:
        """The agent at the desktop that is open now, another one than before."""
        window = await until(self._new_window, "a main window")
        self.known.append(window)
        window.resize(*WIDE)
        agent = Agent(_Windowed(window))  # type: ignore[arg-type]  # the hands and eyes need no more of it
        if live:
            await agent.is_live()
        return agent

    def _new_window(self) -> MainWindow | None:
        window = _shown(MainWindow)
        return None if any(window is known for known in self.known) else window


@dataclass
class _Windowed:
    window: MainWindow


def _shown(kind: type[W]) -> W | None:
    return next((one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()), None)


@asynccontextmanager
async def started(app: QApplication, paths: Paths, warm: OwnHub | None = None) -> AsyncIterator[Sitting]:
    """The program as `cti-client` starts it; leaving is SIGTERM's quit."""
    app.setQuitOnLastWindowClosed(False)
    own = partial(OwnHub, partial(simulated, paths), PERSON)
    work = asyncio.create_task(stay_at_work(app, paths, own, "light", starting_place(paths), warm, quiet=True))
    try:
        yield Sitting(work)
    finally:
        if not work.done():
            signal.raise_signal(signal.SIGTERM)
        assert await asyncio.wait_for(work, 30) == 0


@asynccontextmanager
async def team_hub(folder: Path) -> AsyncIterator[tuple[HubProcess, Gateway]]:
    """A hub in a process of its own, with a gateway on its other side."""
    port, gateway_port = free_ports(2)
    async with gateway_of(port, gateway_port) as gateway:
        hub = HubProcess(folder / "team.db", port, gateway)
        await hub.start()
        try:
            yield hub, gateway
        finally:
            await hub.stop()


def type_into(field: QLineEdit, text: str) -> None:
    field.setText(text)
    field.textEdited.emit(text)


def choose_team(dialog: ConnectDialog, address: str, token: str) -> None:
    click(dialog.page.team.button)
    type_into(dialog.page.fields.address, address)
    type_into(dialog.page.fields.token, token)
    press(dialog.page.fields.token, Qt.Key.Key_Return)


async def test_a_first_start_with_a_team(screen: QApplication, tmp_path: Path) -> None:
    paths = paths_in(tmp_path / "desktop")
    warm = OwnHub(partial(simulated, paths), PERSON)
    warm.warm_up()
    async with team_hub(tmp_path) as (hub, gateway):
        async with started(screen, paths, warm) as sitting:
            dialog = await sitting.asked()
            assert _shown(MainWindow) is None
            choose_team(dialog, hub.url, "a-token-of-nobody-at-all")
            await until(lambda: reads(dialog, "does not know this token"), "that the token is wrong")
            type_into(dialog.page.fields.token, TOKEN)
            press(dialog.page.fields.token, Qt.Key.Key_Return)
            agent = await sitting.agent()
            assert _shown(ConnectDialog) is None
            with pytest.raises(RuntimeError, match="stopped"):
                warm.begin()  # who works with a team leaves no hub of one's own behind
            await gateway.text_in("Hello", "g1")
            window = await agent.accept(CALL_ID)
            await agent.message(window, "Customer: Hello")
            await agent.reply(window, "Good day")
            await agent.message(window, "Good day", "The network has it")

        assert gateway.to_phones == {"Good day": 1}
        place = PlaceStore(paths.place).load()
        assert isinstance(place, TeamPlace)
        assert (place.address, place.person.name if place.person else "") == (hub.url, "Anna")
        assert not any(TOKEN.encode() in file.read_bytes() for file in paths.data.iterdir() if file.is_file())

        async with started(screen, paths) as sitting:  # no keyring in tests: the token is asked for each time
            await sitting.agent(live=False)
            dialog = await sitting.asked()
            await until(lambda: reads(dialog, "so the token is asked for at each start"), "why it is asked")
            assert not dialog.page.problem.isVisible()
            assert dialog.page.fields.address.text() == hub.url
            type_into(dialog.page.fields.token, TOKEN)
            press(dialog.page.fields.token, Qt.Key.Key_Return)
            agent = await sitting.agent()
            window = await agent.case(CALL_ID)
            await agent.message(window, "Good day")


async def test_what_is_unsent_stays_with_its_hub(screen: QApplication, tmp_path: Path) -> None:
    paths = paths_in(tmp_path / "desktop")
    async with team_hub(tmp_path) as (hub, gateway), started(screen, paths) as sitting:
        choose_team(await sitting.asked(), hub.url, TOKEN)
        agent = await sitting.agent()
        await gateway.text_in("Hello", "g1")
        window = await agent.accept(CALL_ID)
        await agent.message(window, "Customer: Hello")
        await hub.stop()
        await until(lambda: reads(agent.window, "No link to the hub."), "the main window to say so")
        await agent.reply(window, "For the team's customer")
        await until(lambda: reads(agent.window, "1 not sent yet"), "the header to count it")

        agent.window.navigation.place_wanted.emit()
        dialog = await sitting.asked()
        assert reads(dialog, "One text has not gone yet. It stays on this computer and goes once you are back at")
        click(dialog.page.own.button)
        press(dialog, Qt.Key.Key_Return)
        mine = await sitting.agent()
        assert not reads(mine.window, "not sent yet")
        assert PlaceStore(paths.place).load() == OwnPlace()

        await hub.start()
        mine.window.navigation.place_wanted.emit()
        choose_team(await sitting.asked(), hub.url, TOKEN)
        agent = await sitting.agent()
        window = await agent.case(CALL_ID)
        await agent.message(window, "For the team's customer", "The network has it")
        assert gateway.to_phones == {"For the team's customer": 1}


async def test_a_start_without_the_hub_shows_what_is_unsent(screen: QApplication, tmp_path: Path) -> None:
    paths = paths_in(tmp_path / "desktop")
    async with team_hub(tmp_path) as (hub, gateway), started(screen, paths) as sitting:
        choose_team(await sitting.asked(), hub.url, TOKEN)
        agent = await sitting.agent()
        await gateway.text_in("Hello", "g1")
        window = await agent.accept(CALL_ID)
        await hub.stop()
        await until(lambda: reads(agent.window, "No link to the hub."), "the main window to say so")
        await agent.reply(window, "Not gone yet")
        await until(lambda: reads(agent.window, "1 not sent yet"), "the header to count it")

    async with started(screen, paths) as sitting:
        agent = await sitting.agent(live=False)
        await until(lambda: reads(agent.window, "1 not sent yet"), "the header to count it")
        (await sitting.asked()).reject()
        assert reads(agent.window, "Sign in to")
        assert button(agent.window, "Sign in…") is not None
        click(agent.window.header.unsent)
        dialog = await until(lambda: _shown(UnsentDialog), "the list of what has not gone yet")
        assert reads(dialog, "Not gone yet")
        assert reads(dialog, "+1 555-123-0001")


async def test_a_token_that_the_hub_knows_no_more_is_forgotten(screen: QApplication, tmp_path: Path) -> None:
    paths = paths_in(tmp_path / "desktop")
    async with team_hub(tmp_path) as (hub, _):
        credentials = Credentials(paths.data)
        await credentials.keep_token(hub.url, "a-token-that-was-revoked")
        place = TeamPlace(address=hub.url)
        desktop = Desktop(
            screen, paths, place, theme="light", quiet=True, credentials=credentials, places=PlaceStore(paths.place)
        )
        async with running(desktop), asyncio.timeout(30):
            while await credentials.token(hub.url) is not None:  # noqa: ASYNC110  the keyring tells nobody
                await asyncio.sleep(0.02)
            assert desktop.desk.link.needs_token


async def test_going_away_from_the_first_question_ends_the_program(screen: QApplication, tmp_path: Path) -> None:
    paths = paths_in(tmp_path / "desktop")
    async with started(screen, paths) as sitting:
        dialog = await sitting.asked()
        press(dialog, Qt.Key.Key_Escape)
        assert await sitting.over == 0
    assert _shown(MainWindow) is None
    assert PlaceStore(paths.place).load() is None


Prepare = Callable[[Paths], object]


@pytest.mark.parametrize(
    ("prepare", "hub", "place"),
    [
        (lambda paths: None, "", None),
        (lambda paths: paths.config.touch(), "", OwnPlace()),
        (lambda paths: paths.hub_database.touch(), "", OwnPlace()),
        (lambda paths: None, "own", OwnPlace()),
        (lambda paths: None, "hub.example.com", TeamPlace(address="https://hub.example.com")),
        (
            lambda paths: PlaceStore(paths.place).save(TeamPlace(address="https://hub.example.com", ca_file="a.pem")),
            "hub.example.com",
            TeamPlace(address="https://hub.example.com", ca_file="a.pem"),
        ),
        (lambda paths: PlaceStore(paths.place).save(TeamPlace(address="https://a.example")), "own", OwnPlace()),
    ],
)
def test_where_a_start_leads(tmp_path: Path, prepare: Prepare, hub: str, place: Place | None) -> None:
    paths = paths_in(tmp_path)
    prepare(paths)
    assert starting_place(paths, hub) == place
