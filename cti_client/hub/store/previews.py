"""What offers and the Waiting list show of a chat before an agent holds it: who, which words, the last case."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from cti_client.domain import Millis
from cti_client.domain.call_id import sms_call_id
from cti_client.domain.case import case_label, default_choice
from cti_client.domain.consent import ConsentState
from cti_client.domain.interaction import CaseChoice, Direction
from cti_client.domain.phone_number import display
from cti_client.hub.store.consent_states import CONSENT_SHOWN
from cti_client.hub.store.latest_case import latest_case
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.tables import agent, case, contact, interaction, line, message, phone, thread
from cti_client.wire.records import CaseBrief

WORDS_LENGTH = 120
"""Characters of a text that a preview shows at most."""

last_case = case.alias("last_case")
"""The case to which `LAST_CASE_COLUMNS` belong, wherever a query joins it."""
_last_agent = agent.alias("last_agent")

LAST_CASE_COLUMNS: tuple[ColumnElement[Any], ...] = (
    last_case.c.id.label("last_case_id"),
    last_case.c.subject.label("last_case_subject"),
    last_case.c.last_at.label("last_case_at"),
    last_case.c.closed_at.label("last_case_closed_at"),
    _last_agent.c.name.label("last_case_agent"),
)

_latest = case.alias("latest")
_LATEST_CASE_ID = (
    latest_case(interaction.c.thread_id, _latest)
    .with_only_columns(_latest.c.id)
    .correlate(interaction)
    .scalar_subquery()
)
_IS_CUSTOMERS = and_(message.c.interaction_id == interaction.c.id, message.c.direction == Direction.IN.value)
_FIRST_TEXT = (
    select(message.c.text).where(_IS_CUSTOMERS).order_by(message.c.id).limit(1).correlate(interaction).scalar_subquery()
)
_LAST_TEXT = (
    select(message.c.text)
    .where(_IS_CUSTOMERS)
    .order_by(message.c.id.desc())
    .limit(1)
    .correlate(interaction)
    .scalar_subquery()
)
_TEXTS = (
    select(func.count())
    .select_from(message)
    .where(_IS_CUSTOMERS, message.c.at >= func.coalesce(interaction.c.waiting_since, interaction.c.started_at))
    .correlate(interaction)
    .scalar_subquery()
)
"""Those since the chat waits. One that the gateway held up is not among them where its stamp is older than that."""
_named = contact.alias("named")
_NAME_BY_NUMBER = (
    select(_named.c.name)
    .join(phone, phone.c.contact_id == _named.c.id)
    .where(phone.c.address == thread.c.address)
    .order_by(_named.c.id)
    .limit(1)
    .correlate(thread)
    .scalar_subquery()
)

PREVIEW: Select[Any] = (
    select(
        interaction.c.id.label("interaction_id"),
        interaction.c.thread_id,
        interaction.c.line_id,
        interaction.c.case_id,
        interaction.c.started_at,
        interaction.c.waiting_since,
        interaction.c.why_waiting,
        thread.c.address,
        func.coalesce(contact.c.name, _NAME_BY_NUMBER, "").label("customer_name"),
        line.c.name.label("line_name"),
        line.c.shows_first_words,
        CONSENT_SHOWN.label("consent_state"),
        _FIRST_TEXT.label("first_text"),
        _LAST_TEXT.label("last_text"),
        _TEXTS.label("texts"),
        *LAST_CASE_COLUMNS,
    )
    .select_from(interaction)
    .join(thread, thread.c.id == interaction.c.thread_id)
    .join(line, line.c.id == interaction.c.line_id)
    .outerjoin(contact, contact.c.id == thread.c.contact_id)
    .outerjoin(last_case, last_case.c.id == _LATEST_CASE_ID)
    .outerjoin(_last_agent, _last_agent.c.id == last_case.c.agent_id)
)
"""One row a chat; add columns, joins and conditions on `interaction`."""


def with_last_agent(query: Select[Any]) -> Select[Any]:
    """Join the name that `LAST_CASE_COLUMNS` needs to a query that has joined `last_case`."""
    return query.outerjoin(_last_agent, _last_agent.c.id == last_case.c.agent_id)


def preview_fields(row: AnyRow) -> dict[str, Any]:
    """The fields that an Offer and a row of the Waiting list have in common."""
    return {
        "interaction_id": row.interaction_id,
        "thread_id": row.thread_id,
        "call_id": sms_call_id(row.address),
        "address": row.address,
        "address_display": display(row.address),
        "line_name": row.line_name,
        "waiting_since": row.started_at if row.waiting_since is None else row.waiting_since,
        "customer_name": row.customer_name,
        "first_words": words(row.first_text or "") if row.shows_first_words else "",
        "last_words": words(row.last_text or "") if row.shows_first_words else "",
        "texts": max(row.texts, 1),
        "consent": ConsentState.UNKNOWN if row.consent_state is None else ConsentState(row.consent_state),
        "last_case": case_brief(row),
    }


def case_brief(row: AnyRow) -> CaseBrief | None:
    """From a row with `LAST_CASE_COLUMNS`; None where it has no such case."""
    if row.last_case_id is None:
        return None
    closed_at: Millis | None = row.last_case_closed_at
    return CaseBrief(
        id=row.last_case_id,
        label=case_label(row.last_case_id),
        subject=row.last_case_subject,
        last_at=row.last_case_at if closed_at is None else closed_at,
        agent_name=row.last_case_agent or "",
        closed=closed_at is not None,
    )


def choice_at(row: AnyRow, at: Millis) -> CaseChoice:
    """What Accept does by default, for a row of `PREVIEW` (A8). A chat that changes hands goes on in its case (A9)."""
    if row.case_id is not None:
        return CaseChoice.CONTINUE
    return default_choice(row.last_case_at, at)


def words(text: str, length: int = WORDS_LENGTH) -> str:
    """A text as one line, cut at a word where it is long."""
    line_of_it = " ".join(text.split())
    if len(line_of_it) <= length:
        return line_of_it
    cut = line_of_it[: length - 1]
    at_word, _, rest = cut.rpartition(" ")
    return (at_word if at_word and len(rest) < length // 3 else cut) + "…"
