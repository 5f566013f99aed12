"""Brings the database in line with the settings: connections, lines and agents.

Nothing that texts or cases refer to is ever deleted: a line that is no longer configured keeps its history and sends
no more, an agent who is no longer configured can no longer sign in.
"""

from sqlalchemy import select, update

from cti_client.domain.phone_number import parse_address
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, LineConfig
from cti_client.hub.services.set_presence import agent_gone
from cti_client.hub.store.store import Tx
from cti_client.hub.store.streams import break_off
from cti_client.hub.store.tables import agent, connection, line, stream
from cti_client.hub.store.upsert import insert_or_nothing, upsert
from cti_client.hub.token_hash import hash_token


def apply_configuration(tx: Tx, config: HubConfig) -> None:
    """Make, change or retire rows so that they say what `config` says. Doing it again changes nothing."""
    for one in config.connections:
        _connection(tx, one)
    addresses = [_line(tx, one) for one in config.lines]
    tx.conn.execute(update(line).where(line.c.address.not_in(addresses)).values(connection_id=None))
    for person in config.agents:
        _agent(tx, person)
    names = [person.name for person in config.agents]
    for agent_id in tx.conn.scalars(
        select(agent.c.id).where(agent.c.name.not_in(names), agent.c.token_hash != "")
    ).all():
        tx.conn.execute(update(agent).where(agent.c.id == agent_id).values(token_hash=""))
        agent_gone(tx, agent_id)


def _connection(tx: Tx, one: ConnectionConfig) -> None:
    """Secrets and options stay out of the database."""
    upsert(tx.conn, connection, {"id": one.settings.id}, {"kind": one.settings.kind, "name": one.settings.name})


def _line(tx: Tx, one: LineConfig) -> str:
    address = parse_address(one.address, one.country).value
    shown = tx.conn.scalar(select(line.c.name).where(line.c.address == address))
    if shown not in (None, one.name):
        break_off(tx.conn)  # records that desktops hold show the old name
    values = {
        "name": one.name,
        "connection_id": one.connection,
        "country": one.country,
        "offer_seconds": one.offer_seconds,
        "carrier_answers_keywords": one.carrier_answers_keywords,
        "confirms_opt_out": one.confirms_opt_out,
        "shows_first_words": one.shows_first_words,
    }
    upsert(tx.conn, line, {"address": address}, values)
    return address


def _agent(tx: Tx, person: AgentConfig) -> None:
    upsert(tx.conn, agent, {"name": person.name}, {"token_hash": hash_token(person.token)})
    agent_id = tx.conn.scalar(select(agent.c.id).where(agent.c.name == person.name))
    insert_or_nothing(tx.conn, stream, {"agent_id": agent_id, "seq": 0})
