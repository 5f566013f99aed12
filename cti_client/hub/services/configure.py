"""Brings the database in line with the settings: connections, lines and agents.

Nothing that texts or cases refer to is ever deleted: a line that is no longer configured keeps its history and sends
no more, an agent who is no longer configured can no longer sign in. Agents whom the admin command added are left alone.

Every hub does this when it starts, beside others that serve: where all is as the settings say, nothing is written.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select, true, update

from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.phone_number import parse_address
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, LineConfig
from cti_client.hub.services.agents import TOKENS, let_sign_in, retire
from cti_client.hub.services.pools import share_consent
from cti_client.hub.store.origin import FROM_FILE
from cti_client.hub.store.store import Tx
from cti_client.hub.store.streams import break_off
from cti_client.hub.store.tables import agent, auto_text, connection, hub, line
from cti_client.hub.store.upsert import upsert
from cti_client.hub.token_hash import hash_token


def apply_configuration(tx: Tx, config: HubConfig) -> None:
    """Make, change or retire rows so that they say what `config` says. Doing it again changes nothing."""
    tx.conn.execute(
        update(hub)
        .where(hub.c.chats_per_agent != config.chats_per_agent)
        .values(chats_per_agent=config.chats_per_agent)
    )
    for one in config.connections:
        _connection(tx, one)
    ids = [one.settings.id for one in config.connections]
    gone = connection.c.origin == FROM_FILE, connection.c.active == true(), connection.c.id.not_in(ids)
    tx.conn.execute(update(connection).where(*gone).values(active=False))
    addresses = [_line(tx, one) for one in config.lines]
    _pools(tx, config.lines)
    tx.conn.execute(
        update(line)
        .where(line.c.address.not_in(addresses), line.c.connection_id.is_not(None))
        .values(connection_id=None)
    )
    for person in config.agents:
        _agent(tx, person)
    names = [person.name for person in config.agents]
    of_settings = agent.c.configured, agent.c.token_hash != ""
    for agent_id in tx.conn.scalars(select(agent.c.id).where(agent.c.name.not_in(names), *of_settings)).all():
        retire(tx, agent_id)


def _connection(tx: Tx, one: ConnectionConfig) -> None:
    """Secrets and options stay out of the database."""
    settings = one.settings
    values = {
        "kind": settings.kind,
        "name": settings.name,
        "text_policy": settings.text_policy,
        "split": settings.split,
        "origin": FROM_FILE,
        "active": True,
    }
    _put(tx, connection, {"id": settings.id}, values)


def _line(tx: Tx, one: LineConfig) -> str:
    address = parse_address(one.address, one.country).value
    shown = tx.conn.scalar(select(line.c.name).where(line.c.address == address))
    if shown not in (None, one.name):
        break_off(tx.conn)  # records that desktops hold show the old name
    values: dict[str, Any] = {
        "name": one.name,
        "connection_id": one.connection,
        "country": one.country,
        "offer_seconds": one.offer_seconds,
        "carrier_answers_keywords": one.carrier_answers_keywords,
        "confirms_opt_out": one.confirms_opt_out,
        "shows_first_words": one.shows_first_words,
    }
    hours = {"quiet_hours": one.quiet_hours, "texts_from": one.texts_from, "texts_until": one.texts_until}
    values |= {name: value for name, value in hours.items() if value is not None}  # else the settings screens say
    _put(tx, line, {"address": address}, values)
    line_id = tx.conn.scalar(select(line.c.id).where(line.c.address == address))
    for policy, text in (
        (AutoPolicy.OPT_IN, one.opt_in_text),
        (AutoPolicy.HELP, one.help_text),
        (AutoPolicy.WELCOME, one.welcome_text),
    ):
        said = {"enabled": bool(text), "text": text}
        _put(tx, auto_text, {"line_id": line_id, "policy": policy}, said)
    return address


def _pools(tx: Tx, lines: Sequence[LineConfig]) -> None:
    """Once all lines are there: a line may be named before the one whose consent it shares."""
    ids = {one.address: _line_id(tx, one) for one in lines}
    for one in sorted(lines, key=lambda one: bool(one.pool)):  # who leaves a pool may keep another's afterwards
        share_consent(tx, ids[one.address], ids[one.pool] if one.pool else None)


def _line_id(tx: Tx, one: LineConfig) -> int:
    address = parse_address(one.address, one.country).value
    return int(tx.conn.scalar(select(line.c.id).where(line.c.address == address)) or 0)


def _agent(tx: Tx, person: AgentConfig) -> None:
    """One whom the admin command had added is the settings' from now on."""
    wanted = (hash_token(person.token), True)
    stored = tx.conn.execute(select(agent.c.token_hash, agent.c.configured).where(agent.c.name == person.name)).first()
    if stored is None or tuple(stored) != wanted:
        let_sign_in(tx, person.name, wanted[0], configured=True)
        tx.wakes.add(TOKENS)


def _put(tx: Tx, table: Table, keys: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """The row of these keys says these values; what says them already is not touched."""
    is_row = [table.c[name] == value for name, value in keys.items()]
    stored = tx.conn.execute(select(*(table.c[name] for name in values)).where(*is_row)).first()
    if stored is None or dict(stored._mapping) != dict(values):
        upsert(tx.conn, table, keys, values)
