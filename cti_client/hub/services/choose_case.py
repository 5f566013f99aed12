"""The choice between Continue and New, changed afterwards in the case (A8)."""

from sqlalchemy import select

from cti_client.domain.case import case_label
from cti_client.domain.errors import BadRequestError
from cti_client.domain.interaction import CaseChoice
from cti_client.hub.services.cases import has_other_chats, leave_case, lock_latest_case, new_case, reopen_case
from cti_client.hub.services.events import note_event
from cti_client.hub.services.interactions import held_interaction, messages_read_differently, touch
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import case
from cti_client.wire import api


def choose_case(tx: Tx, agent_id: int, interaction_id: int, choose: api.ChooseCase) -> api.Accepted:
    """Move the running chat into a new case, or into an earlier one of the same customer (`None`: the latest).

    Choosing what is chosen already changes nothing. Raises `ChatEndedError`, `BadRequestError`.
    """
    thread_row, chat = held_interaction(tx, interaction_id, agent_id)
    before = chat.case_id
    if choose.choice is CaseChoice.NEW:
        if not has_other_chats(tx, before, chat.id):
            return _answer(chat, before)
        after = new_case(tx, chat.thread_id, thread_row.contact_id, agent_id)
    else:
        after = _earlier_case(tx, chat, choose.case_id)
        if after == before:
            return _answer(chat, before)
        reopen_case(tx, after, agent_id)
    touch(tx, chat.id, case_id=after)
    leave_case(tx, before, now_in=after)
    note_event(tx, chat.id, "moved", case_id=after, agent_id=agent_id, detail=case_label(after))
    messages_read_differently(tx, chat.id)
    return _answer(chat, after)


def _earlier_case(tx: Tx, chat: AnyRow, wanted: int | None) -> int:
    if wanted is None:
        if has_other_chats(tx, chat.case_id, chat.id):  # it continues an earlier case already
            return int(chat.case_id)
        last = lock_latest_case(tx, chat.thread_id, other_than=chat.case_id)
        if last is None:
            raise BadRequestError("This customer has no earlier case.")
        return int(last.id)
    if tx.conn.scalar(select(case.c.thread_id).where(case.c.id == wanted)) != chat.thread_id:
        raise BadRequestError("This case belongs to another customer.")
    return wanted


def _answer(chat: AnyRow, case_id: int) -> api.Accepted:
    return api.Accepted(interaction_id=chat.id, case_id=case_id, thread_id=chat.thread_id)
