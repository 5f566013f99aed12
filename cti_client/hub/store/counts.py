"""How much there is of what moves, for whoever watches over the hub. Small indexes alone are read."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from cti_client.domain import Millis
from cti_client.hub.store.conditions import NOT_ENDED, OFFER_IS_OPEN
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.tables import interaction, offer, outbox

_CHATS = Statement(
    select(interaction.c.state, func.count().label("many")).where(NOT_ENDED).group_by(interaction.c.state)
)
_OFFERS = Statement(select(func.count()).select_from(offer).where(OFFER_IS_OPEN))
_OUTBOX = Statement(
    select(
        outbox.c.connection_id,
        func.count().label("many"),
        func.count().filter(outbox.c.due_at <= bindparam("now"), outbox.c.taken_until.is_(None)).label("due"),
    ).group_by(outbox.c.connection_id)
)


@dataclass(frozen=True, slots=True)
class Counts:
    """`chats`: live ones by state. `outbox`: by connection, all texts on their way and those that could go now."""

    chats: dict[str, int]
    offers: int
    outbox: dict[str, tuple[int, int]]


def count(conn: Connection, now: Millis) -> Counts:
    """As of now. What is scheduled is on its way by no connection yet."""
    rows = _OUTBOX.rows(conn, {"now": now})
    return Counts(
        chats={row.state: row.many for row in _CHATS.rows(conn)},
        offers=_OFFERS.scalar(conn),
        outbox={row.connection_id: (row.many, row.due) for row in rows if row.connection_id},
    )
