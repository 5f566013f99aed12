"""Appending to streams on PostgreSQL: however many agents are told how much, it is one round trip."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from cti_client.domain import Millis
from cti_client.hub.store.postgres_statements import fetch
from cti_client.wire.codec import encode
from cti_client.wire.records import Record

_APPEND = """
WITH raised AS (
    INSERT INTO stream (agent_id, seq)
    SELECT agent_id, many FROM unnest($1::text[]::bigint[], $2::text[]::bigint[]) AS more (agent_id, many)
    ORDER BY agent_id
    ON CONFLICT (agent_id) DO UPDATE SET seq = stream.seq + excluded.seq
    RETURNING agent_id, seq
)
INSERT INTO agent_record (agent_id, seq, at, record)
SELECT agent_id, raised.seq - told.back, $3::bigint, $4 || (raised.seq - told.back) || told.rest
FROM raised JOIN unnest($5::text[]::bigint[], $6::text[]::bigint[], $7::text[]) AS told (agent_id, back, rest)
    USING (agent_id)
"""
"""Raises the streams in the order of the agents' ids and writes each record with its number in it.

Lists of numbers go as texts: a list of `bigint` is a type that the driver would ask each new connection about.
"""

_HEAD, _NUMBER = '{"seq":', "0"


def append(conn: Connection, news: Mapping[int, Sequence[Record]], now: Millis) -> None:
    """As `streams.append`: these records, whose `seq` is 0 still."""
    whose, back, rest = [], [], []
    for agent_id, its_own in news.items():
        for place, record in enumerate(its_own, start=1):
            whose.append(str(agent_id))
            back.append(str(len(its_own) - place))
            rest.append(encode(record).decode().removeprefix(_HEAD + _NUMBER))
    agents, many = [str(agent_id) for agent_id in news], [str(len(its_own)) for its_own in news.values()]
    fetch(conn, _APPEND, (agents, many, now, _HEAD, whose, back, rest))
