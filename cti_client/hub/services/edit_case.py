"""An agent fills in the case (A3, A8)."""

from collections.abc import Mapping

from sqlalchemy import bindparam, select, update

from cti_client.domain.clean_text import clean_text
from cti_client.domain.errors import BadRequestError, ChatEndedError, NotFoundError, StaleVersionError
from cti_client.domain.interaction import CaseStatus, InteractionState
from cti_client.hub.services.customers import offers_changed
from cti_client.hub.services.interactions import agent_name, live_interaction, touch
from cti_client.hub.services.threads import lock_thread
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import case
from cti_client.wire import api

LONGEST = {"subject": 200, "category": 100, "notes": 20_000}
"""Characters."""

_THREAD = select(case.c.thread_id).where(case.c.id == bindparam("id"))
_CASE = select(case).where(case.c.id == bindparam("id")).with_for_update()


def edit_case(tx: Tx, agent_id: int, case_id: int, edit: api.EditCase) -> None:
    """Set the fields that are not None. What is so already is no change, whatever version it was seen in.

    Raises `NotFoundError`, `ChatEndedError` (another agent's case), `StaleVersionError` (changed by someone else since)
    and `BadRequestError` (a field is too long).
    """
    thread_id = tx.conn.scalar(_THREAD, {"id": case_id})
    if thread_id is None:
        raise NotFoundError("This case does not exist any more.")
    lock_thread(tx, thread_id)
    chat = live_interaction(tx, thread_id)
    row = tx.conn.execute(_CASE, {"id": case_id}).first()
    if row is None:
        raise NotFoundError("This case does not exist any more.")
    if row.agent_id != agent_id:
        raise ChatEndedError(f"This case is with {agent_name(tx, row.agent_id)}.")
    changes = _changes(tx, row, edit)
    if not changes:
        return
    if row.version != edit.version:
        raise StaleVersionError("The case was changed meanwhile.")
    tx.conn.execute(update(case).where(case.c.id == case_id).values(version=case.c.version + 1, **changes))
    tx.news.case(case_id)
    if chat is not None and not changes.keys().isdisjoint(("subject", "status")):
        _shown_by(tx, chat)


def _changes(tx: Tx, row: AnyRow, edit: api.EditCase) -> Mapping[str, object]:
    changes: dict[str, object] = {}
    for name, longest in LONGEST.items():
        value = getattr(edit, name)
        if value is None:
            continue
        text = clean_text(value)[0]
        if len(text) > longest:
            raise BadRequestError(f"The {name} has {len(text):,} characters; at most {longest:,} can be kept.")
        if text != getattr(row, name):
            changes[name] = text
    if edit.status is not None and edit.status != row.status:
        changes |= {
            "status": edit.status,
            "closed_at": tx.now if edit.status is CaseStatus.CLOSED else None,
            "last_at": tx.now,
        }
    return changes


def _shown_by(tx: Tx, chat: AnyRow) -> None:
    """The customer's running chat or request shows this case, as the one to continue."""
    touch(tx, chat.id)
    if chat.state == InteractionState.OFFERED:
        offers_changed(tx, [chat.id])
    if chat.state != InteractionState.OPEN:
        tx.news.topic("waiting")
