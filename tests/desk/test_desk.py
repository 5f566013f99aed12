"""The desk against a real hub on a real database."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from cti_client.desk.credentials import Credentials
from cti_client.desk.desk import Desk
from cti_client.desk.errors import HubAwayError, HubRefusedError, InsecureHubError, KeepingError
from cti_client.desk.hub_client import HubAccess, HubClient
from cti_client.desk.lookup import LookupView, look_up
from cti_client.desk.pending_sends import STALE
from cti_client.desk.state import DeskState
from cti_client.desk.views import LinkStatus, PendingState
from cti_client.domain.agent import Presence
from cti_client.domain.consent import ConsentState
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.errors import OPTED_OUT_TEXT
from cti_client.domain.interaction import CaseChoice, Direction, Disposition
from cti_client.telephony.sms.connection import OutboundSms, SubmitOutcome, Unclear
from cti_client.wire import api
from cti_client.wire.consent_api import AllowSms, AskConsent, Basis, OptOut
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.qt_loop import until, watched
from tests.helpers.running_hub import CUSTOMER, OTHER_TOKEN, TOKEN, RunningHub, running_hub

pytestmark = pytest.mark.usefixtures("qapp")


class Clock:
    """This computer's clock, which a test may set wrong."""

    def __init__(self) -> None:
        self.wrong_by = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.wrong_by


class DeskMaker:
    def __init__(self, folder: Path, credentials: Credentials, note: Callable[[str, BaseException], None]) -> None:
        self.folder, self.credentials, self.note = folder, credentials, note
        self.clock = Clock()

    def make(self, find: Callable[[], Awaitable[HubAccess]], name: str = "desk") -> Desk:
        database = self.folder / f"{name}.db"
        return Desk(find, database, self.credentials, clock=self.clock, on_failure=self.note)

    @asynccontextmanager
    async def at(self, url: str, token: str = TOKEN, name: str = "desk") -> AsyncIterator[Desk]:
        async def find() -> HubAccess:
            return HubAccess(url, token)

        desk = self.make(find, name)
        desk.start()
        try:
            yield desk
        finally:
            await desk.close()


@pytest.fixture
def desks(tmp_path: Path, credentials: Credentials, note_failure: Callable[[str, BaseException], None]) -> DeskMaker:
    return DeskMaker(tmp_path, credentials, note_failure)


@pytest.fixture(autouse=True)
def nothing_broke(failures: list[str]) -> Iterator[None]:
    yield
    assert failures == []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


async def test_before_there_is_a_hub_commands_say_so_and_nothing_hangs(desks: DeskMaker) -> None:
    gate = asyncio.Event()

    async def find() -> HubAccess:
        await gate.wait()
        raise AssertionError("closed before")

    desk = desks.make(find)
    desk.start()
    assert desk.link.status is LinkStatus.CONNECTING
    with pytest.raises(HubAwayError):
        await desk.list_cases()
    with pytest.raises(HubRefusedError):
        await desk.send(1, "Hello")
    await desk.close()
    await desk.close()


async def test_a_hub_that_cannot_be_found_is_said_and_found_by_a_retry(
    desks: DeskMaker, failures: list[str], qapp: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_hub(desks.folder) as hub:
        urls = iter(["http://hub.example", hub.url])

        async def find() -> HubAccess:
            return HubAccess(next(urls), TOKEN)

        desk = desks.make(find)
        desk.start()
        await until(lambda: desk.link.status is LinkStatus.REFUSED, desk.link_changed)
        assert desk.link.detail == str(InsecureHubError("http://hub.example"))

        desk.retry()
        await live(desk)
        await desk.close()
    assert failures == []  # it is the person's to mend, no mistake of ours: one line in the log
    said = [record.getMessage() for record in caplog.records if record.name == "cti_client.desk.desk"]
    assert said == [str(InsecureHubError("http://hub.example"))]


async def test_a_wrong_key_is_refused_and_said(desks: DeskMaker) -> None:
    async with running_hub(desks.folder) as hub, desks.at(hub.url, token="nobody's") as desk:
        await until(lambda: desk.link.status is LinkStatus.REFUSED, desk.link_changed)
        assert "token" in desk.link.detail
        with pytest.raises(HubRefusedError) as caught:
            await desk.list_cases()
        assert caught.value.problem.code == "unauthorised"


async def test_signed_in_at_another_desktop_the_first_says_so_and_stays_off(desks: DeskMaker) -> None:
    async with running_hub(desks.folder) as hub, desks.at(hub.url) as first:
        await live(first)
        shown: list[LinkStatus] = []
        first.replaced.connect(lambda _: shown.append(first.link.status))
        with watched(first.replaced) as said:
            async with desks.at(hub.url, name="second") as second:
                await live(second)
                await until(lambda: first.link.status is LinkStatus.REFUSED, first.link_changed)
                assert said == [("You have signed in at another desktop.",)]
                assert shown == [LinkStatus.REFUSED], "what it tells of can be seen by then"
        first.retry()
        await live(first)


async def test_the_hub_restarts_while_texts_wait_and_every_one_goes_once_in_order(desks: DeskMaker) -> None:
    port = free_port()
    gateway = FakeConnection()
    async with running_hub(desks.folder, gateway, port=port) as hub, desks.at(hub.url) as desk:
        interaction_id = await chat(desk, hub)
        await hub.hub.stop()
        await until(lambda: desk.link.status is LinkStatus.OFFLINE, desk.link_changed)
        assert desk.interactions[interaction_id].address == CUSTOMER  # still there to read
        for text in ("one", "two", "three"):
            await desk.send(interaction_id, text)
        assert desk.unsent == 3
        assert {one.state for one in desk.pending_of(interaction_id)} == {PendingState.WAITING}
        with pytest.raises(HubAwayError):
            await desk.list_cases()

        async with running_hub(desks.folder, gateway, port=port):
            desk.retry()
            await live(desk)
            await until(lambda: not desk.unsent, desk.pending_changed)
            await gateway.until(lambda: len(gateway.submitted) == 3)
            mine = [one.text for one in desk.messages_of(interaction_id) if one.direction is Direction.OUT]
            assert mine == ["one", "two", "three"]
            assert [one.text for one in gateway.submitted] == ["one", "two", "three"]


async def test_a_text_whose_answer_is_lost_waits_no_more_once_its_record_shows_it(
    desks: DeskMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_call = HubClient.call

    async def lose_the_answer(
        self: HubClient, method: str, path: str, as_type: Any, body: object = None, seconds: float | None = None
    ) -> Any:
        answer = await real_call(self, method, path, as_type, body, seconds)
        if path == "/messages":
            raise HubAwayError
        return answer

    monkeypatch.setattr(HubClient, "call", lose_the_answer)
    async with running_hub(desks.folder) as hub, desks.at(hub.url) as desk:
        interaction_id = await chat(desk, hub)
        client_id = await desk.send(interaction_id, "one")
        await until(lambda: not desk.pending_of(interaction_id), desk.pending_changed)
        assert [one.client_id for one in desk.messages_of(interaction_id)] == ["", client_id]


async def test_the_desktop_restarts_with_a_chat_open_and_everything_is_back(desks: DeskMaker) -> None:
    async with running_hub(desks.folder) as hub:
        async with desks.at(hub.url) as desk:
            interaction_id = await chat(desk, hub)
            await desk.save_draft(desk.interactions[interaction_id].thread_id, "Dear cust")
            before = desk.interactions[interaction_id], desk.cases[interaction_id], desk.messages_of(interaction_id)
            await hub.hub.stop()
            await until(lambda: desk.link.status is LinkStatus.OFFLINE, desk.link_changed)
            await desk.send(interaction_id, "An unsent text")
            await desk.save_draft(desk.interactions[interaction_id].thread_id, "Dear customer")
        async with running_hub(desks.folder) as again, desks.at(again.url) as desk:
            with watched(desk.snapshot_loaded) as loaded:
                await until(lambda: interaction_id in desk.interactions, desk.snapshot_loaded)
            assert len(loaded) == 1
            held = desk.interactions[interaction_id]
            assert (held.thread_id, held.case_id) == (before[0].thread_id, before[0].case_id)
            assert desk.cases[interaction_id].label == before[1].label
            assert desk.messages_of(interaction_id)[: len(before[2])] == before[2]
            assert await desk.load_draft(held.thread_id) == "Dear customer"
            await again.gateway.until(lambda: len(again.gateway.submitted) == 1)
            await until(lambda: not desk.unsent, desk.pending_changed)


async def test_a_late_text_asks_and_goes_with_a_yes(desks: DeskMaker) -> None:
    port = free_port()
    gateway = FakeConnection()
    async with running_hub(desks.folder, gateway, port=port) as hub, desks.at(hub.url) as desk:
        interaction_id = await chat(desk, hub)
        await hub.hub.stop()
        await until(lambda: desk.link.status is LinkStatus.OFFLINE, desk.link_changed)
        desks.clock.wrong_by -= STALE + 1_000  # it is sent two minutes ago
        client_id = await desk.send(interaction_id, "I am at your door")
        desks.clock.wrong_by = 0
        async with running_hub(desks.folder, gateway, port=port):
            desk.retry()
            await until(
                lambda: [one.state for one in desk.pending_of(interaction_id)] == [PendingState.ASK],
                desk.pending_changed,
            )
            assert gateway.submitted == []

            await desk.resend_pending(client_id)
            await gateway.until(lambda: len(gateway.submitted) == 1)


async def test_to_a_customer_who_has_opted_out_the_text_stays_with_the_exact_reason(desks: DeskMaker) -> None:
    async with running_hub(desks.folder) as hub, desks.at(hub.url) as desk:
        interaction_id = await chat(desk, hub)
        assert await hub.text_in("STOP") == 200
        await until(
            lambda: desk.interactions[interaction_id].consent is ConsentState.OPTED_OUT, desk.interaction_changed
        )
        client_id = await desk.send(interaction_id, "Are you sure?")
        await until(
            lambda: [one.state for one in desk.pending_of(interaction_id)] == [PendingState.REFUSED],
            desk.pending_changed,
        )
        (one,) = desk.pending_of(interaction_id)
        assert one.problem is not None
        assert one.problem.text == OPTED_OUT_TEXT
        assert desk.unsent == 0
        assert await desk.discard_pending(client_id) == "Are you sure?"
        assert "Are you sure?" not in [sms.text for sms in hub.gateway.submitted]


async def test_a_report_changes_the_message_and_an_unknown_one_is_settled(desks: DeskMaker) -> None:
    async def unclear(_: OutboundSms) -> SubmitOutcome:
        return Unclear(detail="the line went dead")

    async with running_hub(desks.folder) as hub, desks.at(hub.url) as desk:
        interaction_id = await chat(desk, hub)
        hub.gateway.answer = unclear
        await desk.send(interaction_id, "Hello")

        def mine() -> list[DeliveryState]:
            return [one.state for one in desk.messages_of(interaction_id) if one.direction is Direction.OUT]

        await until(lambda: mine() == [DeliveryState.UNKNOWN], desk.message_changed)
        message_id = desk.messages_of(interaction_id)[-1].id

        settled = await desk.settle(message_id, arrived=True)

        assert settled.state is DeliveryState.DELIVERED
        assert mine() == [DeliveryState.DELIVERED]


async def test_an_offer_that_has_gone_is_refused_by_whoever_knows(desks: DeskMaker) -> None:
    async with running_hub(desks.folder) as hub, desks.at(hub.url) as desk:
        await available(desk)
        with pytest.raises(HubRefusedError) as caught:
            await desk.accept(99)
        assert caught.value.problem.code == "offer_gone"

        assert await hub.text_in("Hello") == 200
        await until(lambda: desk.offers, desk.offers_changed)
        offer_id = next(iter(desk.offers))
        await desk.decline(offer_id)
        await until(lambda: not desk.offers, desk.offers_changed)
        with pytest.raises(HubRefusedError) as caught:
            await desk.accept(offer_id)
        assert caught.value.problem.code == "offer_gone"

        await until(lambda: desk.waiting.chats, desk.waiting_changed)
        accepted = await desk.take(desk.waiting.chats[0].interaction_id, CaseChoice.NEW)
        await until(lambda: accepted.interaction_id in desk.interactions, desk.interaction_changed)


async def test_another_agents_desk_sees_nothing_of_the_chat(desks: DeskMaker) -> None:
    async with (
        running_hub(desks.folder) as hub,
        desks.at(hub.url) as anna,
        desks.at(hub.url, token=OTHER_TOKEN, name="bo") as bo,
    ):
        await live(bo)
        await bo.set_presence(Presence.BUSY)
        interaction_id = await chat(anna, hub)
        assert bo.agent_name == "Bo"
        assert dict(bo.interactions) == {}
        with pytest.raises(HubRefusedError):
            await bo.close_chat(interaction_id, Disposition.SPAM)


async def test_the_remaining_commands_and_queries_reach_the_hub(desks: DeskMaker) -> None:
    async with running_hub(desks.folder) as hub, desks.at(hub.url) as desk:
        interaction_id = await chat(desk, hub)
        held = desk.interactions[interaction_id]
        assert held.contact is not None
        assert desk.lines[0].name == "Support"
        assert desk.categories == ("Sales", "Support")

        await desk.mark_read(interaction_id, desk.messages_of(interaction_id)[-1].id)
        await until(lambda: desk.interactions[interaction_id].unread == 0, desk.interaction_changed)
        edit = api.EditContact(version=held.contact.version, name="Maria", town="Lodz")
        assert (await desk.edit_contact(held.contact.id, edit)).name == "Maria"

        async def no_wait(_: float) -> None:
            await asyncio.Event().wait()

        views: list[LookupView] = []
        found = await look_up(desk, views.append, query="Maria", sleep=no_wait)
        assert [one.contact_id for one in found.candidates] == [held.contact.id]
        await desk.choose_contact(interaction_id, contact_id=held.contact.id)
        assert (await desk.timeline(interaction_id)).entries
        assert (await desk.check_number(CUSTOMER)).why_no_sms == ""
        chosen = await desk.choose_case(interaction_id, CaseChoice.NEW)
        await until(lambda: desk.interactions[interaction_id].case_id == chosen.case_id, desk.interaction_changed)
        with pytest.raises(HubRefusedError, match="No consent"):
            await desk.start_chat("+15551230002")
        out = await desk.opt_out(OptOut(address="+15551230002", note="Said so"))
        assert out == await desk.number_consent(AskConsent(address="+15551230002"))
        allowed = await desk.allow_sms(AllowSms(address="+15551230002", basis=Basis.IN_PERSON))
        assert [entry.basis for entry in allowed.ledger] == ["in_person", "told an agent"]
        await desk.close_chat(interaction_id, Disposition.FOLLOW_UP, notes="Call back")
        started = await desk.start_chat(CUSTOMER)
        await until(lambda: started.interaction_id in desk.interactions, desk.interaction_changed)
        (row,) = (await desk.list_cases(limit=1)).cases
        assert (await desk.list_cases(limit=1, before=row.id)).cases == ()
        page = await desk.message_page(held.thread_id, after=0, limit=1)
        assert [one.text for one in page.messages] == ["Hello, where is my parcel?"]


async def test_the_time_is_the_hubs_whatever_this_computers_clock_says(desks: DeskMaker) -> None:
    desks.clock.wrong_by = 7 * 3_600_000
    async with running_hub(desks.folder) as hub, desks.at(hub.url) as desk:
        await live(desk)
        assert abs(desk.now() - time.time_ns() // 1_000_000) < 2_000
        assert abs(desk.link.since - desk.now()) < 2_000


async def test_the_keyring_is_asked_once_the_window_is_calm(desks: DeskMaker) -> None:
    asked: list[str] = []
    calm = asyncio.Event()

    def open_keyring() -> None:
        asked.append("calm" if calm.is_set() else "too early")

    async def be_calm() -> None:
        await calm.wait()

    desks.credentials = Credentials(desks.folder, open_keyring=open_keyring)
    async with running_hub(desks.folder) as hub:
        desk = desks.make(lambda: asyncio.sleep(0, HubAccess(hub.url, TOKEN)))
        desk.start(be_calm)
        await live(desk)
        assert asked == []
        calm.set()
        await desk.load_draft(1)  # the file is open by now
        assert asked == ["calm"]
        await desk.close()


async def test_without_a_keyring_it_is_said_once_and_works(desks: DeskMaker) -> None:
    async def find() -> HubAccess:
        return HubAccess(hub.url, TOKEN)

    async with running_hub(desks.folder) as hub:
        for times in (1, 0):
            desk = desks.make(find)
            with watched(desk.notice) as notices:
                desk.start()
                await live(desk)
                await desk.load_draft(1)  # the file is open by now
                await until(lambda: len(notices) >= times, desk.notice)  # noqa: B023  awaited here
                await desk.close()
            assert desk.insecure_storage
            assert len(notices) == times
            assert all("keyring" in words for (words,) in notices)


async def test_a_link_that_breaks_by_our_mistake_says_so_and_may_be_tried_again(
    desks: DeskMaker, failures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_hub(desks.folder) as hub:
        with monkeypatch.context() as broken:
            broken.setattr(DeskState, "replace", lambda *_: 1 // 0)
            async with desks.at(hub.url) as desk:
                await until(lambda: desk.link.status is LinkStatus.REFUSED, desk.link_changed)
                assert "mistake" in desk.link.detail
                broken.undo()
                desk.retry()
                await live(desk)
    assert [one.partition("(")[0] for one in failures] == ["desk: link: ZeroDivisionError"]
    failures.clear()


async def test_a_disk_that_cannot_keep_texts_is_said_and_chats_still_come(
    desks: DeskMaker, failures: list[str]
) -> None:
    (desks.folder / "desk.db").mkdir()
    async with running_hub(desks.folder) as hub, desks.at(hub.url) as desk:
        interaction_id = await chat(desk, hub)
        with pytest.raises(KeepingError):
            await desk.send(interaction_id, "Hello")
        assert desk.pending_of(interaction_id) == []
        assert hub.gateway.submitted == []
    assert [one.partition("(")[0] for one in failures] == ["desk: unsent texts: IsADirectoryError"]
    failures.clear()


async def test_closing_leaves_no_task_behind(desks: DeskMaker) -> None:
    async with running_hub(desks.folder) as hub:
        before = asyncio.all_tasks()
        async with desks.at(hub.url) as desk:
            await live(desk)
            names = {task.get_name() for task in asyncio.all_tasks() - before}
            assert "desk: link" in names
        left = [task.get_name() for task in asyncio.all_tasks() - before if task.get_name().startswith("desk")]
        assert left == []
