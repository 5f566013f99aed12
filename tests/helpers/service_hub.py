"""A database with one connection, two lines and two agents, and a hand on the clock: services are called on it."""

import itertools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Table, insert, select, update

from cti_client.domain.agent import Presence
from cti_client.domain.interaction import CaseChoice, Disposition
from cti_client.domain.offer import OfferState
from cti_client.hub.services.answer_offer import accept_offer
from cti_client.hub.services.close_chat import close_chat
from cti_client.hub.services.outbox import record_outcome, take_due
from cti_client.hub.services.receive_sms import Received, receive_sms
from cti_client.hub.services.send_sms import send_sms
from cti_client.hub.store import tables
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.upsert import insert_row
from cti_client.telephony.sms.connection import InboundSms, OutboundSms, SubmitOutcome
from cti_client.wire import api

P = ParamSpec("P")
R = TypeVar("R")

START = 1_750_000_000_000
LINE = "+15550100"
SECOND_LINE = "+15550199"
CUSTOMER = "+12125551234"
MINUTE = 60_000
HOUR = 60 * MINUTE


class Database(Protocol):
    """A database of one of the two engines, with the tables and nothing in them."""

    def transact(self, fn: Callable[[Connection], R]) -> R:
        """Run `fn` in one transaction; what it raises rolls back."""


class ServiceHub:
    """Runs services in transactions of their own, as the store does, at `now`."""

    def __init__(self, database: Database) -> None:
        self.transact = database.transact
        self.now = START
        self.last: Tx | None = None
        self._ids = itertools.count(1)
        self.transact(_seed)
        self.line = self.value(tables.line, "id", address=LINE)
        self.second_line = self.value(tables.line, "id", address=SECOND_LINE)
        self.anna = self.value(tables.agent, "id", name="Anna")
        self.ben = self.value(tables.agent, "id", name="Ben")

    def run(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """One committed transaction; `self.last` keeps its news and wakes. What `fn` raises rolls it back."""

        def transaction(conn: Connection) -> R:
            self.last = Tx(conn, self.now)
            return fn(self.last, *args, **kwargs)

        return self.transact(transaction)

    def read(self, fn: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """One query."""
        return self.transact(lambda conn: fn(conn, *args, **kwargs))

    def rows(self, table: Table, **where: object) -> list[AnyRow]:
        """Rows of a table, in order of its primary key."""
        is_wanted = (table.c[name] == value for name, value in where.items())
        query = select(table).order_by(*table.primary_key).where(*is_wanted)
        return self.transact(lambda conn: list(conn.execute(query)))

    def row(self, table: Table, **where: object) -> AnyRow:
        """The one row."""
        (row,) = self.rows(table, **where)
        return row

    def value(self, table: Table, column: str, **where: object) -> Any:
        """One column of the one row."""
        return getattr(self.row(table, **where), column)

    def set(self, table: Table, where: dict[str, object], **values: object) -> None:
        """Change rows behind the services' back (configuration)."""
        is_meant = (table.c[name] == value for name, value in where.items())
        self.transact(lambda conn: conn.execute(update(table).where(*is_meant).values(values)))

    def contact(self, address: str = CUSTOMER, **phone: object) -> int:
        """A contact with this number, as an operator's import would make it."""

        def make(conn: Connection) -> int:
            contact_id = insert_row(conn, tables.contact, {"created_at": 1, "name": "Eva"})
            conn.execute(insert(tables.phone).values(contact_id=contact_id, address=address, **phone))
            return contact_id

        return self.transact(make)

    def also_has(self, contact_id: int, address: str) -> None:
        """The contact has this number too."""
        self.transact(lambda conn: insert_row(conn, tables.phone, {"contact_id": contact_id, "address": address}))

    def available(self, *agent_ids: int) -> None:
        """These agents take offers, longest idle first in this order."""
        for number, agent_id in enumerate(agent_ids):
            self.set(tables.agent, {"id": agent_id}, presence=Presence.AVAILABLE, idle_since=number + 1)

    def text(
        self, words: str = "Hello", *, sender: str = CUSTOMER, to: str = LINE, gateway_id: str = "", **more: Any
    ) -> Received:
        """The customer texts."""
        gateway_id = gateway_id or f"gw-{next(self._ids)}"
        sms = InboundSms(gateway_id=gateway_id, sender=sender, recipient=to, text=words, **more)
        return self.run(receive_sms, "sim", sms)

    def open_offer(self, agent_id: int | None = None) -> AnyRow:
        """The one offer that stands (before this agent)."""
        where: dict[str, object] = {} if agent_id is None else {"agent_id": agent_id}
        return self.row(tables.offer, state=OfferState.OPEN, **where)

    def accept(self, choice: CaseChoice | None = None) -> api.Accepted:
        """Whoever is asked accepts."""
        offer = self.open_offer()
        return self.run(accept_offer, offer.agent_id, offer.id, api.Accept(number=offer.number, choice=choice))

    def open_chat(self, words: str = "Hello", **more: Any) -> api.Accepted:
        """A customer's text that Anna has accepted."""
        self.available(self.anna)
        self.text(words, **more)
        return self.accept()

    def send(self, chat: api.Accepted, words: str = "Hi", **more: Any) -> int:
        """Anna replies."""
        more = {"client_id": f"client-{next(self._ids)}", "composed_at": self.now, **more}
        send = api.Send(interaction_id=chat.interaction_id, text=words, **more)
        return self.run(send_sms, self.anna, send)

    def close(self, chat: api.Accepted, disposition: Disposition = Disposition.RESOLVED) -> None:
        """Anna closes the chat."""
        self.run(close_chat, self.anna, chat.interaction_id, api.Close(disposition=disposition))

    def take(self, limit: int = 100, lease_ms: int = MINUTE) -> list[OutboundSms]:
        """What the outbox worker would submit now."""
        return self.run(take_due, "sim", limit, lease_ms)

    def submit(self, outcome: SubmitOutcome) -> list[OutboundSms]:
        """Submit all that is due, with this answer."""
        taken = self.take()
        for sms in taken:
            self.run(record_outcome, sms.message_id, outcome)
        return taken

    def message(self, message_id: int) -> AnyRow:
        """One message."""
        return self.row(tables.message, id=message_id)

    def events(self) -> list[str]:
        """Kinds of the timeline's entries, in order."""
        return [row.kind for row in self.rows(tables.case_event)]


def _seed(conn: Connection) -> None:
    conn.execute(insert(tables.connection).values(id="sim", kind="simulator", name="Simulator"))
    for address, name in ((LINE, "Support"), (SECOND_LINE, "Sales")):
        conn.execute(insert(tables.line).values(address=address, name=name, connection_id="sim"))
    for name in ("Anna", "Ben"):
        conn.execute(insert(tables.agent).values(name=name))
