"""What the driver says where a connection ends between two statements: it is confused, and nothing was done."""

import asyncpg
import pytest
from sqlalchemy import Connection

from cti_client.hub.store.postgres_errors import Verdict, verdict
from cti_client.hub.store.postgres_lanes import READ_WRITE, Lane, NotCommittedError, OutcomeUnknownError

CONFUSED = asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")


class Raw:
    """A driver's connection that is confused at this statement."""

    def __init__(self, at: str) -> None:
        self._at = at
        self.ended = False

    async def execute(self, sql: str) -> str:
        if sql == self._at:
            raise CONFUSED
        return sql

    def is_closed(self) -> bool:
        return self.ended

    def is_in_transaction(self) -> bool:
        return not self.ended

    def terminate(self) -> None:
        self.ended = True


class Conn:
    """SQLAlchemy's face of it."""

    async def run_sync(self, call: object, work: object) -> int:
        return 7


def lane(raw: Raw) -> Lane:
    return Lane(Conn(), raw)  # type: ignore[arg-type]  # what of them it uses


def nothing(_: Connection) -> int:
    return 7


def test_a_confused_driver_has_lost_its_connection() -> None:
    assert verdict(CONFUSED) is Verdict.GONE


async def test_before_the_commit_it_may_be_run_again() -> None:
    raw = Raw(READ_WRITE)
    with pytest.raises(NotCommittedError) as caught:
        await lane(raw).carry(READ_WRITE, nothing)
    assert caught.value.gone
    assert raw.ended


async def test_at_the_commit_nobody_knows() -> None:
    raw = Raw("COMMIT")
    with pytest.raises(OutcomeUnknownError):
        await lane(raw).carry(READ_WRITE, nothing)
    assert raw.ended
