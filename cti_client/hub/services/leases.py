"""What one hub of several may do at a time: it holds a lease and renews it; when it stops, another hub takes over."""

from sqlalchemy import Connection, delete, or_, select, update

from cti_client.domain import Millis
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import lease
from cti_client.hub.store.upsert import insert_or_nothing

WAKE = "leases"


def take_lease(tx: Tx, name: str, holder: str, ms: Millis, note: str = "") -> bool:
    """Take it, or renew it, for this long. False while another hub's has not run out.

    `note`: what the holder says to the other hubs. Clocks of hubs may differ by less than the holder's own margin
    (`workers/held.py`).
    """
    mine = tx.conn.execute(
        update(lease)
        .where(lease.c.name == name, or_(lease.c.holder == holder, lease.c.until <= tx.now))
        .values(holder=holder, until=tx.now + ms, note=note)
    )
    if mine.rowcount:
        return True
    values = {"name": name, "holder": holder, "until": tx.now + ms, "note": note}
    return insert_or_nothing(tx.conn, lease, values) is not None


def release_lease(tx: Tx, name: str, holder: str) -> None:
    """Let another hub take it at once."""
    tx.conn.execute(delete(lease).where(lease.c.name == name, lease.c.holder == holder))
    tx.wakes.add(WAKE)


def lease_note(conn: Connection, name: str) -> str:
    """What the holder says; empty where there is none."""
    return conn.scalar(select(lease.c.note).where(lease.c.name == name)) or ""
