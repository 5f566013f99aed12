"""Who may see and change settings (F4), and that changes go one after the other at every hub."""

from collections.abc import Callable

from sqlalchemy import Connection

from cti_client.domain.errors import NotAllowedError
from cti_client.domain.role import may_change_settings
from cti_client.hub.services.settings.change import one_at_a_time
from cti_client.hub.services.settings.view import Surroundings, all_settings
from cti_client.hub.store.audit import read_audit
from cti_client.hub.store.roles import role_of
from cti_client.hub.store.store import Tx
from cti_client.wire.settings_api import AllSettings, Audit

NOT_ALLOWED = "Only owners and admins see and change settings."


def refuse_others(conn: Connection, agent_id: int) -> None:
    """Raises `NotAllowedError`. By the role as it is stored now."""
    if not may_change_settings(role_of(conn, agent_id)):
        raise NotAllowedError(NOT_ALLOWED)


def settings_seen(conn: Connection, agent_id: int, around: Surroundings) -> AllSettings:
    """Raises `NotAllowedError`."""
    refuse_others(conn, agent_id)
    return all_settings(conn, around)


def audit_seen(conn: Connection, agent_id: int, limit: int, before: int | None) -> Audit:
    """Raises `NotAllowedError`."""
    refuse_others(conn, agent_id)
    return read_audit(conn, limit, before)


def change_settings(tx: Tx, agent_id: int, change: Callable[[Tx], None], around: Surroundings) -> AllSettings:
    """Do it, and all settings as they are then. Raises `NotAllowedError`, and what `change` raises."""
    one_at_a_time(tx)
    refuse_others(tx.conn, agent_id)
    change(tx)
    return all_settings(tx.conn, around)
