"""Our own numbers."""

from sqlalchemy import Connection, bindparam, exists, select

from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.phone_number import parse_address
from cti_client.hub.store.numbers import FIRST_LINE
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.tables import auto_text, line

_WELCOMES = exists().where(
    auto_text.c.line_id == line.c.id, auto_text.c.policy == AutoPolicy.WELCOME.value, auto_text.c.enabled
)
_LINE = select(line, _WELCOMES.label("welcomes"))
_BY_ADDRESSES = Statement(_LINE.where(line.c.address.in_(bindparam("addresses", expanding=True))))
_BY_ID = Statement(select(line).where(line.c.id == bindparam("id")))


def line_by_id(conn: Connection, line_id: int) -> AnyRow | None:
    """This line, if there is one."""
    return _BY_ID.first(conn, {"id": line_id})


def line_of_recipient(conn: Connection, recipient: str) -> AnyRow | None:
    """The line that a gateway means by `recipient`: exactly, else with or without its plus, else in national form.

    `welcomes`: its welcome (B6) is on.
    """
    compact = "".join(character for character in recipient if character.isdigit() and character.isascii())
    spellings = [recipient.strip(), f"+{compact}", compact]
    rows = {row.address: row for row in _BY_ADDRESSES.rows(conn, {"addresses": spellings})}
    for spelling in spellings:
        if spelling in rows:
            return rows[spelling]
    if not compact:
        return None
    for row in conn.execute(_LINE.order_by(line.c.id)):
        if parse_address(recipient, row.country).value == parse_address(row.address, row.country).value:
            return row
    return None


def default_line(conn: Connection) -> AnyRow | None:
    """The first line that can send, else the first of all."""
    return conn.execute(FIRST_LINE).first()
