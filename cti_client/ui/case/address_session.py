"""Joins one address card to the sources of addresses (A4)."""

import asyncio
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Signal

from cti_client.desk.errors import DeskError
from cti_client.desk.lookup import LookupView, look_up
from cti_client.desk.tasks import TaskOwner
from cti_client.ui.case.address_card import AddressCard
from cti_client.wire.api import Candidate, LookupResult, SourceList
from cti_client.wire.records import Contact, Interaction


class AddressDesk(Protocol):
    """What of the desk an address card needs."""

    async def sources(self) -> SourceList:
        """The sources in their order."""
        ...

    async def lookup(self, source_id: str, address: str = "", query: str = "") -> LookupResult:
        """What one source says."""
        ...

    async def choose_contact(
        self, interaction_id: int, contact_id: int | None = None, candidate: Candidate | None = None
    ) -> None:
        """This is the customer."""
        ...


class AddressSession(QObject):
    """Looks an address up by itself, once, where none is on record; fills in what is sure and asks where it is not."""

    troubled = Signal(str)
    """An action did not work, and why."""

    def __init__(self, desk: AddressDesk, card: AddressCard, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._card, self._tasks = desk, card, tasks
        self._record: Interaction | None = None
        self._query = ""
        """What is searched for by hand; empty while the number is looked up."""
        self._search: asyncio.Task[None] | None = None
        card.search_wanted.connect(self.search)
        card.candidate_chosen.connect(self.choose)

    def show_interaction(self, record: Interaction) -> None:
        """The chat as it is now; the first time it starts the look-up."""
        before, self._record = self._record, record
        if before is None:
            self._begin(record)
        elif _who(before.contact) != _who(record.contact) and not self._under_way:
            self._card.end_lookup(record.contact)

    def search(self, query: str) -> None:
        """Look words up in all sources; ends a look-up that is under way."""
        self._start("", query)

    def choose(self, candidate: Candidate) -> None:
        """The agent says who it is."""
        if self._record is not None:
            self._stop()
            self._tasks.start(self._choose(self._record.id, candidate), "choose contact")

    def close(self) -> None:
        """Nothing comes after this; the tasks end with their owner."""
        self._record = None

    @property
    def _under_way(self) -> bool:
        return self._search is not None and not self._search.done()

    def _begin(self, record: Interaction) -> None:
        self._card.show_contact(record.contact)
        if record.other_contacts and record.contact is not None:
            known = (record.contact, *record.other_contacts)
            self._card.show_choices(
                [_candidate(contact, record.address) for contact in known],
                self.tr("{n} customers have this number: who is it?").format(n=len(known)),
            )
        elif not _has_address(record.contact):
            self._start(record.address, "")

    def _start(self, address: str, query: str) -> None:
        self._stop()
        self._query = query
        self._search = self._tasks.start(self._look_up(address, query), "look-up")

    def _stop(self) -> None:
        if self._search is not None:
            self._search.cancel()
            self._search = None

    async def _look_up(self, address: str, query: str) -> None:
        try:
            view = await look_up(_Telling(self._desk, self), self._show, address=address, query=query)
        except DeskError as error:
            self._card.show_broken(str(error))
            return
        record = self._record
        if record is not None and not query and len(view.candidates) == 1 and _sure(view.candidates[0], record.contact):
            await self._choose(record.id, view.candidates[0])

    def _show(self, view: LookupView) -> None:
        if self._record is not None:
            self._card.show_lookup(view, self._record.contact, self._query)

    async def _choose(self, interaction_id: int, candidate: Candidate) -> None:
        try:
            if candidate.contact_id is not None:
                await self._desk.choose_contact(interaction_id, contact_id=candidate.contact_id)
            else:
                await self._desk.choose_contact(interaction_id, candidate=candidate)
        except DeskError as error:
            self.troubled.emit(str(error))
            return
        if self._record is not None:
            self._card.end_lookup(self._record.contact)

    def tells_something(self, candidate: Candidate) -> bool:
        """Is this more than what is on record? The contact itself, found again, is not."""
        contact = self._record.contact if self._record else None
        if contact is not None and candidate.contact_id == contact.id:
            return bool(self._query)
        return bool(candidate.name or candidate.company or candidate.street or candidate.town)


class _Telling:
    """The directory without what is known already, so that the next source is still asked."""

    def __init__(self, desk: AddressDesk, session: AddressSession) -> None:
        self._desk, self._session = desk, session

    async def sources(self) -> SourceList:
        return await self._desk.sources()

    async def lookup(self, source_id: str, address: str = "", query: str = "") -> LookupResult:
        result = await self._desk.lookup(source_id, address, query)
        telling = tuple(each for each in result.candidates if self._session.tells_something(each))
        return msgspec.structs.replace(result, candidates=telling)


def _who(contact: Contact | None) -> Contact | None:
    """Who and where: an opt-out changes a contact too, and ends no question who it is."""
    return contact and msgspec.structs.replace(contact, version=0, phones=())


def _has_address(contact: Contact | None) -> bool:
    return contact is not None and bool(contact.street or contact.postcode or contact.town)


def _sure(candidate: Candidate, contact: Contact | None) -> bool:
    """May this be filled in without asking? Not over another name that is on record already."""
    return contact is None or not contact.name or contact.name.casefold() == candidate.name.casefold()


def _candidate(contact: Contact, address: str) -> Candidate:
    return Candidate(
        name=contact.name,
        company=contact.company,
        street=contact.street,
        postcode=contact.postcode,
        town=contact.town,
        country=contact.country,
        address=address,
        contact_id=contact.id,
        source=contact.source,
    )
