"""Our numbers, as the screens set them. Of a line of the settings file only what the file leaves open can change."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from cti_client.domain.clean_text import clean_text
from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.domain.phone_number import AddressKind, parse_address
from cti_client.hub.config import LineConfig
from cti_client.hub.services.pools import share_consent
from cti_client.hub.services.settings.change import LINE, Fields, note_change, refuse_stale, said
from cti_client.hub.services.settings.of_file import IN_THE_FILE, fixed_fields
from cti_client.hub.store.origin import FROM_DESK, FROM_FILE, REMOVED
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import connection, line, routing_rule
from cti_client.hub.store.upsert import insert_row
from cti_client.wire.settings_api import EditLine

LONGEST_NAME = 60
DAY_MINUTES = 24 * 60

_COLUMNS = {"connection": "connection_id", "pool_line_id": "consent_line_id"}


def add_line(tx: Tx, agent_id: int, edit: EditLine) -> None:
    """A new number, or one that was removed. Raises `BadRequestError` with the field at fault."""
    country = _country(edit)
    address = parse_address(edit.address, country)
    if address.kind not in (AddressKind.E164, AddressKind.SHORT_CODE):
        raise BadRequestError("This is neither a phone number nor a short code.", "address")
    row = tx.conn.execute(select(line).where(line.c.address == address.value).with_for_update()).first()
    if row is not None and row.origin != REMOVED:
        raise BadRequestError(f"This number is the line {row.name} already.", "address")
    values = _checked(tx, edit, country)
    if row is None:
        line_id = insert_row(tx.conn, line, {"address": address.value, "origin": FROM_DESK, **values})
    else:
        line_id = row.id
        back = {**values, "origin": FROM_DESK, "version": row.version + 1}
        tx.conn.execute(update(line).where(line.c.id == line_id).values(back))
    _pool(tx, line_id, edit.pool_line_id)
    if row is not None and values["name"] != row.name:
        tx.news.anew = True  # records that desktops hold show the old name
    note_change(tx, agent_id, LINE, values["name"], None, _fields(tx, line_id))


def put_line(tx: Tx, agent_id: int, line_id: int, edit: EditLine, file_lines: Mapping[str, LineConfig]) -> None:
    """Raises `NotFoundError`, `StaleVersionError`, `BadRequestError`. The number itself never changes."""
    row = _row(tx, line_id)
    refuse_stale(row.version, edit.version)
    fixed = fixed_fields(file_lines.get(row.address)) if row.origin == FROM_FILE else ()
    for name in fixed:
        if getattr(edit, name) != getattr(row, _COLUMNS.get(name, name)):
            raise BadRequestError(IN_THE_FILE, name)
    checked = _checked(tx, edit, _country(edit), given=bool(fixed))
    values = {name: value for name, value in checked.items() if name not in fixed}
    before = _fields(tx, line_id)
    tx.conn.execute(update(line).where(line.c.id == line_id).values(values))
    _pool(tx, line_id, edit.pool_line_id)
    if not note_change(tx, agent_id, LINE, row.name, before, _fields(tx, line_id)):
        return
    origin = FROM_FILE if row.origin == FROM_FILE else FROM_DESK
    tx.conn.execute(update(line).where(line.c.id == line_id).values(version=row.version + 1, origin=origin))
    if values.get("name", row.name) != row.name:
        tx.news.anew = True  # records that desktops hold show the old name


def delete_line(tx: Tx, agent_id: int, line_id: int) -> None:
    """It sends no more. A text that still comes to it is lost to nobody, and a STOP counts.

    Raises `NotFoundError`, `BadRequestError`.
    """
    row = _row(tx, line_id)
    if row.origin == FROM_FILE:
        raise BadRequestError("This line stands in the hub's settings file: remove it there.")
    before = _fields(tx, line_id)
    tx.conn.execute(routing_rule.delete().where(routing_rule.c.line_id == line_id))
    gone = {"origin": REMOVED, "connection_id": None, "version": row.version + 1}
    tx.conn.execute(update(line).where(line.c.id == line_id).values(gone))
    note_change(tx, agent_id, LINE, row.name, before, None)


def _row(tx: Tx, line_id: int) -> AnyRow:
    row = tx.conn.execute(select(line).where(line.c.id == line_id).with_for_update()).first()
    if row is None or row.origin == REMOVED:
        raise NotFoundError("This line does not exist any more.")
    return row


def _pool(tx: Tx, line_id: int, with_line_id: int | None) -> None:
    is_other = line.c.id == with_line_id, line.c.origin != REMOVED
    stays = tx.conn.scalar(select(line.c.consent_line_id).where(line.c.id == line_id)) == with_line_id
    if with_line_id is not None and not stays and tx.conn.scalar(select(line.c.id).where(*is_other)) is None:
        raise BadRequestError("This line does not exist any more.", "pool_line_id")
    try:
        share_consent(tx, line_id, with_line_id)
    except BadRequestError as error:
        raise BadRequestError(str(error), "pool_line_id") from error


def _country(edit: EditLine) -> str:
    country = edit.country.strip().upper()
    if len(country) != 2 or not (country.isascii() and country.isalpha()):
        raise BadRequestError("A country is two letters, as US.", "country")
    return country


def _checked(tx: Tx, edit: EditLine, country: str, *, given: bool = False) -> dict[str, Any]:
    """The columns. `given`: name and connection are the settings file's, whose connection may be another hub's."""
    name = " ".join(clean_text(edit.name)[0].split())
    if not given and (not name or len(name) > LONGEST_NAME):
        raise BadRequestError(f"A name has 1 to {LONGEST_NAME} characters.", "name")
    if not given and not 5 <= edit.offer_seconds <= 600:
        raise BadRequestError("Between 5 and 600 seconds.", "offer_seconds")
    if not 0 <= edit.texts_from < edit.texts_until <= DAY_MINUTES:
        raise BadRequestError("The hours must begin before they end, within one day.", "texts_until")
    in_use = tx.conn.scalars(select(connection.c.id).where(connection.c.active))
    if not given and edit.connection is not None and edit.connection not in set(in_use):
        raise BadRequestError("This connection does not exist any more.", "connection")
    return {
        "name": name,
        "connection_id": edit.connection,
        "country": country,
        "offer_seconds": edit.offer_seconds,
        "shows_first_words": edit.shows_first_words,
        "carrier_answers_keywords": edit.carrier_answers_keywords,
        "quiet_hours": edit.quiet_hours,
        "texts_from": edit.texts_from,
        "texts_until": edit.texts_until,
    }


def _fields(tx: Tx, line_id: int) -> Fields:
    row = tx.conn.execute(select(line).where(line.c.id == line_id)).one()
    pool = tx.conn.scalar(select(line.c.name).where(line.c.id == row.consent_line_id))
    return {
        "number": row.address,
        "name": row.name,
        "connection": said(row.connection_id),
        "country": row.country,
        "seconds to answer": said(row.offer_seconds),
        "shows first words": said(row.shows_first_words),
        "carrier answers keywords": said(row.carrier_answers_keywords),
        "consent shared with": said(pool),
        "quiet hours": said(row.quiet_hours),
        "texts from": _clock(row.texts_from),
        "texts until": _clock(row.texts_until),
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
