"""H1: what is unsent, and every draft, belongs to one person on one hub and never goes under another's name."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cti_client.desk.credentials import Credentials
from cti_client.desk.desk import Desk
from cti_client.desk.errors import HubAwayError, TokenNeededError
from cti_client.desk.hub_client import HubAccess
from cti_client.desk.pending_file import PendingFile, StoredSend
from cti_client.desk.places import Person
from cti_client.desk.views import LinkStatus
from cti_client.wire import api
from tests.helpers.kannel import free_ports
from tests.helpers.qt_loop import until, watched
from tests.helpers.running_hub import OTHER_TOKEN, TOKEN, RunningHub, running_hub

pytestmark = pytest.mark.usefixtures("qapp")

DRAFT_THREAD = 4


@pytest.fixture(autouse=True)
def nothing_broke(failures: list[str]) -> Iterator[None]:
    yield
    assert failures == []


class Computer:
    """One computer's data folder, at which one desk after the other works."""

    def __init__(self, folder: Path, credentials: Credentials, note: Callable[[str, BaseException], None]) -> None:
        self.database = folder / "desk.db"
        self.credentials, self.note = credentials, note

    @asynccontextmanager
    async def at(self, url: str, token: str, person: Person | None = None) -> AsyncIterator[Desk]:
        async def find() -> HubAccess:
            return HubAccess(url, token)

        desk = Desk(find, self.database, self.credentials, person=person, on_failure=self.note)
        desk.start()
        try:
            yield desk
        finally:
            await desk.close()

    async def leave_behind(self, person: Person, *texts: str, chat: int) -> None:
        """What this person wrote while the hub was away."""
        keys = await self.credentials.storage_keys()

        def write() -> None:
            file = PendingFile(self.database, keys)
            owner = f"{person.hub_id}:{person.agent_id}"
            for number, text in enumerate(texts):
                send = StoredSend(
                    client_id=f"{text}-{number}",
                    interaction_id=chat,
                    thread_id=chat,
                    text=text,
                    composed_at=0,
                    customer="Maria Kowalska",
                )
                file.add(owner, send)
            file.save_draft(owner, DRAFT_THREAD, f"draft of {person.name}")
            file.close()

        await asyncio.to_thread(write)

    async def kept(self, person: Person) -> list[str]:
        keys = await self.credentials.storage_keys()

        def read() -> list[str]:
            file = PendingFile(self.database, keys)
            sends, _ = file.load(f"{person.hub_id}:{person.agent_id}")
            file.close()
            return [send.text for send in sends]

        return await asyncio.to_thread(read)


@pytest.fixture
def computer(tmp_path: Path, credentials: Credentials, note_failure: Callable[[str, BaseException], None]) -> Computer:
    return Computer(tmp_path, credentials, note_failure)


async def person_of(hub: RunningHub, token: str) -> Person:
    me = await hub.call("GET", "/me", None, api.Me, token=token)
    return Person(hub_id=me.hub_id, agent_id=me.agent_id, name=me.agent_name)


async def live(desk: Desk) -> None:
    await until(lambda: desk.link.status is LinkStatus.LIVE, desk.link_changed)


def texts(desk: Desk) -> list[str]:
    return [one.text for one in desk.all_pending()]


async def test_without_a_link_ones_own_unsent_texts_show(computer: Computer) -> None:
    anna = Person(hub_id="h", agent_id=7, name="Anna")
    await computer.leave_behind(anna, "First", "Second", chat=12)
    (port,) = free_ports(1)

    async with computer.at(f"http://127.0.0.1:{port}", TOKEN, anna) as desk:
        await until(lambda: desk.unsent == 2, desk.pending_changed)
        assert texts(desk) == ["First", "Second"]
        assert [one.customer for one in desk.all_pending()] == ["Maria Kowalska"] * 2
        assert await desk.load_draft(DRAFT_THREAD) == "draft of Anna"
        assert desk.person is None
        await until(lambda: desk.link.status is LinkStatus.OFFLINE, desk.link_changed)
        with pytest.raises(HubAwayError):
            await desk.list_cases()

    assert await computer.kept(anna) == ["First", "Second"]


async def test_another_person_at_the_same_desk_neither_sees_nor_sends_them(tmp_path: Path, computer: Computer) -> None:
    async with running_hub(tmp_path) as hub:
        anna, bo = await person_of(hub, TOKEN), await person_of(hub, OTHER_TOKEN)
        await computer.leave_behind(anna, "Of Anna", chat=1)
        await computer.leave_behind(bo, "Of Bo", chat=1)

        async with computer.at(hub.url, OTHER_TOKEN, anna) as desk:  # the desk expects Anna, and Bo signs in
            await live(desk)
            await until(lambda: texts(desk) == ["Of Bo"], desk.pending_changed, desk.link_changed)
            assert desk.person == bo
            assert await desk.load_draft(DRAFT_THREAD) == "draft of Bo"

        assert await computer.kept(anna) == ["Of Anna"]
        assert hub.gateway.submitted == []

        async with computer.at(hub.url, TOKEN) as desk:
            await live(desk)
            await until(lambda: texts(desk) == ["Of Anna"], desk.pending_changed)
            assert await desk.load_draft(DRAFT_THREAD) == "draft of Anna"


async def test_on_another_hub_nothing_of_the_first_one_goes(tmp_path: Path, computer: Computer) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    async with running_hub(one) as first, running_hub(other) as second:
        here, there = await person_of(first, TOKEN), await person_of(second, TOKEN)
        assert (here.agent_id, here.name) == (there.agent_id, there.name)
        assert here.hub_id != there.hub_id
        await computer.leave_behind(here, "For the first hub", chat=1)

        async with computer.at(second.url, TOKEN, here) as desk:
            await live(desk)
            await until(lambda: desk.person == there, desk.link_changed)
            assert await desk.load_draft(DRAFT_THREAD) == ""
            assert texts(desk) == []

        assert second.gateway.submitted == []
        assert await computer.kept(here) == ["For the first hub"]


async def test_a_desk_without_a_token_says_so_and_still_shows_what_is_unsent(computer: Computer) -> None:
    anna = Person(hub_id="h", agent_id=7, name="Anna")
    await computer.leave_behind(anna, "First", chat=12)

    async def find() -> HubAccess:
        raise TokenNeededError("hub.example.com", asked_each_time=True)

    desk = Desk(find, computer.database, computer.credentials, person=anna, on_failure=computer.note)
    with watched(desk.link_changed):
        desk.start()
        await until(lambda: desk.link.status is LinkStatus.REFUSED, desk.link_changed)
        assert desk.link.needs_token
        assert desk.link.detail.startswith("Sign in to hub.example.com with your token. This computer has no keyring")
        await until(lambda: texts(desk) == ["First"], desk.pending_changed)
    await desk.close()
