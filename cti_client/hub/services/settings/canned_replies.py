"""Canned replies (E10): one shortcut each."""

from sqlalchemy import delete, func, insert, select, update

from cti_client.domain.clean_text import clean_text
from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.domain.sms_text import LONGEST
from cti_client.hub.services.settings.change import Fields, note_change, refuse_stale
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import canned_reply
from cti_client.wire.settings_api import EditCannedReply

KIND = "canned reply"
LONGEST_SHORTCUT = 30
LONGEST_TITLE = 80
MOST = 500


def add_reply(tx: Tx, agent_id: int, edit: EditCannedReply) -> None:
    """Raises `BadRequestError` with the field at fault."""
    new = _checked(tx, edit, None)
    if (tx.conn.scalar(select(func.count()).select_from(canned_reply)) or 0) >= MOST:
        raise BadRequestError(f"There are {MOST} canned replies already.")
    tx.conn.execute(insert(canned_reply).values(new))
    note_change(tx, agent_id, KIND, new["shortcut"], None, new)


def put_reply(tx: Tx, agent_id: int, reply_id: int, edit: EditCannedReply) -> None:
    """Raises `NotFoundError`, `StaleVersionError`, `BadRequestError`."""
    row = _row(tx, reply_id)
    refuse_stale(row.version, edit.version)
    new = _checked(tx, edit, reply_id)
    if note_change(tx, agent_id, KIND, row.shortcut, _fields(row), new):
        tx.conn.execute(
            update(canned_reply).where(canned_reply.c.id == reply_id).values(**new, version=row.version + 1)
        )


def delete_reply(tx: Tx, agent_id: int, reply_id: int) -> None:
    """Raises `NotFoundError`."""
    row = _row(tx, reply_id)
    tx.conn.execute(delete(canned_reply).where(canned_reply.c.id == reply_id))
    note_change(tx, agent_id, KIND, row.shortcut, _fields(row), None)


def _row(tx: Tx, reply_id: int) -> AnyRow:
    row = tx.conn.execute(select(canned_reply).where(canned_reply.c.id == reply_id).with_for_update()).first()
    if row is None:
        raise NotFoundError("This canned reply does not exist any more.")
    return row


def _fields(row: AnyRow) -> Fields:
    return {"shortcut": row.shortcut, "title": row.title, "text": row.text}


def _checked(tx: Tx, edit: EditCannedReply, own_id: int | None) -> dict[str, str]:
    shortcut = clean_text(edit.shortcut)[0].strip().removeprefix("/")
    title = " ".join(clean_text(edit.title)[0].split())
    text = clean_text(edit.text)[0].strip()
    if not shortcut or len(shortcut.split()) != 1 or len(shortcut) > LONGEST_SHORTCUT:
        raise BadRequestError(f"A shortcut is one word of at most {LONGEST_SHORTCUT} characters.", "shortcut")
    if not title or len(title) > LONGEST_TITLE:
        raise BadRequestError(f"A title has 1 to {LONGEST_TITLE} characters.", "title")
    if not text or len(text) > LONGEST:
        raise BadRequestError(f"A text has 1 to {LONGEST:,} characters.", "text")
    others = tx.conn.execute(select(canned_reply.c.shortcut).where(canned_reply.c.id != (own_id or 0)))
    if shortcut.casefold() in {row.shortcut.casefold() for row in others}:  # a database knows the case of some letters
        raise BadRequestError(f"Another reply has the shortcut /{shortcut} already.", "shortcut")
    return {"shortcut": shortcut, "title": title, "text": text}
