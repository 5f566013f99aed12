"""One's own hub with no settings file: the simulator is there at first, and is the screens' like anything else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, LineConfig, StarterConfig
from cti_client.hub.desk_connections import as_config, desk_connections
from cti_client.hub.secrets import SecretBox
from cti_client.hub.services.configure import apply_configuration
from cti_client.hub.services.settings.connections import delete_connection, put_connection
from cti_client.hub.services.settings.lines import add_line, delete_line, put_line
from cti_client.hub.store import tables
from cti_client.telephony.sms.connection import ConnectionSettings
from cti_client.telephony.sms.registry import make_connection
from cti_client.wire import settings_api as api
from tests.helpers.service_hub import LINE as SUPPORT
from tests.helpers.service_hub import Database, ServiceHub

ANNA = AgentConfig(name="Anna", token="a" * 20)
SIMULATOR = ConnectionConfig(
    settings=ConnectionSettings(id="sim", kind="simulator", name="Simulator", options={"answer_limit_ms": "500"})
)
SIMULATED = LineConfig(address="+18005550100", name="Toll-free", connection="sim", quiet_hours=False)
STARTER = StarterConfig(database=Path("x"), connections=(SIMULATOR,), lines=(SIMULATED,), agents=(ANNA,))
KANNEL = ConnectionConfig(settings=ConnectionSettings(id="kannel", kind="kannel", name="Kannel", secret="x"))
FILE = HubConfig(
    database=Path("x"),
    connections=(KANNEL,),
    lines=(LineConfig(address="12345", name="Votes", connection="kannel"),),
    agents=(ANNA,),
)
NO_KEY = SecretBox()


def origins(hub: ServiceHub) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Of connections in use and of lines."""
    connections = {row.id: row.origin for row in hub.rows(tables.connection) if row.active}
    return connections, {row.address: row.origin for row in hub.rows(tables.line)}


def emptied(database: Database) -> ServiceHub:
    """A hub where nothing was ever set."""
    hub = ServiceHub(database)

    def empty(conn: Connection) -> None:
        conn.execute(tables.line.delete())
        conn.execute(tables.connection.delete())

    hub.transact(empty)
    return hub


def test_they_are_put_there_once(database: Database) -> None:
    hub = emptied(database)
    hub.run(apply_configuration, STARTER)
    assert origins(hub) == ({"sim": "starter"}, {"+18005550100": "starter"})
    (row,) = hub.read(desk_connections)
    assert as_config(row, NO_KEY) == SIMULATOR
    assert not hub.value(tables.line, "quiet_hours", address="+18005550100")
    version = hub.value(tables.hub, "settings_version")
    hub.run(apply_configuration, STARTER)
    assert hub.value(tables.hub, "settings_version") == version


def test_what_the_screens_make_of_them_stays(database: Database) -> None:
    hub = emptied(database)
    hub.run(apply_configuration, STARTER)
    edit = api.EditConnection(id="sim", kind="simulator", name="Practice", version=1)
    hub.run(put_connection, hub.anna, edit, NO_KEY, make_connection)
    row = hub.row(tables.line, address="+18005550100")
    line = api.EditLine(address=row.address, name="Practice line", connection="sim", version=row.version)
    hub.run(put_line, hub.anna, row.id, line, {})
    hub.run(apply_configuration, STARTER)
    assert origins(hub) == ({"sim": "desk"}, {"+18005550100": "desk"})
    assert hub.value(tables.connection, "name", id="sim") == "Practice"


def test_what_the_screens_removed_stays_away_while_something_else_is_set(database: Database) -> None:
    hub = emptied(database)
    hub.run(apply_configuration, STARTER)
    line = hub.row(tables.line, address="+18005550100")
    hub.run(add_line, hub.anna, api.EditLine(address="54321", name="Votes"))
    hub.run(delete_line, hub.anna, line.id)
    hub.run(delete_connection, hub.anna, "sim", NO_KEY)
    hub.run(apply_configuration, STARTER)
    assert origins(hub) == ({}, {"+18005550100": "removed", "54321": "desk"})
    hub.run(delete_line, hub.anna, hub.value(tables.line, "id", address="54321"))
    hub.run(apply_configuration, STARTER)
    assert origins(hub) == ({"sim": "starter"}, {"+18005550100": "starter", "54321": "removed"})


def test_a_settings_file_ends_them_and_they_come_back_without_it(database: Database) -> None:
    hub = emptied(database)
    hub.run(apply_configuration, STARTER)
    hub.run(apply_configuration, FILE)
    assert origins(hub) == ({"kannel": "file"}, {"+18005550100": "removed", "12345": "file"})
    hub.run(apply_configuration, STARTER)
    assert origins(hub) == ({"sim": "starter"}, {"+18005550100": "starter", "12345": "removed"})


def test_those_of_an_earlier_version_become_starters(database: Database) -> None:
    """It wrote them as if a file had said them."""
    hub = ServiceHub(database)
    assert hub.read(lambda conn: conn.scalars(select(tables.line.c.origin)).all()) == ["file", "file"]
    hub.run(apply_configuration, STARTER)
    connections, lines = origins(hub)
    assert connections == {"sim": "starter"}
    assert lines[SUPPORT] == "removed"
