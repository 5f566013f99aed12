"""Queries are tested on what the services wrote, on both engines."""

import pytest

from tests.helpers.engines import database, make_store, store
from tests.helpers.service_hub import Database, ServiceHub

__all__ = ["database", "hub", "make_store", "store"]


@pytest.fixture
def hub(database: Database) -> ServiceHub:
    return ServiceHub(database)
