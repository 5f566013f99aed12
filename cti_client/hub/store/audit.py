"""Who changed what in the settings."""

import msgspec
from sqlalchemy import Connection, select

from cti_client.hub.store.tables import agent, settings_audit
from cti_client.wire.settings_api import Audit, AuditChange, AuditEntry

THE_FILE = "settings file"
"""Stands in place of a person where a hub's settings file took over what had been set on the screens."""

_changes = msgspec.json.Decoder(tuple[AuditChange, ...])


def read_audit(conn: Connection, limit: int, before: int | None) -> Audit:
    """Newest first; `before`: the id of the last one that was seen."""
    rows = conn.execute(
        select(settings_audit, agent.c.name.label("by"))
        .outerjoin(agent, agent.c.id == settings_audit.c.agent_id)
        .where(*([] if before is None else [settings_audit.c.id < before]))
        .order_by(settings_audit.c.id.desc())
        .limit(limit + 1)
    ).all()
    entries = tuple(
        AuditEntry(
            id=row.id,
            at=row.at,
            by=row.by or THE_FILE,
            kind=row.kind,
            what=row.what,
            action=row.action,
            changes=_changes.decode(row.changes),
        )
        for row in rows[:limit]
    )
    return Audit(entries=entries, more=len(rows) > limit)
