"""Bodies of numbered records from the tables: the same functions for news and for snapshots.

Each answers in the order of the ids; what is not there, or is held by nobody now, is left out.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import BindParameter, Connection, and_, bindparam, exists, func, select, union_all
from sqlalchemy import case as when

from cti_client.domain.call_id import sms_call_id
from cti_client.domain.case import case_label
from cti_client.domain.consent import ConsentState
from cti_client.domain.interaction import CaseStatus, Direction, Disposition, InteractionState
from cti_client.domain.offer import OfferState
from cti_client.domain.phone_number import display, region
from cti_client.hub.store.conditions import IS_HELD, OFFER_IS_OPEN
from cti_client.hub.store.consent_states import CONSENT_LINE
from cti_client.hub.store.contacts import contact_record
from cti_client.hub.store.latest_case import latest_case
from cti_client.hub.store.messages import MESSAGE_COLUMNS, to_wire
from cti_client.hub.store.previews import (
    LAST_CASE_COLUMNS,
    PREVIEW,
    case_brief,
    choice_at,
    last_case,
    preview_fields,
    with_last_agent,
    words,
)
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.tables import agent, case, consent, interaction, line, message, offer, phone, thread
from cti_client.wire import records

_MOST_OTHER_CONTACTS = 20

_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)

_OFFER_FIELDS = ("id", "agent_id", "version", "number", "state", "made_at", "deadline")
_named = offer.alias("named_offer")
_OFFERS = Statement(
    PREVIEW.add_columns(*(offer.c[name] for name in _OFFER_FIELDS))
    .join(offer, offer.c.interaction_id == interaction.c.id)
    .where(
        offer.c.id.in_(
            union_all(
                select(_named.c.id).where(_named.c.id.in_(_IDS)),
                select(offer.c.id).where(OFFER_IS_OPEN, offer.c.interaction_id.in_(bindparam("chats", expanding=True))),
            )
        )
    )
    .order_by(offer.c.id)
)

_other_chat = interaction.alias("other_chat")
_other_case = case.alias("other_case")
_CONTINUES = exists(
    select(_other_chat.c.id)
    .where(_other_chat.c.case_id == interaction.c.case_id, _other_chat.c.id != interaction.c.id)
    .correlate(interaction)
)
_LATEST_OTHER_CASE = (
    latest_case(interaction.c.thread_id, _other_case)
    .where(_other_case.c.id != interaction.c.case_id)
    .with_only_columns(_other_case.c.id)
    .correlate(interaction)
    .scalar_subquery()
)
_last_text = message.alias("last_text")
_LAST_TEXT_ID = (
    select(func.max(message.c.id))
    .where(message.c.interaction_id == interaction.c.id)
    .correlate(interaction)
    .scalar_subquery()
)
_INTERACTIONS = Statement(
    with_last_agent(
        select(
            interaction,
            thread.c.address,
            thread.c.repliable,
            thread.c.contact_id,
            line.c.name.label("line_name"),
            line.c.address.label("line_address"),
            consent.c.state.label("consent_state"),
            _last_text.c.text.label("last_text"),
            _last_text.c.direction.label("last_direction"),
            _last_text.c.at.label("last_at"),
            *LAST_CASE_COLUMNS,
        )
        .select_from(interaction)
        .join(thread, thread.c.id == interaction.c.thread_id)
        .join(line, line.c.id == interaction.c.line_id)
        .outerjoin(consent, and_(consent.c.line_id == CONSENT_LINE, consent.c.address == thread.c.address))
        .outerjoin(_last_text, _last_text.c.id == _LAST_TEXT_ID)
        .outerjoin(last_case, last_case.c.id == when((_CONTINUES, interaction.c.case_id), else_=_LATEST_OTHER_CASE))
        .where(interaction.c.id.in_(_IDS), IS_HELD)
        .order_by(interaction.c.id)
    )
)

_OTHER_CONTACTS = Statement(
    select(phone.c.contact_id)
    .where(phone.c.address == bindparam("address"), phone.c.contact_id != bindparam("contact_id"))
    .order_by(phone.c.contact_id)
    .limit(_MOST_OTHER_CONTACTS)
)

_CASES = Statement(
    select(case, agent.c.name.label("agent_name"), interaction.c.id.label("interaction_id"))
    .select_from(case)
    .join(agent, agent.c.id == case.c.agent_id)
    .join(interaction, interaction.c.case_id == case.c.id)
    .where(case.c.id.in_(_IDS), IS_HELD)
    .order_by(case.c.id)
)

_MESSAGES = Statement(MESSAGE_COLUMNS.where(message.c.id.in_(_IDS)).order_by(message.c.id))


class OfferOf(NamedTuple):
    """An offer with its agent; without a body where it stands no more."""

    agent_id: int
    offer_id: int
    body: records.Offer | None


def offers(conn: Connection, ids: Collection[int], of_chats: Collection[int] = ()) -> list[OfferOf]:
    """These offers, and the ones that stand for these interactions."""
    if not ids and not of_chats:
        return []
    rows = _OFFERS.rows(conn, {"ids": list(ids), "chats": list(of_chats)})
    return [OfferOf(row.agent_id, row.id, _offer(row) if row.state == OfferState.OPEN else None) for row in rows]


def interactions(conn: Connection, ids: Collection[int]) -> list[records.Interaction]:
    """Those that an agent holds."""
    return [_interaction(conn, row) for row in _rows(conn, _INTERACTIONS, ids)]


def cases(conn: Connection, ids: Collection[int]) -> list[records.Case]:
    """Those of an interaction that an agent holds."""
    return [_case(row) for row in _rows(conn, _CASES, ids)]


def messages(conn: Connection, ids: Collection[int]) -> list[records.Message]:
    """All of them."""
    return [to_wire(row) for row in _rows(conn, _MESSAGES, ids)]


def _rows(conn: Connection, query: Statement, ids: Collection[int]) -> Sequence[AnyRow]:
    return query.rows(conn, {"ids": list(ids)}) if ids else ()


def _offer(row: AnyRow) -> records.Offer:
    return records.Offer(
        id=row.id,
        version=row.version,
        number=row.number,
        made_at=row.made_at,
        deadline=row.deadline,
        line_id=row.line_id,
        region=region(row.address),
        default_choice=choice_at(row, row.made_at),
        **preview_fields(row),
    )


def _interaction(conn: Connection, row: AnyRow) -> records.Interaction:
    contact_id = row.contact_id
    others = _OTHER_CONTACTS.scalars(conn, {"address": row.address, "contact_id": contact_id or 0})
    return records.Interaction(
        id=row.id,
        version=row.version,
        state=InteractionState(row.state),
        direction=Direction(row.direction),
        thread_id=row.thread_id,
        case_id=row.case_id,
        call_id=sms_call_id(row.address),
        address=row.address,
        address_display=display(row.address),
        repliable=row.repliable,
        line_id=row.line_id,
        line_name=row.line_name,
        line_address=row.line_address,
        line_display=display(row.line_address),
        started_at=row.started_at,
        accepted_at=row.accepted_at,
        waiting_since=row.waiting_since,
        unread=row.unread,
        last_text=words(row.last_text or ""),
        last_direction=Direction.IN if row.last_direction is None else Direction(row.last_direction),
        last_at=row.last_at or 0,
        consent=ConsentState.UNKNOWN if row.consent_state is None else ConsentState(row.consent_state),
        contact=None if contact_id is None else contact_record(conn, contact_id, row.line_id),
        other_contacts=tuple(contact_record(conn, other) for other in others),
        last_case=case_brief(row),
    )


def _case(row: AnyRow) -> records.Case:
    return records.Case(
        id=row.id,
        version=row.version,
        label=case_label(row.id),
        interaction_id=row.interaction_id,
        subject=row.subject,
        status=CaseStatus(row.status),
        category=row.category,
        notes=row.notes,
        agent_name=row.agent_name,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        disposition=None if row.disposition is None else Disposition(row.disposition),
    )
