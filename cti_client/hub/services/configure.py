"""Brings the database in line with the settings file: connections, lines and agents.

Nothing that texts or cases refer to is ever deleted: a line that is no longer configured keeps its history and sends
no more, an agent who is no longer configured can no longer sign in. Agents whom the admin command added are left alone,
and so are the connections and lines that were made on the settings screens, unless the file names them itself.

Every hub does this when it starts, beside others that serve: where all is as the settings say, nothing is written.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select, true, update

from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.phone_number import parse_address
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, LineConfig, StarterConfig
from cti_client.hub.desk_connections import encode_kept
from cti_client.hub.services.agents import TOKENS, give_role, let_sign_in, retire
from cti_client.hub.services.pools import share_consent
from cti_client.hub.services.settings.change import CONNECTION, LINE, SETTINGS, note_change, one_at_a_time
from cti_client.hub.services.settings.of_file import text_of
from cti_client.hub.store.origin import FROM_DESK, FROM_FILE, REMOVED, STARTER
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import agent, auto_text, connection, hub, line
from cti_client.hub.store.upsert import upsert
from cti_client.hub.token_hash import hash_token
from cti_client.wire.topics import Setup


def apply_configuration(tx: Tx, config: HubConfig) -> None:
    """Make, change or retire rows so that they say what `config` says. Doing it again changes nothing."""
    one_at_a_time(tx)
    tx.conn.execute(
        update(hub)
        .where(hub.c.chats_per_agent != config.chats_per_agent)
        .values(chats_per_agent=config.chats_per_agent)
    )
    if _starters(tx, config) if isinstance(config, StarterConfig) else _of_file(tx, config):
        tx.conn.execute(update(hub).values(settings_version=hub.c.settings_version + 1))
        tx.news.topic(Setup.topic)
        tx.wakes.add(SETTINGS)
    for person in config.agents:
        _agent(tx, person)
    names = [person.name for person in config.agents]
    of_settings = agent.c.configured, agent.c.token_hash != ""
    for agent_id in tx.conn.scalars(select(agent.c.id).where(agent.c.name.not_in(names), *of_settings)).all():
        retire(tx, agent_id)


def _of_file(tx: Tx, config: HubConfig) -> bool:
    """Whether anything changed."""
    changed = [_connection(tx, one) for one in config.connections]
    changed.append(_retire_connections(tx, [one.settings.id for one in config.connections]))
    changed += [_line(tx, one) for one in config.lines]
    changed.append(_pools(tx, config.lines))
    changed.append(_retire_lines(tx, [_address(one) for one in config.lines]))
    return any(changed)


def _starters(tx: Tx, config: StarterConfig) -> bool:
    """There is no file: what an earlier one said is retired, and where nothing is set the starters are put there."""
    is_set, of_file = _what_is_set(tx)
    if is_set and not of_file:
        return False  # as at almost every start, which should ask little
    starters = {one.settings.id for one in config.connections}
    was_file = connection.c.origin == FROM_FILE, connection.c.active == true(), connection.c.id.in_(starters)
    tx.conn.execute(update(connection).where(*was_file).values(origin=STARTER))
    addresses = [_address(one) for one in config.lines]
    its_lines = line.c.origin == FROM_FILE, line.c.address.in_(addresses)
    tx.conn.execute(update(line).where(*its_lines).values(origin=STARTER))
    _retire_connections(tx, starters)
    _retire_lines(tx, addresses)
    if not _what_is_set(tx)[0]:
        for one in config.connections:
            _connection(tx, one, STARTER)
        for of_ours in config.lines:
            _line(tx, of_ours, STARTER)
    return True


def _what_is_set(tx: Tx) -> tuple[bool, bool]:
    """Whether anything is in use, and whether some of it is a file's."""
    origins = list(tx.conn.scalars(select(connection.c.origin).where(connection.c.active == true())))
    origins += [origin for origin in tx.conn.scalars(select(line.c.origin)) if origin != REMOVED]
    return bool(origins), FROM_FILE in origins


def _connection(tx: Tx, one: ConnectionConfig, origin: str = FROM_FILE) -> bool:
    """Secrets and options of the file stay out of the database. One of the screens with this id is the file's now."""
    settings = one.settings
    values = {
        "kind": settings.kind,
        "name": settings.name,
        "text_policy": settings.text_policy.value,
        "split": settings.split.value,
        "origin": origin,
        "active": True,
        "settings": "{}" if origin == FROM_FILE else encode_kept(settings),
        "secrets": "",
    }
    before = _put(tx, connection, {"id": settings.id}, values)
    if before is not None and before.origin == FROM_DESK and before.active:
        _note_taken_over(tx, CONNECTION, settings.id)
    return before is None or _differs(before, values)


def _retire_connections(tx: Tx, ids: Collection[str]) -> bool:
    of_file = connection.c.origin.in_((FROM_FILE, STARTER))
    left = of_file, connection.c.active == true(), connection.c.id.not_in(ids)
    gone = {"active": False, "version": connection.c.version + 1}
    return bool(tx.conn.execute(update(connection).where(*left).values(gone)).rowcount)


def _line(tx: Tx, one: LineConfig, origin: str = FROM_FILE) -> bool:
    """What the file does not name of hours, pool and automatic texts is as the screens have set it."""
    values: dict[str, Any] = {
        "name": one.name,
        "connection_id": one.connection,
        "country": one.country,
        "offer_seconds": one.offer_seconds,
        "carrier_answers_keywords": one.carrier_answers_keywords,
        "shows_first_words": one.shows_first_words,
        "origin": origin,
    }
    left_open = {
        "confirms_opt_out": one.confirms_opt_out,
        "quiet_hours": one.quiet_hours,
        "texts_from": one.texts_from,
        "texts_until": one.texts_until,
    }
    values |= {name: value for name, value in left_open.items() if value is not None}
    before = _put(tx, line, {"address": _address(one)}, values)
    if before is not None and before.name != one.name:
        tx.news.anew = True  # records that desktops hold show the old name
    if before is not None and before.origin == FROM_DESK:
        _note_taken_over(tx, LINE, one.name)
    texts = [_auto_text(tx, _line_id(tx, one), policy, text_of(one, policy)) for policy in AutoPolicy]
    return before is None or _differs(before, values) or any(texts)


def _auto_text(tx: Tx, line_id: int, policy: AutoPolicy, said: str | bool | None) -> bool:
    """`said`: a text, empty for none; or of the opt-out's confirmation only whether there is one."""
    if said is None:
        return False
    if isinstance(said, bool):
        is_it = auto_text.c.line_id == line_id, auto_text.c.policy == policy.value
        return bool(tx.conn.execute(auto_text.delete().where(*is_it)).rowcount)
    values = {"enabled": bool(said), "text": said}
    before = _put(tx, auto_text, {"line_id": line_id, "policy": policy.value}, values)
    return before is None or _differs(before, values)


def _pools(tx: Tx, lines: Sequence[LineConfig]) -> bool:
    """Once all lines are there: a line may be named before the one whose consent it shares."""
    ids = {one.address: _line_id(tx, one) for one in lines}
    said = [one for one in lines if one.pool is not None]
    changed = []
    for one in sorted(said, key=lambda one: bool(one.pool)):  # who leaves a pool may keep another's afterwards
        if one.pool:
            changed += _freed(tx, ids[one.address], ids[one.pool])
        changed.append(share_consent(tx, ids[one.address], ids[one.pool] if one.pool else None))
    return any(changed)


def _freed(tx: Tx, member: int, keeper: int) -> list[bool]:
    """The screens may have pooled the two with others, which the file's pool cannot be chained to."""
    in_the_way = select(line.c.id).where(line.c.consent_line_id == member).order_by(line.c.id)
    others = [*tx.conn.scalars(in_the_way), keeper]
    return [share_consent(tx, line_id, None) for line_id in others]


def _retire_lines(tx: Tx, addresses: Sequence[str]) -> bool:
    left = line.c.origin.in_((FROM_FILE, STARTER)), line.c.address.not_in(addresses)
    gone = {"origin": REMOVED, "connection_id": None, "version": line.c.version + 1}
    return bool(tx.conn.execute(update(line).where(*left).values(gone)).rowcount)


def _address(one: LineConfig) -> str:
    return parse_address(one.address, one.country).value


def _line_id(tx: Tx, one: LineConfig) -> int:
    return int(tx.conn.scalar(select(line.c.id).where(line.c.address == _address(one))) or 0)


def _agent(tx: Tx, person: AgentConfig) -> None:
    """One whom the admin command had added is the settings' from now on."""
    wanted = (hash_token(person.token), True)
    columns = agent.c.token_hash, agent.c.configured, agent.c.role
    stored = tx.conn.execute(select(*columns).where(agent.c.name == person.name)).first()
    if stored is None or tuple(stored)[:2] != wanted:
        let_sign_in(tx, person.name, wanted[0], configured=True)
        tx.wakes.add(TOKENS)
    if stored is None or stored.role != person.role.value:
        give_role(tx, person.name, person.role)


def _note_taken_over(tx: Tx, kind: str, what: str) -> None:
    note_change(tx, None, kind, what, {"set in": "settings screens"}, {"set in": "settings file"})


def _put(tx: Tx, table: Table, keys: Mapping[str, Any], values: Mapping[str, Any]) -> AnyRow | None:
    """The row of these keys says these values; what says them already is not touched. As it was before."""
    is_row = [table.c[name] == value for name, value in keys.items()]
    stored = tx.conn.execute(select(table).where(*is_row)).first()
    if stored is None or _differs(stored, values):
        upsert(tx.conn, table, keys, {**values, "version": 1 if stored is None else stored.version + 1})
    return stored


def _differs(stored: AnyRow, values: Mapping[str, Any]) -> bool:
    return any(getattr(stored, name) != value for name, value in values.items())
