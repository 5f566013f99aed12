"""Everything that may happen at a hub at any moment: customers, agents, desks, gateways and time."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from sqlalchemy import Table

from cti_client.domain.agent import Presence
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import RuleError
from cti_client.domain.interaction import CaseChoice, CaseStatus, Direction, Disposition, InteractionState
from cti_client.domain.offer import OfferState
from cti_client.hub.services.allow_sms import allow_sms
from cti_client.hub.services.answer_offer import accept_offer, decline_offer
from cti_client.hub.services.choose_case import choose_case
from cti_client.hub.services.choose_contact import choose_contact
from cti_client.hub.services.close_chat import close_chat
from cti_client.hub.services.edit_case import edit_case
from cti_client.hub.services.edit_contact import edit_contact
from cti_client.hub.services.lapse_offers import lapse_offers
from cti_client.hub.services.mark_read import mark_read
from cti_client.hub.services.opt_out import opt_out
from cti_client.hub.services.outbox import expire_leases, record_outcome, take_due
from cti_client.hub.services.receive_sms import receive_sms
from cti_client.hub.services.record_delivery import record_delivery
from cti_client.hub.services.route_offers import route_offers
from cti_client.hub.services.send_sms import send_sms
from cti_client.hub.services.set_presence import agent_connected, agent_gone, set_presence
from cti_client.hub.services.settle_message import settle_message
from cti_client.hub.services.start_chat import start_chat
from cti_client.hub.services.take_waiting import take_waiting
from cti_client.hub.store import tables
from cti_client.telephony.sms.connection import DeliveryReport, InboundSms, NotTaken, Refused, Taken, Unclear
from cti_client.wire import api
from cti_client.wire.consent_api import AllowSms, Basis, OptOut
from tests.helpers.news_hub import NewsHub
from tests.helpers.service_hub import HOUR, LINE, MINUTE, SECOND_LINE, Database

T = TypeVar("T")

CUSTOMERS = (*("+12125551234",) * 3, *("+442071838750",) * 2, "12345", "PARCELS")
WORDS = (*("Hello",) * 4, "where is\nmy parcel?", "STOP", "start", "YES", "HELP", "x" * 400)
GAPS = (1, 1_000, 5_000, 25_000, MINUTE, 3 * MINUTE, 23 * HOUR, 25 * HOUR)
OUTCOMES = (
    Taken(gateway_id="g", parts=1),
    Taken(gateway_id="g", parts=3),
    Refused(reason=FailureReason.OPTED_OUT, detail="21610"),
    Refused(reason=FailureReason.LANDLINE, detail="30006"),
    NotTaken(detail="busy"),
    NotTaken(detail="slow down", retry_after=90_000),
    Unclear(detail="time-out"),
    Unclear(detail="reset"),
)
REPORTED = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNDELIVERED, DeliveryState.FAILED)


class Pick(Protocol):
    """Chance: one of the options."""

    def __call__(self, options: Sequence[T], /) -> T:
        """Any of them."""


class WorkingDay:
    """Actions on a hub, each possible at any moment; one for which there is nothing does nothing.

    `done` are the names of the services that did something, `told` of those whose doing made records.
    """

    def __init__(self, database: Database) -> None:
        self.hub = NewsHub(database)
        self.done: set[str] = set()
        self.told: set[str] = set()
        self._sent = 0
        for agent_id in (self.hub.anna, self.hub.ben):
            self.run(agent_connected, agent_id)
        for customer in (CUSTOMERS[0], CUSTOMERS[-1]):
            self.hub.text(sender=customer)
            self.hub.accept()

    # --- time and housekeeping

    def time_passes(self, pick: Pick) -> None:
        self.hub.now += pick(GAPS)
        self.run(lapse_offers)
        self.run(expire_leases)

    def routing_looks_again(self, pick: Pick) -> None:
        self.run(route_offers)

    # --- customers

    def customer_texts(self, pick: Pick) -> None:
        self._sent += 1
        sms = InboundSms(
            gateway_id=pick((f"gw-{self._sent}", f"gw-{self._sent}", "gw-same")),
            sender=pick(CUSTOMERS),
            recipient=pick((LINE, LINE, SECOND_LINE, "+19995550000")),
            text=pick(WORDS),
            omitted=pick((0, 1)),
        )
        self.run(receive_sms, "sim", sms)

    # --- agents

    def agent_sets_presence(self, pick: Pick) -> None:
        self.run(set_presence, self.agent(pick), pick((*(Presence.AVAILABLE,) * 4, *Presence)), "lunch")

    def desk_comes(self, pick: Pick) -> None:
        self.run(agent_connected, self.agent(pick))

    def desk_goes(self, pick: Pick) -> None:
        self.run(agent_gone, self.agent(pick))

    def agent_accepts(self, pick: Pick) -> None:
        for offer in self.one(pick, tables.offer, state=OfferState.OPEN) or self.one(pick, tables.offer):
            accept = api.Accept(number=offer.number, choice=pick((None, *CaseChoice, CaseChoice.NEW)))
            self.run(accept_offer, offer.agent_id, offer.id, accept)

    def agent_declines(self, pick: Pick) -> None:
        for offer in self.one(pick, tables.offer, state=OfferState.OPEN):
            self.run(decline_offer, offer.agent_id, offer.id, api.Decline(number=offer.number))

    def agent_takes(self, pick: Pick) -> None:
        for chat in self.one(pick, tables.interaction, state=InteractionState.WAITING):
            self.run(take_waiting, self.agent(pick), chat.id, api.Take(choice=pick((None, *CaseChoice))))

    def agent_takes_anything(self, pick: Pick) -> None:
        for chat in self.one(pick, tables.interaction):
            self.run(take_waiting, self.agent(pick), chat.id, api.Take())

    def agent_starts_a_chat(self, pick: Pick) -> None:
        contact = pick((None, *self.hub.rows(tables.contact)))
        start = api.StartChat(
            address=pick(CUSTOMERS[:6]),
            line_id=pick((None, self.hub.line, self.hub.second_line)),
            contact_id=None if contact is None else contact.id,
        )
        self.run(start_chat, self.agent(pick), start)

    def agent_sends(self, pick: Pick) -> None:
        for chat in self.open_chat(pick):
            self._sent += 1
            send = api.Send(
                client_id=f"client-{self._sent}",
                interaction_id=chat.id,
                text=pick(("Hi", "Grüße", "y" * 500)),
                composed_at=self.hub.now - pick((0, 0, 0, 0, HOUR)),
            )
            self.run(send_sms, chat.agent_id, send)

    def agent_reads(self, pick: Pick) -> None:
        for chat in self.open_chat(pick):
            for message in self.one(pick, tables.message, interaction_id=chat.id):
                self.run(mark_read, chat.agent_id, chat.id, api.MarkRead(message_id=message.id))

    def agent_closes(self, pick: Pick) -> None:
        for chat in self.open_chat(pick):
            close = api.Close(disposition=pick(tuple(Disposition)), notes=pick((None, "done")))
            self.run(close_chat, chat.agent_id, chat.id, close)

    def agent_chooses_the_case(self, pick: Pick) -> None:
        for chat in self.open_chat(pick):
            case = pick((None, *self.hub.rows(tables.case, thread_id=chat.thread_id)))
            choose = api.ChooseCase(choice=pick(tuple(CaseChoice)), case_id=None if case is None else case.id)
            self.run(choose_case, chat.agent_id, chat.id, choose)

    def agent_chooses_the_contact(self, pick: Pick) -> None:
        for chat in self.open_chat(pick):
            found = api.ChooseContact(candidate=api.Candidate(name="Eva Nagy", town="Szeged", source="crm"))
            known = [api.ChooseContact(contact_id=row.id) for row in self.hub.rows(tables.contact)]
            self.run(choose_contact, chat.agent_id, chat.id, pick((found, *known)))

    def agent_edits_a_case(self, pick: Pick) -> None:
        held = [row for chat in self.open_chat(pick) for row in self.hub.rows(tables.case, id=chat.case_id)]
        for case in pick((held, held, [])) or self.one(pick, tables.case):
            subject = pick(("", "Late parcel", "Rücksendung"))
            edit = api.EditCase(version=case.version, subject=subject, status=pick((None, *CaseStatus)), notes=subject)
            self.run(edit_case, pick((case.agent_id, case.agent_id, self.agent(pick))), case.id, edit)

    def agent_edits_a_contact(self, pick: Pick) -> None:
        for contact in self.one(pick, tables.contact):
            edit = api.EditContact(version=contact.version, name=pick(("", "Eva", "Eva Nagy")), town="Graz")
            self.run(edit_contact, self.agent(pick), contact.id, edit)

    def agent_allows_sms(self, pick: Pick) -> None:
        contact = pick((None, *self.hub.rows(tables.contact)))
        allow = AllowSms(
            address=pick(CUSTOMERS[:6]),
            basis=pick(tuple(Basis)),
            note=pick(("", "on Tuesday")),
            line_id=pick((None, self.hub.line, self.hub.second_line)),
            contact_id=None if contact is None else contact.id,
        )
        self.run(allow_sms, self.agent(pick), allow)

    def agent_opts_out(self, pick: Pick) -> None:
        line_id = pick((None, self.hub.line, self.hub.second_line))
        self.run(opt_out, self.agent(pick), OptOut(address=pick(CUSTOMERS[:6]), note="said so", line_id=line_id))

    def agent_settles(self, pick: Pick) -> None:
        column, value = pick((("state", DeliveryState.UNKNOWN), ("direction", Direction.OUT)))
        for message in self.one(pick, tables.message, **{column: value}):
            settle = api.Settle(arrived=pick((True, False)))
            self.run(settle_message, message.agent_id or self.agent(pick), message.id, settle)

    # --- gateways

    def gateway_is_handed_texts(self, pick: Pick) -> None:
        self.run(take_due, "sim", pick((1, 10)), MINUTE)

    def gateway_answers(self, pick: Pick) -> None:
        leased = [row for row in self.hub.rows(tables.outbox) if row.taken_until is not None]
        if leased:
            self.run(record_outcome, pick(leased).message_id, pick(OUTCOMES))

    def gateway_reports(self, pick: Pick) -> None:
        for message in self.one(pick, tables.message, direction=Direction.OUT):
            report = DeliveryReport(
                message_id=message.id,
                state=pick(REPORTED),
                raw="stat:X",
                part=pick((None, None, 0, 1)),
                reason=pick((None, FailureReason.OPTED_OUT, FailureReason.EXPIRED)),
            )
            self.run(record_delivery, "sim", report)

    # --- what the actions use

    def run(self, fn: Callable[..., object], *args: object) -> None:
        """One transaction, which the rules may refuse."""
        with suppress(RuleError):
            self.hub.run(fn, *args)
            self.done.add(fn.__name__)
            if self.hub.hinted:
                self.told.add(fn.__name__)

    def agent(self, pick: Pick) -> int:
        """One of the agents."""
        ids: tuple[int, int] = (self.hub.anna, self.hub.ben)
        return pick(ids)

    def open_chat(self, pick: Pick) -> list[Any]:
        """One that somebody holds, or none."""
        return self.one(pick, tables.interaction, state=InteractionState.OPEN)

    def one(self, pick: Pick, table: Table, **where: object) -> list[Any]:
        """One row, or none."""
        rows = self.hub.rows(table, **where)
        return [pick(rows)] if rows else []


Action = Callable[[WorkingDay, Pick], None]

ACTIONS: tuple[Action, ...] = (
    *(WorkingDay.customer_texts,) * 4,
    *(WorkingDay.agent_accepts,) * 4,
    *(WorkingDay.agent_sends,) * 5,
    *(WorkingDay.gateway_is_handed_texts,) * 4,
    *(WorkingDay.gateway_answers,) * 4,
    *(WorkingDay.gateway_reports,) * 3,
    *(WorkingDay.desk_comes,) * 3,
    WorkingDay.time_passes,
    WorkingDay.routing_looks_again,
    WorkingDay.agent_sets_presence,
    WorkingDay.desk_goes,
    WorkingDay.agent_declines,
    WorkingDay.agent_takes,
    WorkingDay.agent_takes_anything,
    WorkingDay.agent_starts_a_chat,
    *(WorkingDay.agent_reads,) * 2,
    *(WorkingDay.agent_closes,) * 2,
    *(WorkingDay.agent_chooses_the_case,) * 3,
    WorkingDay.agent_chooses_the_contact,
    *(WorkingDay.agent_edits_a_case,) * 2,
    WorkingDay.agent_edits_a_contact,
    WorkingDay.agent_allows_sms,
    WorkingDay.agent_opts_out,
    *(WorkingDay.agent_settles,) * 2,
)
"""What happens often stands here often."""

SERVICES = frozenset(
    service.__name__
    for service in (
        *(accept_offer, decline_offer, choose_case, choose_contact, close_chat, edit_case, edit_contact, lapse_offers),
        *(mark_read, expire_leases, record_outcome, take_due, receive_sms, record_delivery, route_offers, send_sms),
        *(agent_connected, agent_gone, set_presence, settle_message, start_chat, take_waiting, allow_sms, opt_out),
    )
)
