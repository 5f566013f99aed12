"""The services' suite runs on every engine named in `DATABASES`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from tests.helpers.service_hub import Database, ServiceHub

R = TypeVar("R")


class SqliteDatabase:
    def __init__(self) -> None:
        self.engine = create_engine("sqlite://", poolclass=StaticPool)
        with self.engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA foreign_keys=ON")

    def transact(self, fn: Callable[[Connection], R]) -> R:
        with self.engine.begin() as conn:
            return fn(conn)


@contextmanager
def sqlite() -> Iterator[Database]:
    database = SqliteDatabase()
    yield database
    database.engine.dispose()


DATABASES: dict[str, Callable[[], AbstractContextManager[Database]]] = {"sqlite": sqlite}


@pytest.fixture(params=sorted(DATABASES))
def hub(request: pytest.FixtureRequest) -> Iterator[ServiceHub]:
    with DATABASES[request.param]() as database:
        yield ServiceHub(database)
