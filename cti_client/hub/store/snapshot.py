"""Everything one agent holds, read at once: what the desktop starts from when it cannot catch up record by record."""

from sqlalchemy import Connection, select

from cti_client.domain.interaction import InteractionState
from cti_client.domain.offer import OfferState
from cti_client.hub.store import record_builders as build
from cti_client.hub.store.envelopes import Body, envelope
from cti_client.hub.store.streams import last_seq
from cti_client.hub.store.tables import interaction, message, offer
from cti_client.wire.frames import Snapshot


def snapshot(conn: Connection, agent_id: int) -> Snapshot:
    """The agent's open offers, open interactions with their cases and messages, and the number they are as of.

    Parents come before their children. Run it in one consistent read transaction (`Store.read` does).
    """
    is_open = (interaction.c.agent_id == agent_id, interaction.c.state == InteractionState.OPEN)
    offers = conn.scalars(select(offer.c.id).where(offer.c.agent_id == agent_id, offer.c.state == OfferState.OPEN))
    chats = conn.execute(select(interaction.c.id, interaction.c.case_id).where(*is_open)).all()
    of_them = message.c.interaction_id.in_(select(interaction.c.id).where(*is_open))
    messages = conn.scalars(select(message.c.id).where(of_them))
    bodies: list[Body] = [
        *build.offers(conn, offers.all()),
        *build.interactions(conn, [row.id for row in chats]),
        *build.cases(conn, [row.case_id for row in chats]),
        *build.messages(conn, messages.all()),
    ]
    return Snapshot(seq=last_seq(conn, agent_id), records=tuple(envelope(body) for body in bodies))
