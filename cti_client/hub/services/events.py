"""Entries of the timeline (`wire.api.TimelineEntry` names the kinds)."""

from sqlalchemy import insert

from cti_client.hub.store.statements import Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import case_event

_COLUMNS = ("interaction_id", "case_id", "at", "kind", "detail", "agent_id")
_INSERT = Statement(insert(case_event), _COLUMNS)


def note_event(
    tx: Tx,
    interaction_id: int,
    kind: str,
    *,
    case_id: int | None = None,
    agent_id: int | None = None,
    detail: str = "",
) -> None:
    """Write one entry, at the transaction's time."""
    _INSERT.run(
        tx.conn,
        {
            "interaction_id": interaction_id,
            "case_id": case_id,
            "at": tx.now,
            "kind": kind,
            "detail": detail,
            "agent_id": agent_id,
        },
    )
