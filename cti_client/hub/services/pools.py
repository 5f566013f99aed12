"""Lines that share one consent (B7): a customer who opts out of one has opted out of all of them."""

from sqlalchemy import exists, insert, literal, select, update

from cti_client.domain.consent import LINE_JOINED, ConsentState
from cti_client.domain.errors import BadRequestError
from cti_client.hub.services.consents import fail_waiting_texts
from cti_client.hub.services.threads import lock_thread
from cti_client.hub.store.consent_states import CONSENT_LINE, CONSENT_LINE_ASKED, consent_line
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import consent, consent_ledger, line, message, outbox, thread

_OUT = ConsentState.OPTED_OUT.value

_WAITING_FOR_WHO_IS_OUT = (
    select(outbox.c.thread_id)
    .distinct()
    .join(thread, thread.c.id == outbox.c.thread_id)
    .join(message, message.c.id == outbox.c.message_id)
    .join(line, line.c.id == message.c.line_id)
    .join(consent, (consent.c.line_id == CONSENT_LINE) & (consent.c.address == thread.c.address))
    .where(
        outbox.c.taken_until.is_(None),
        CONSENT_LINE == CONSENT_LINE_ASKED,
        consent.c.state == _OUT,
    )
    .order_by(outbox.c.thread_id)
)


def share_consent(tx: Tx, line_id: int, with_line_id: int | None) -> bool:
    """Keep this line's consent under that of another line from now on (None: under its own); False: it is so already.

    Whoever had opted out of the line stays out of it, whichever way it moves, with a proof in the ledger that says why;
    consent given to the line alone is not carried over. What waits for the gateway does not go to them any more.
    Raises `BadRequestError` where a chain would come of it.
    """
    before = tx.conn.scalar(select(line.c.consent_line_id).where(line.c.id == line_id))
    if before == with_line_id:
        return False
    if with_line_id is not None:
        _refuse_chains(tx, line_id, with_line_id)
    old = consent_line(tx.conn, line_id)
    tx.conn.execute(update(line).where(line.c.id == line_id).values(consent_line_id=with_line_id))
    _carry_opt_outs(tx, line_id, old, consent_line(tx.conn, line_id))
    for waiting in tx.conn.execute(_WAITING_FOR_WHO_IS_OUT, {"line": line_id}).all():
        fail_waiting_texts(tx, lock_thread(tx, waiting.thread_id).id, line_id)
    tx.news.anew = True  # records that desktops hold show the consent as it was
    tx.news.topic("waiting")
    return True


def _refuse_chains(tx: Tx, line_id: int, with_line_id: int) -> None:
    if with_line_id == line_id:
        raise BadRequestError("A line needs no pool to keep its own consent.", "consent_line_id")
    if tx.conn.scalar(select(line.c.consent_line_id).where(line.c.id == with_line_id)) is not None:
        raise BadRequestError(
            "That line is in a pool itself; choose the line which keeps that pool.", "consent_line_id"
        )
    if tx.conn.scalar(select(line.c.id).where(line.c.consent_line_id == line_id).limit(1)) is not None:
        raise BadRequestError("Other lines share the consent of this one, so it cannot join a pool.", "consent_line_id")


def _carry_opt_outs(tx: Tx, line_id: int, old: int, new: int) -> None:
    there = consent.alias("there")
    had_opted_out = select(consent.c.address).where(consent.c.line_id == old, consent.c.state == _OUT)
    is_there = exists().where(there.c.line_id == new, there.c.address == consent.c.address)
    proof = had_opted_out.add_columns(
        *(literal(value) for value in (line_id, _OUT, tx.now, LINE_JOINED)),
    ).where(~is_there.where(there.c.state == _OUT))
    tx.conn.execute(insert(consent_ledger).from_select(["address", "line_id", "state", "at", "basis"], proof))
    tx.conn.execute(
        update(consent)
        .where(consent.c.line_id == new, consent.c.state != _OUT)
        .where(consent.c.address.in_(select(there.c.address).where(there.c.line_id == old, there.c.state == _OUT)))
        .values(state=_OUT, at=tx.now)
    )
    missing = had_opted_out.add_columns(*(literal(value) for value in (new, _OUT, tx.now))).where(~is_there)
    tx.conn.execute(insert(consent).from_select(["address", "line_id", "state", "at"], missing))
