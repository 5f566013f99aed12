"""Everything one agent holds, read at once: what the desktop starts from when it cannot catch up record by record."""

from sqlalchemy import Connection, bindparam, select

from cti_client.hub.store import record_builders as build
from cti_client.hub.store.conditions import NOT_ENDED, OFFER_IS_OPEN
from cti_client.hub.store.envelopes import Body, envelope
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.streams import last_seq
from cti_client.hub.store.tables import interaction, message, offer
from cti_client.wire.frames import Snapshot

_OFFERS = Statement(select(offer.c.id).where(offer.c.agent_id == bindparam("agent_id"), OFFER_IS_OPEN))
_CHATS = Statement(
    select(interaction.c.id, interaction.c.case_id).where(interaction.c.agent_id == bindparam("agent_id"), NOT_ENDED)
)
_MESSAGES = Statement(select(message.c.id).where(message.c.interaction_id.in_(bindparam("chats", expanding=True))))


def snapshot(conn: Connection, agent_id: int) -> Snapshot:
    """The agent's open offers, the interactions it holds with their cases and messages, and the number they are as of.

    Parents come before their children. Run it in one consistent read transaction (`Store.read` does).
    """
    offers = _OFFERS.scalars(conn, {"agent_id": agent_id})
    chats = _CHATS.rows(conn, {"agent_id": agent_id})
    messages = _MESSAGES.scalars(conn, {"chats": [row.id for row in chats]}) if chats else ()
    bodies: list[Body] = [
        *(standing.body for standing in build.offers(conn, offers) if standing.body is not None),
        *build.interactions(conn, [row.id for row in chats]),
        *build.cases(conn, [row.case_id for row in chats]),
        *build.messages(conn, messages),
    ]
    return Snapshot(seq=last_seq(conn, agent_id), records=tuple(envelope(body) for body in bodies))
