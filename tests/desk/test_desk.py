"""The desk against a real hub on a real database."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from cti_client.desk.credentials import Credentials
from cti_client.desk.desk import Desk
from cti_client.desk.hub_client import HubAccess
from cti_client.desk.views import LinkStatus
from cti_client.domain.agent import Presence
from cti_client.domain.interaction import Direction, Disposition
from cti_client.wire import api
from tests.helpers.qt_loop import until
from tests.helpers.running_hub import CUSTOMER, TOKEN, RunningHub, running_hub

pytestmark = pytest.mark.usefixtures("qapp")


class DeskMaker:
    def __init__(self, folder: Path, credentials: Credentials, note: Callable[[str, BaseException], None]) -> None:
        self.folder, self.credentials, self.note = folder, credentials, note

    @asynccontextmanager
    async def at(self, url: str, token: str = TOKEN) -> AsyncIterator[Desk]:
        async def find() -> HubAccess:
            return HubAccess(url, token)

        desk = Desk(find, self.folder / "desk.db", self.credentials, on_failure=self.note)
        desk.start()
        try:
            yield desk
        finally:
            await desk.close()


@pytest.fixture
def desks(
    tmp_path: Path, credentials: Credentials, note_failure: Callable[[str, BaseException], None], failures: list[str]
) -> DeskMaker:
    return DeskMaker(tmp_path, credentials, note_failure)


@pytest.fixture(autouse=True)
def nothing_broke(failures: list[str]) -> object:
    yield
    assert failures == []


async def live(desk: Desk) -> None:
    await until(lambda: desk.link.status is LinkStatus.LIVE, desk.link_changed)


async def available(desk: Desk) -> None:
    await live(desk)
    await desk.set_presence(Presence.AVAILABLE)
    await until(lambda: desk.presence.presence is Presence.AVAILABLE, desk.presence_changed)


async def chat(desk: Desk, hub: RunningHub, text: str = "Hello, where is my parcel?") -> int:
    await available(desk)
    assert await hub.text_in(text) == 200
    await until(lambda: desk.offers, desk.offers_changed)
    accepted = await desk.accept(next(iter(desk.offers)))
    await until(lambda: accepted.interaction_id in desk.interactions, desk.interaction_changed)
    return accepted.interaction_id


async def test_a_text_rings_is_accepted_answered_and_closed(qapp: QApplication, desks: DeskMaker) -> None:
    async with running_hub(desks.folder) as hub, desks.at(hub.url) as desk:
        interaction_id = await chat(desk, hub)
        held = desk.interactions[interaction_id]
        await until(lambda: interaction_id in desk.cases, desk.case_changed)

        assert held.address == CUSTOMER
        assert [message.text for message in desk.messages_of(interaction_id)] == ["Hello, where is my parcel?"]
        assert not desk.offers

        client_id = await desk.send(interaction_id, "It is on its way.")
        await until(lambda: hub.gateway.submitted, desk.message_changed)
        await until(lambda: not desk.pending_of(interaction_id), desk.pending_changed)
        mine = [one for one in desk.messages_of(interaction_id) if one.direction is Direction.OUT]
        assert [(one.text, one.client_id) for one in mine] == [("It is on its way.", client_id)]

        page = await desk.message_page(held.thread_id)
        assert [one.text for one in page.messages] == ["Hello, where is my parcel?", "It is on its way."]
        case = desk.cases[interaction_id]
        edited = await desk.edit_case(case.id, api.EditCase(version=case.version, subject="Parcel"))
        assert edited.subject == "Parcel"
        assert desk.cases[interaction_id].subject == "Parcel"

        await desk.close_chat(interaction_id, Disposition.RESOLVED)
        await until(lambda: interaction_id not in desk.interactions, desk.interaction_changed)
        assert desk.messages_of(interaction_id) == []
        assert (await desk.list_cases()).cases[0].label == case.label
