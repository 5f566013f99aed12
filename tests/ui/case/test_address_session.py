import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cti_client.desk import lookup
from cti_client.desk.errors import HubAwayError
from cti_client.desk.tasks import TaskOwner
from cti_client.ui.case.address_card import AddressCard
from cti_client.ui.case.address_session import AddressSession
from cti_client.ui.theme import Theme
from cti_client.wire.api import Candidate, LookupResult, Source, SourceList
from cti_client.wire.records import Contact, Interaction
from tests.helpers.fake_desk import FakeDesk, contact, interaction
from tests.helpers.qt_loop import settled

MARIA = Candidate(name="Maria Kowalska", street="ul. Długa 14/3", town="Warszawa", source="Company directory")
MAREK = Candidate(name="Marek Kowalski", street="ul. Krótka 1", town="Kraków", source="Company directory")
BLANK = contact(name="", company="", street="", postcode="", town="", country="", source="", phones=())


class Directories(FakeDesk):
    """Two sources whose answers a test gives, by source."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, tuple[Candidate, ...] | Exception] = {"contacts": (), "company": ()}
        self.gates: dict[str, asyncio.Event] = {}

    async def sources(self) -> SourceList:
        listed = (Source(id="contacts", name="Own contacts"), Source(id="company", name="Company directory"))
        return self._answer("sources", SourceList(sources=listed))

    async def lookup(self, source_id: str, address: str = "", query: str = "") -> LookupResult:
        self.calls.append(("lookup", {"source_id": source_id, "address": address, "query": query}))
        if source_id in self.gates:
            await self.gates[source_id].wait()
        answer = self.found[source_id]
        if isinstance(answer, Exception):
            raise answer
        return LookupResult(source=source_id, candidates=answer)


class Stage:
    def __init__(self, theme: Theme) -> None:
        self.desk = Directories()
        self.card = AddressCard(theme)
        self.failed: list[BaseException] = []
        self.tasks = TaskOwner("test", lambda _name, error: self.failed.append(error))
        self.session = AddressSession(self.desk, self.card, self.tasks)
        self.troubles: list[str] = []
        self.session.troubled.connect(self.troubles.append)
        self.card.show()

    def show(self, who: Contact | None = BLANK, *others: Contact) -> Interaction:
        record = interaction(contact=who, other_contacts=others)
        self.session.show_interaction(record)
        return record

    async def rest(self) -> None:
        for _ in range(200):
            await settled()
            if len(self.tasks) == 0:
                return
        raise AssertionError("tasks still run")


@pytest_asyncio.fixture
async def stage(qapp: QApplication, theme: Theme) -> AsyncIterator[Stage]:
    made = Stage(theme)
    yield made
    await made.tasks.close()
    made.card.close()
    made.card.deleteLater()
    assert not made.failed


async def test_an_address_on_record_is_shown_and_not_looked_up(stage: Stage, qtbot: QtBot) -> None:
    stage.show(contact())
    await stage.rest()
    assert stage.card.address.text() == "ul. Długa 14/3\n00-238 Warszawa, PL"
    assert stage.card.title.text() == "Address · Own contacts"
    assert stage.desk.called("lookup") == []


async def test_one_found_is_filled_in_by_itself(stage: Stage, qtbot: QtBot) -> None:
    stage.desk.found["company"] = (MARIA,)
    stage.show()
    await stage.rest()
    assert [call["candidate"] for call in stage.desk.called("choose_contact")] == [MARIA]
    assert [call["source_id"] for call in stage.desk.called("lookup")] == ["contacts", "company"]


async def test_the_blank_contact_found_again_does_not_end_the_search(stage: Stage, qtbot: QtBot) -> None:
    stage.desk.found["contacts"] = (Candidate(contact_id=BLANK.id, source="Own contacts"),)
    stage.desk.found["company"] = (MARIA,)
    stage.show()
    await stage.rest()
    assert [call["candidate"] for call in stage.desk.called("choose_contact")] == [MARIA]


async def test_several_found_are_for_the_agent_to_pick(stage: Stage, qtbot: QtBot) -> None:
    stage.desk.found["company"] = (MARIA, MAREK)
    stage.show()
    await stage.rest()
    assert stage.desk.called("choose_contact") == []
    assert stage.card.candidates.count() == 2
    assert "2 found" in stage.card.title.text()
    stage.card.candidates.itemActivated.emit(stage.card.candidates.item(1))
    await stage.rest()
    assert [call["candidate"] for call in stage.desk.called("choose_contact")] == [MAREK]
    assert not stage.card.candidates.isVisible()


async def test_an_opt_out_leaves_what_was_found(stage: Stage, qtbot: QtBot) -> None:
    """It changes the contact, and says nothing of who it is."""
    stage.desk.found["company"] = (MARIA, MAREK)
    stage.show()
    await stage.rest()
    said = stage.card.title.text(), stage.card.states.text()
    stage.show(msgspec.structs.replace(BLANK, version=BLANK.version + 1, phones=contact().phones))
    assert (stage.card.title.text(), stage.card.states.text()) == said
    assert stage.card.candidates.isVisible()
    stage.show(contact(version=BLANK.version + 2))
    assert not stage.card.candidates.isVisible()
    assert stage.card.title.text() == "Address · Own contacts"


async def test_another_name_is_not_overwritten_without_asking(stage: Stage, qtbot: QtBot) -> None:
    stage.desk.found["company"] = (MAREK,)
    stage.show(contact(street="", postcode="", town="", country=""))
    await stage.rest()
    assert stage.desk.called("choose_contact") == []
    assert stage.card.title.text() == "Is this the customer?"


async def test_none_found(stage: Stage, qtbot: QtBot) -> None:
    stage.show()
    await stage.rest()
    assert stage.card.title.text() == "No address found"


async def test_a_broken_source_is_shown_and_the_next_is_asked(stage: Stage, qtbot: QtBot) -> None:
    stage.desk.found["contacts"] = HubAwayError("It is down.")
    stage.show()
    await stage.rest()
    assert stage.card.title.text() == "Address look-up failed"
    assert "Own contacts: It is down." in stage.card.states.text()
    assert "Company directory: nothing found" in stage.card.states.text()


async def test_a_slow_source_is_shown_as_slow_while_it_goes_on(
    stage: Stage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "SLOW_AFTER", 0.0)
    gate = stage.desk.gates["contacts"] = asyncio.Event()
    stage.desk.found["contacts"] = (MARIA,)
    stage.show()
    for _ in range(200):
        await settled()
        if "slow" in stage.card.states.text():
            break
    assert "Own contacts: slow, still searching…" in stage.card.states.text()
    assert stage.card.title.text() == "Looking up the address…"
    gate.set()
    await stage.rest()
    assert [call["candidate"] for call in stage.desk.called("choose_contact")] == [MARIA]


async def test_sources_that_cannot_even_be_listed(stage: Stage, qtbot: QtBot) -> None:
    stage.desk.failures["sources"] = HubAwayError()
    stage.show()
    await stage.rest()
    assert stage.card.title.text() == "Address look-up failed"
    assert stage.card.states.text() == "The hub does not answer."


async def test_several_own_contacts_with_this_number_are_for_the_agent_to_pick(stage: Stage, qtbot: QtBot) -> None:
    stage.show(contact(1), contact(2, name="Marek Kowalski"))
    await stage.rest()
    assert stage.card.candidates.count() == 2
    stage.card.candidates.itemActivated.emit(stage.card.candidates.item(1))
    await stage.rest()
    assert [call["contact_id"] for call in stage.desk.called("choose_contact")] == [2]


async def test_search_by_hand_asks_all_sources_and_picks_nothing_by_itself(stage: Stage, qtbot: QtBot) -> None:
    stage.desk.found = {"contacts": (), "company": (MARIA,)}
    stage.show(contact())
    stage.card.search.click()
    assert stage.card.query.isVisible()
    QTest.keyClicks(stage.card.query, "Kowalska Warszawa")
    stage.card.go.click()
    await stage.rest()
    assert [call["query"] for call in stage.desk.called("lookup")] == ["Kowalska Warszawa"] * 2
    assert stage.desk.called("choose_contact") == []
    assert stage.card.candidates.count() == 1


async def test_a_search_that_finds_nothing_leaves_the_address_its_heading(stage: Stage, qtbot: QtBot) -> None:
    stage.show(contact())
    stage.card.search.click()
    QTest.keyClicks(stage.card.query, "Nobody")
    stage.card.go.click()
    await stage.rest()
    assert stage.card.title.text() == "Address · Own contacts"
    assert stage.card.address.isVisible()
    assert stage.card.states.isVisible()
    assert stage.card.states.text() == "Nothing found for “Nobody”."


async def test_a_search_that_finds_somebody_else_asks_below_the_address(stage: Stage, qtbot: QtBot) -> None:
    stage.desk.found["company"] = (MAREK,)
    stage.show(contact())
    stage.session.search("Kowalski")
    await stage.rest()
    assert stage.card.title.text() == "Address · Own contacts"
    assert stage.card.states.isVisible()
    assert stage.card.states.text() == "Is this the customer?"


async def test_an_open_search_field_shows_no_answers_to_the_number(stage: Stage, qtbot: QtBot) -> None:
    stage.show()
    await stage.rest()
    assert stage.card.states.isVisible()
    assert "Own contacts: nothing found" in stage.card.states.text()
    stage.card.search.click()
    assert not stage.card.states.isVisible()


async def test_a_look_up_that_ends_beside_an_open_search_field_is_silent_too(stage: Stage, qtbot: QtBot) -> None:
    gate = stage.desk.gates["contacts"] = asyncio.Event()
    stage.show()
    await settled()
    stage.card.search.click()
    gate.set()
    await stage.rest()
    assert stage.card.title.text() == "No address found"
    assert not stage.card.states.isVisible()


async def test_searching_again_begins_with_the_old_words_selected(stage: Stage, qtbot: QtBot) -> None:
    stage.show(contact())
    stage.card.search.click()
    QTest.keyClicks(stage.card.query, "Nobody")
    stage.card.go.click()
    await stage.rest()
    stage.card.search.click()
    stage.card.search.click()
    assert stage.card.query.selectedText() == "Nobody"
    assert not stage.card.states.isVisible()


async def test_a_choice_that_fails_is_told(stage: Stage, qtbot: QtBot) -> None:
    stage.desk.failures["choose_contact"] = HubAwayError()
    stage.desk.found["company"] = (MARIA,)
    stage.show()
    await stage.rest()
    assert stage.troubles == ["The hub does not answer."]
