"""No service walks through a table that grows with the years: each statement of a whole journey is explained."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, create_engine, insert
from sqlalchemy.pool import StaticPool

from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import CaseChoice
from cti_client.hub.services.allow_sms import allow_sms
from cti_client.hub.services.answer_offer import accept_offer, decline_offer
from cti_client.hub.services.choose_case import choose_case
from cti_client.hub.services.lapse_offers import lapse_offers
from cti_client.hub.services.mark_read import mark_read
from cti_client.hub.services.opt_out import opt_out
from cti_client.hub.services.outbox import expire_leases, next_due
from cti_client.hub.services.record_delivery import record_delivery
from cti_client.hub.services.scheduled import release_due
from cti_client.hub.services.set_presence import agent_connected, agent_gone
from cti_client.hub.services.settle_message import settle_message
from cti_client.hub.services.start_chat import start_chat
from cti_client.hub.services.take_waiting import take_waiting
from cti_client.hub.store.tables import auto_text, message, metadata
from cti_client.telephony.sms.connection import DeliveryReport, Taken, Unclear
from cti_client.wire import api
from cti_client.wire.consent_api import AllowSms, Basis, OptOut
from tests.helpers.service_hub import CUSTOMER, HOUR, SECOND_LINE, ServiceHub

R = TypeVar("R")

LIMITED = ("SCAN some_agents",)
STAY_SMALL = (
    "SCAN agent",
    "SCAN line",
    "SCAN routing_rule",
    "SCAN outbox",
    "SCAN ahead",
    "SCAN CONSTANT ROW",
    *LIMITED,
)
PARTIAL = ("USING INDEX ix_interaction_unheld", "USING INDEX uq_offer_open", "USING INDEX ix_offer_deadline")


class ExplainedDatabase:
    """While `watched`, keeps the steps of query plans that read a whole table or index."""

    def __init__(self) -> None:
        self.engine = create_engine("sqlite://", creator=self._connect, poolclass=StaticPool)
        self.watched = False
        self.explained = 0
        self.scans: set[str] = set()
        metadata.create_all(self.engine)

    def transact(self, fn: Callable[[Connection], R]) -> R:
        with self.engine.begin() as conn:
            return fn(conn)

    def explain(self, raw: sqlite3.Connection, statement: str, parameters: Any) -> None:
        if not self.watched or statement.split()[0] not in ("SELECT", "UPDATE", "DELETE"):
            return
        self.explained += 1
        cursor = sqlite3.Cursor(raw)
        for *_numbers, step in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall():
            small = step.startswith(STAY_SMALL) or any(index in step for index in PARTIAL)
            if step.startswith("SCAN") and not small:
                self.scans.add(f"{step}: {statement}")

    def _connect(self) -> sqlite3.Connection:
        """A connection that sees every statement, whether SQLAlchemy runs it or the short way does."""
        explain = self.explain

        class Cursor(sqlite3.Cursor):
            def execute(self, sql: str, parameters: Any = ()) -> "Cursor":
                explain(self.connection, sql, parameters)
                super().execute(sql, parameters)
                return self

        class Raw(sqlite3.Connection):
            def cursor(self, factory: Any = Cursor) -> Any:
                return super().cursor(factory)

            def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
                cursor: Cursor = self.cursor()
                return cursor.execute(sql, parameters)

        return sqlite3.connect(":memory:", factory=Raw)


@pytest.fixture
def database() -> Iterator[ExplainedDatabase]:
    database = ExplainedDatabase()
    yield database
    database.engine.dispose()


def test_every_statement_of_a_journey_uses_an_index(database: ExplainedDatabase) -> None:
    hub = ServiceHub(database)
    hub.available(hub.anna)

    def watch(act: Callable[[], R]) -> R:
        database.watched = True
        try:
            return act()
        finally:
            database.watched = False

    watch(hub.text)
    offer = hub.open_offer()
    watch(lambda: hub.run(decline_offer, hub.anna, offer.id, api.Decline(number=1)))
    chat = watch(lambda: hub.run(take_waiting, hub.anna, offer.interaction_id, api.Take()))
    watch(lambda: hub.text("more"))
    first = watch(lambda: hub.send(chat))
    watch(hub.take)
    watch(lambda: hub.read(next_due))
    watch(lambda: hub.submit(Taken()))
    hub.now += HOUR
    watch(lambda: hub.run(expire_leases))
    second = hub.send(chat)
    watch(lambda: hub.submit(Unclear(detail="")))
    watch(lambda: hub.run(settle_message, hub.anna, second, api.Settle(arrived=True)))
    report = DeliveryReport(message_id=first, state=DeliveryState.DELIVERED, raw="", part=0)
    watch(lambda: hub.run(record_delivery, "sim", report))
    watch(lambda: hub.run(mark_read, hub.anna, chat.interaction_id, api.MarkRead(message_id=first)))
    watch(lambda: hub.text("STOP"))
    watch(lambda: hub.text("START"))
    watch(lambda: hub.run(opt_out, hub.anna, OptOut(address=CUSTOMER)))
    watch(lambda: hub.run(allow_sms, hub.anna, AllowSms(address=CUSTOMER, basis=Basis.CONTRACT, contact_id=1)))
    watch(lambda: hub.close(chat))
    again = watch(lambda: hub.run(start_chat, hub.anna, api.StartChat(address=CUSTOMER)))
    hub.now += 12 * HOUR  # it is night there
    watch(lambda: hub.send(again, in_quiet_hours=True))
    new = api.ChooseCase(choice=CaseChoice.NEW)
    watch(lambda: hub.run(choose_case, hub.anna, again.interaction_id, new))
    welcome = {"line_id": hub.line, "policy": "welcome", "enabled": True, "text": "Welcome."}
    hub.transact(lambda conn: conn.execute(insert(auto_text).values(welcome)))
    watch(lambda: hub.text(sender="+12125550002"))
    hub.now += 12 * HOUR
    watch(lambda: hub.run(release_due))
    assert hub.value(message, "state", policy="welcome") == DeliveryState.QUEUED
    rings = hub.open_offer()
    watch(lambda: hub.run(accept_offer, hub.anna, rings.id, api.Accept(number=1)))
    watch(lambda: hub.text(sender="+12125550002", to=SECOND_LINE))
    watch(lambda: hub.text(sender="+12125550003"))
    watch(lambda: hub.run(agent_gone, hub.anna))
    watch(lambda: hub.run(agent_connected, hub.anna))
    hub.now += HOUR
    watch(lambda: hub.run(lapse_offers))
    assert database.explained > 200
    assert not database.scans
