"""The texts that a line answers by itself (A7), as the screens set them."""

from collections.abc import Mapping

from sqlalchemy import select

from cti_client.domain.auto_text import AutoPolicy, filled
from cti_client.domain.clean_text import clean_text
from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.domain.sms_text import LONGEST
from cti_client.domain.text_policy import refusal_sentence, refused
from cti_client.hub.config import LineConfig
from cti_client.hub.services.auto_texts import set_text_of
from cti_client.hub.services.lines import line_by_id
from cti_client.hub.services.settings.change import note_change, refuse_stale, said
from cti_client.hub.services.settings.of_file import IN_THE_FILE, text_of
from cti_client.hub.store.origin import FROM_FILE, REMOVED
from cti_client.hub.store.routing_rules import text_policy_of
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import auto_text
from cti_client.hub.store.upsert import upsert
from cti_client.wire.settings_api import EditAutoText

KIND = "automatic text"


def put_auto_text(
    tx: Tx, agent_id: int, line_id: int, policy: AutoPolicy, edit: EditAutoText, file_lines: Mapping[str, LineConfig]
) -> None:
    """Raises `NotFoundError`, `StaleVersionError`, and `BadRequestError` where it could not be sent as it stands."""
    line = line_by_id(tx.conn, line_id)
    if line is None or line.origin == REMOVED:
        raise NotFoundError("This line does not exist any more.")
    if line.origin == FROM_FILE and text_of(file_lines.get(line.address), policy) is not None:
        raise BadRequestError(IN_THE_FILE, "text")
    is_it = auto_text.c.line_id == line_id, auto_text.c.policy == policy.value
    row = tx.conn.execute(select(auto_text).where(*is_it).with_for_update()).first()
    refuse_stale(0 if row is None else row.version, edit.version)
    text = clean_text(edit.text)[0].strip()
    if not text or len(filled(text, line=line.name)) > LONGEST:
        raise BadRequestError(f"A text has 1 to {LONGEST:,} characters.", "text")
    text_policy = text_policy_of(tx.conn, line.connection_id)
    if not_going := refused(filled(text, line=line.name), text_policy):
        raise BadRequestError(refusal_sentence(not_going, text_policy), "text")
    before = set_text_of(tx, line, policy)
    old = {"on": said(before.enabled), "text": before.text}
    new = {"on": said(edit.enabled), "text": text}
    if note_change(tx, agent_id, KIND, f"{line.name}: {policy.value.replace('_', ' ')}", old, new):
        values = {"enabled": edit.enabled, "text": text, "version": 1 if row is None else row.version + 1}
        upsert(tx.conn, auto_text, {"line_id": line_id, "policy": policy.value}, values)
