import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from pytestqt.qtbot import QtBot

from cti_client.desk.credentials import Credentials
from cti_client.desk.hub_trial import TrialStep
from cti_client.desk.hub_trouble import HubTroubleError, Trouble
from cti_client.desk.place_store import PlaceStore
from cti_client.desk.places import OwnPlace, Person, TeamPlace
from cti_client.ui.connect.connect_page import ConnectPage
from cti_client.ui.connect.connect_session import ConnectSession
from cti_client.ui.theme import Theme
from tests.helpers.journey import until
from tests.helpers.qt_loop import settled, signal_of
from tests.helpers.running_hub import TOKEN, running_hub

ANNA = Person(hub_id="h", agent_id=7, name="Anna")


class Trials:
    """Stands for the network: waits until it is told what came of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[TeamPlace, str]] = []
        self.outcome: asyncio.Future[Person] = asyncio.get_running_loop().create_future()
        self.cancelled = 0

    async def __call__(self, place: TeamPlace, token: str, step: Callable[[TrialStep], None]) -> TeamPlace:
        self.asked.append((place, token))
        step(TrialStep.SIGNING_IN)
        try:
            return TeamPlace(address=place.address, ca_file=place.ca_file, person=await asyncio.shield(self.outcome))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


class Scene:
    def __init__(self, theme: Theme, folder: Path) -> None:
        self.page = ConnectPage(theme)
        self.credentials = Credentials(folder, open_keyring=lambda: None)
        self.store = PlaceStore(folder / "place.json")
        self.trials = Trials()
        self.session = ConnectSession(self.page, self.credentials, self.store, self.trials)
        self.chosen: list[object] = []
        self.session.settled.connect(self.chosen.append)

    def type(self, address: str, token: str = " a-token ") -> None:
        self.page.team.choose()
        self.page.fields.address.setText(address)
        self.page.fields.token.setText(token)
        self.page.fields.changed.emit()
        self.page.connect_button.click()


@pytest_asyncio.fixture
async def scene(qtbot: QtBot, theme: Theme, tmp_path: Path) -> AsyncIterator[Scene]:
    made = Scene(theme, tmp_path)
    qtbot.addWidget(made.page)
    yield made
    await made.session.close()


async def test_alone(scene: Scene) -> None:
    scene.page.connect_button.click()
    assert await signal_of(scene.session.settled) == (OwnPlace(),)
    assert scene.store.load() == OwnPlace()


async def test_a_good_hub_is_kept_with_its_token_and_its_person(scene: Scene) -> None:
    scene.type("Hub.example.com/")
    await until(lambda: scene.page.problem.text == "Checking the token…", "the trial to begin")
    await settled()
    assert scene.store.load() is None
    assert await scene.credentials.token("https://hub.example.com") is None
    scene.trials.outcome.set_result(ANNA)
    (place,) = await signal_of(scene.session.settled)
    assert place == TeamPlace(address="https://hub.example.com", person=ANNA)
    assert scene.trials.asked == [(TeamPlace(address="https://hub.example.com"), "a-token")]
    assert scene.store.load() == place
    assert await scene.credentials.token("https://hub.example.com") == "a-token"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("http://hub.example.com", "http://hub.example.com is not encrypted."),
        ("two words", "two words is no address."),
    ],
)
async def test_what_is_no_address_asks_no_network(scene: Scene, typed: str, said: str) -> None:
    scene.type(typed)
    await settled()
    assert scene.page.problem.text.startswith(said)
    assert scene.page.fields.address.property("invalid")
    assert not scene.page.trying
    assert scene.trials.asked == []


async def test_a_hub_that_cannot_be_worked_with_keeps_nothing(scene: Scene) -> None:
    scene.type("hub.example.com")
    scene.trials.outcome.set_exception(HubTroubleError(Trouble.TOKEN, "The hub does not know this token."))
    await until(lambda: scene.page.problem.text == "The hub does not know this token.", "why not")
    assert not scene.page.trying
    assert scene.store.load() is None
    assert await scene.credentials.token("https://hub.example.com") is None
    assert scene.chosen == []


async def test_a_trial_that_is_stopped_is_over(scene: Scene) -> None:
    scene.type("hub.example.com")
    await settled()
    scene.page.cancel_button.click()
    assert not scene.page.trying
    scene.trials.outcome.set_result(ANNA)
    await settled()
    await settled()
    assert scene.trials.cancelled == 1
    assert scene.chosen == []
    assert scene.store.load() is None
    assert scene.page.problem.text == ""


async def test_a_choice_that_cannot_be_kept_is_said(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_place: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scene.store, "save", full)
    scene.page.connect_button.click()
    words = "Your choice cannot be kept on this computer: No space left on device."
    await until(lambda: scene.page.problem.text == words, words)
    assert scene.chosen == []


async def test_how_long_a_token_is_kept_is_said(scene: Scene) -> None:
    await until(lambda: "asked for at each start" in scene.page.fields.note.text(), "how long")


async def test_against_a_hub(qtbot: QtBot, theme: Theme, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    page = ConnectPage(theme)
    qtbot.addWidget(page)
    credentials, store = Credentials(tmp_path, open_keyring=lambda: None), PlaceStore(tmp_path / "place.json")
    session = ConnectSession(page, credentials, store)
    async with running_hub(tmp_path) as hub:
        page.team_wanted.emit(hub.url, TOKEN, "")
        (place,) = await signal_of(session.settled)
    await session.close()
    assert place.person.name == "Anna"
    assert TOKEN not in (tmp_path / "place.json").read_text()
    assert not any(TOKEN in record.getMessage() for record in caplog.records)
