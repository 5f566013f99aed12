"""Which case a chat goes into: the thread's latest, reopened, or a new one (A8)."""

from sqlalchemy import bindparam, delete, exists, func, select, update

from cti_client.domain import Millis
from cti_client.domain.case import default_choice
from cti_client.domain.interaction import CaseChoice, CaseStatus, Disposition, InteractionState
from cti_client.hub.store.change import change_row
from cti_client.hub.store.latest_case import latest_case
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import case, case_event, interaction
from cti_client.hub.store.upsert import insert_row

_TOUCH = Statement(update(case).where(case.c.id == bindparam("case")).values(last_at=bindparam("at")))


def lock_latest_case(tx: Tx, thread_id: int, *, other_than: int | None = None) -> AnyRow | None:
    """The case Continue would choose, locked."""
    query = latest_case(thread_id)
    if other_than is not None:
        query = query.where(case.c.id != other_than)
    return tx.conn.execute(query.with_for_update()).first()


def touch_case(tx: Tx, case_id: int) -> None:
    """A text of its chat came or goes: the case was last touched now."""
    _TOUCH.run(tx.conn, {"case": case_id, "at": tx.now})


def begin_case(
    tx: Tx, thread_id: int, contact_id: int, agent_id: int, choice: CaseChoice | None, *, as_of: Millis
) -> int:
    """The case for a chat that begins; Continue without a case makes one. `choice` None: the rule, `as_of` then."""
    last = lock_latest_case(tx, thread_id)
    if choice is None:
        choice = default_choice(None if last is None else last.last_at, as_of)
    if choice is CaseChoice.CONTINUE and last is not None:
        reopen_case(tx, last.id, agent_id)
        return int(last.id)
    return new_case(tx, thread_id, contact_id, agent_id)


def new_case(tx: Tx, thread_id: int, contact_id: int | None, agent_id: int) -> int:
    """A fresh case of this thread."""
    began = {"opened_at": tx.now, "last_at": tx.now}
    case_id = insert_row(
        tx.conn, case, {"thread_id": thread_id, "contact_id": contact_id, "agent_id": agent_id, **began}
    )
    tx.news.case(case_id)
    return case_id


def reopen_case(tx: Tx, case_id: int, agent_id: int) -> None:
    """The case goes on, with this agent."""
    reopened = {"agent_id": agent_id, "status": CaseStatus.OPEN, "last_at": tx.now}
    change_row(tx.conn, case, case_id, {**reopened, "closed_at": None, "disposition": None})
    tx.news.case(case_id)


def close_case(
    tx: Tx, case_id: int, disposition: Disposition, *, at: Millis | None = None, notes: str | None = None
) -> None:
    """The chat in this case is over. `FOLLOW_UP` leaves the case pending: somebody still has to act."""
    pending = disposition is Disposition.FOLLOW_UP
    ended_at = tx.now if at is None else at
    values: dict[str, object] = {
        "status": CaseStatus.PENDING if pending else CaseStatus.CLOSED,
        "disposition": disposition,
        "closed_at": None if pending else ended_at,
        "last_at": ended_at,
    }
    if notes is not None:
        values["notes"] = notes
    change_row(tx.conn, case, case_id, values)
    tx.news.case(case_id)


def leave_case(tx: Tx, case_id: int, *, now_in: int) -> None:
    """A running chat was moved from this case to `now_in` (already written on the interaction).

    The case goes back to how its last chat left it. One that was made for this chat and holds nothing vanishes.
    """
    last = tx.conn.execute(
        select(interaction.c.ended_at, interaction.c.disposition, interaction.c.agent_id)
        .where(interaction.c.case_id == case_id, interaction.c.state == InteractionState.ENDED)
        .order_by(interaction.c.ended_at.desc())
        .limit(1)
    ).first()
    if last is not None:
        close_case(tx, case_id, Disposition(last.disposition), at=last.ended_at)
        tx.conn.execute(update(case).where(case.c.id == case_id).values(agent_id=last.agent_id))
        return
    tx.conn.execute(update(case_event).where(case_event.c.case_id == case_id).values(case_id=now_in))
    empty = (func.trim(case.c.subject) == "", func.trim(case.c.notes) == "", case.c.category == "")
    gone = tx.conn.execute(delete(case).where(case.c.id == case_id, *empty).returning(case.c.id)).first()
    if gone is None:
        change_row(tx.conn, case, case_id, {"status": CaseStatus.CLOSED, "closed_at": tx.now, "last_at": tx.now})
    tx.news.case(case_id)


def has_other_chats(tx: Tx, case_id: int, interaction_id: int) -> bool:
    """Whether chats other than this one belong to the case."""
    others = select(interaction.c.id).where(interaction.c.case_id == case_id, interaction.c.id != interaction_id)
    return bool(tx.conn.scalar(select(exists(others))))
