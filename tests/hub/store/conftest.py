"""Queries are tested on what the services wrote."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

from tests.helpers.service_hub import ServiceHub

R = TypeVar("R")


class _Memory:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def transact(self, fn: Callable[[Connection], R]) -> R:
        with self._engine.begin() as conn:
            return fn(conn)


@pytest.fixture
def hub() -> Iterator[ServiceHub]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA foreign_keys=ON")
    yield ServiceHub(_Memory(engine))
    engine.dispose()
