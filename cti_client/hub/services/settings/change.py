"""What every change of the settings leaves behind: an audit row, a higher version, and word to hubs and desktops."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import insert, select, update

from cti_client.domain.errors import StaleVersionError
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import hub, settings_audit
from cti_client.wire.settings_api import AuditChange
from cti_client.wire.topics import Setup

SETTINGS = "settings"
"""What is woken: every hub looks whether its gateways are still as they are set."""

STALE = "Somebody else changed this since you opened it."

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
CONNECTION, LINE = "connection", "line"
"""Kinds of thing that the settings file changes, too."""

Fields = Mapping[str, str]
"""A thing as its fields say it, for the audit; a secret says `set` alone."""


def one_at_a_time(tx: Tx) -> None:
    """Of two who change settings at once, at whichever hubs, the second sees what the first did."""
    if tx.conn.dialect.name == "postgresql":  # SQLite has one writer
        tx.conn.execute(select(hub.c.settings_version).with_for_update())


def note_change(
    tx: Tx, agent_id: int | None, kind: str, what: str, before: Fields | None, after: Fields | None
) -> bool:
    """Audit what differs, and tell everybody. False, and nothing done, where nothing does.

    `before` None: it was added; `after` None: it was removed. `agent_id` None: the settings file did it.
    """
    old, new = before or {}, after or {}
    changes = tuple(
        AuditChange(field=name, before=old.get(name, ""), after=new.get(name, ""))
        for name in dict.fromkeys((*old, *new))
        if old.get(name, "") != new.get(name, "")
    )
    if not changes and before is not None and after is not None:
        return False
    action = ADDED if before is None else REMOVED if after is None else CHANGED
    tx.conn.execute(
        insert(settings_audit).values(
            at=tx.now,
            agent_id=agent_id,
            kind=kind,
            what=what,
            action=action,
            changes=msgspec.json.encode(changes).decode(),
        )
    )
    tx.conn.execute(update(hub).values(settings_version=hub.c.settings_version + 1))
    tx.news.topic(Setup.topic)
    tx.wakes.add(SETTINGS)
    return True


def refuse_stale(stored: int, seen: int) -> None:
    """Raises `StaleVersionError` where somebody else was faster."""
    if stored != seen:
        raise StaleVersionError(STALE)


def said(value: object) -> str:
    """A value as the audit shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
