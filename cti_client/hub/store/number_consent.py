"""What stands between a number and a line, and how it came to that (`wire.consent_api`)."""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from cti_client.domain.consent import Consent, ConsentState
from cti_client.domain.errors import ONLY_START_TEXT
from cti_client.domain.phone_number import display
from cti_client.hub.store.consent_states import CONSENT_LINE, CONSENT_LINE_ASKED, consent_between
from cti_client.hub.store.numbers import number_on_line
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.tables import agent, consent_ledger, line, phone
from cti_client.wire.consent_api import AskConsent, LedgerEntry, NumberConsent

MOST_ENTRIES = 200
"""Changes of consent that an answer holds, the newest ones."""

NO_LINE_TEXT = "There is no line yet that could text this number."
ALLOWED_TEXT = "This number may be texted already."

_ENTRIES = ("at", "state", "basis", "words", "note")
_LEDGER = Statement(
    select(
        *(consent_ledger.c[name] for name in _ENTRIES), line.c.name.label("line_name"), agent.c.name.label("agent_name")
    )
    .join(line, line.c.id == consent_ledger.c.line_id)
    .outerjoin(agent, agent.c.id == consent_ledger.c.agent_id)
    .where(consent_ledger.c.address == bindparam("address"), CONSENT_LINE == CONSENT_LINE_ASKED)
    .order_by(consent_ledger.c.id.desc())
    .limit(MOST_ENTRIES)
)
_PHONES = Statement(
    select(phone.c.type, phone.c.sms).where(phone.c.address == bindparam("address")).order_by(phone.c.sms.desc())
)


def number_consent(conn: Connection, ask: AskConsent) -> NumberConsent:
    """All that is known; of a pool's lines, each entry names the one on which it happened.

    Raises `NotANumberError`, and `NotFoundError` for a line that does not exist.
    """
    address, ours, _ = number_on_line(conn, ask.address, ask.line_id)
    phones = _PHONES.rows(conn, {"address": address.value})
    consent = Consent() if ours is None else consent_between(conn, ours.id, address.value)
    why_not = NO_LINE_TEXT if ours is None else _why_not(consent, phones)
    ledger = () if ours is None else _LEDGER.rows(conn, {"line": ours.id, "address": address.value})
    return NumberConsent(
        address=address.value,
        display=display(address),
        line_id=None if ours is None else ours.id,
        line_name="" if ours is None else ours.name,
        state=consent.state,
        type=phones[0].type if phones else "",
        sms=any(one.sms for one in phones),
        can_allow=not why_not,
        why_not=why_not,
        ledger=tuple(_entry(row) for row in ledger),
    )


def _why_not(consent: Consent, phones: Any) -> str:
    if consent.is_out:
        return ONLY_START_TEXT if consent.own else ""
    untagged = any(not one.sms for one in phones)
    return ALLOWED_TEXT if consent.state is ConsentState.OPTED_IN and not untagged else ""


def _entry(row: AnyRow) -> LedgerEntry:
    return LedgerEntry(
        at=row.at,
        state=ConsentState(row.state),
        line_name=row.line_name,
        basis=row.basis,
        words=row.words,
        note=row.note,
        by=row.agent_name or "",
    )
