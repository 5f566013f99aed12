"""Where a process's desktops are otherwise in PostgreSQL than it believes, however many there are: one round trip."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from cti_client.hub.store.postgres_statements import fetch

_UNLIKE = """
SELECT agent_id, own.desk_id, coalesce(own.seq, 0), own.gone_since IS NOT NULL
FROM (
    SELECT desk.agent_id, desk.desk_id, stream.seq, agent.gone_since
    FROM desk JOIN agent ON agent.id = desk.agent_id LEFT JOIN stream ON stream.agent_id = desk.agent_id
    WHERE desk.process_id = $1 AND desk.left_at IS NULL
) AS own
FULL JOIN unnest(
    string_to_array($2, ' ')::bigint[], string_to_array($3, ' '), string_to_array($4, ' ')::bigint[]
) AS believed (agent_id, desk_id, sent) USING (agent_id)
WHERE believed.desk_id IS DISTINCT FROM own.desk_id OR own.seq > believed.sent OR own.gone_since IS NOT NULL
"""


def unlike(
    conn: Connection, process_id: str, agents: Sequence[int], desks: Sequence[str], sent: Sequence[int]
) -> Sequence[Sequence[Any]]:
    """Agent, desk, last number and whether gone, of each that differs; no desk where none is this process's.

    Lists go as one text each: of thousands of elements the driver would write down every one.
    """
    lists = (" ".join(map(str, agents)), " ".join(desks), " ".join(map(str, sent)))
    return fetch(conn, _UNLIKE, (process_id, *lists))
