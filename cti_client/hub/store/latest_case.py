"""Which case of a thread is the latest: the one last touched, and of those the one made last (A8)."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, select

from cti_client.hub.store.tables import case


def latest_case(thread_id: ColumnElement[int] | int, cases: FromClause = case) -> Select[Any]:
    """A query for the thread's latest case, or for nothing. `cases`: the table, or the alias that the query is to use.

    Name the columns with `with_only_columns`; a further `where` leaves cases out.
    """
    of_thread = select(cases).where(cases.c.thread_id == thread_id)
    return of_thread.order_by(cases.c.last_at.desc(), cases.c.id.desc()).limit(1)
