"""Recognises a database that was restored from a copy, whose numbers would otherwise be given a second time.

A desktop that holds number 100 of the lost database and meets a restored one, which was at 80 and has reached 120
since, would go on with 101 as if 81 to 100 were its own. So where the database finds itself on another server, in
another life of the same one (a recovery or fail-over begins a new timeline), or copied under another name, every stream
leaps ahead of any number that was ever given, and everybody starts from a snapshot. The `hub_id` stays: desktops keep
what waits to be sent under it.
"""

from sqlalchemy import Connection, select, text, update

from cti_client.hub.store.streams import leap
from cti_client.hub.store.tables import hub

_HERE = text(
    "SELECT control.system_identifier || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '/' || own.oid "
    "FROM pg_control_system() AS control, pg_database AS own WHERE own.datname = current_database()"
)


def settle_in(conn: Connection) -> bool:
    """Note where this PostgreSQL database is now; True where it was restored or failed over, and the streams leapt.

    Run it in a transaction before anything else on a new connection. Raises where the server is a standby.
    """
    here = conn.scalar(_HERE)
    if conn.scalar(select(hub.c.place)) == here:
        return False
    before = conn.scalar(select(hub.c.place).with_for_update())
    if before == here:  # another hub was faster
        return False
    conn.execute(update(hub).values(place=here))
    if not before:
        return False
    leap(conn)
    return True
