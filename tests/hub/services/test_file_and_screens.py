"""What the settings file rules and what the settings screens rule, start after start (ADR 11)."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.errors import BadRequestError
from cti_client.domain.role import Role
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, LineConfig
from cti_client.hub.secrets import SecretBox, new_key
from cti_client.hub.services.agents import set_role
from cti_client.hub.services.configure import apply_configuration
from cti_client.hub.services.settings.auto_texts import put_auto_text
from cti_client.hub.services.settings.connections import put_connection
from cti_client.hub.services.settings.lines import add_line, put_line
from cti_client.hub.services.settings.of_file import by_address
from cti_client.hub.services.settings.view import Surroundings, all_settings
from cti_client.hub.store import tables
from cti_client.hub.store.audit import read_audit
from cti_client.telephony.sms.connection import ConnectionSettings
from cti_client.telephony.sms.registry import make_connection
from cti_client.wire import settings_api as api
from cti_client.wire.topics import OwnPresence
from tests.helpers.service_hub import LINE, SECOND_LINE, ServiceHub

ANNA = AgentConfig(name="Anna", token="a" * 20, role=Role.OWNER)
BEN = AgentConfig(name="Ben", token="b" * 20)
SIM = ConnectionConfig(settings=ConnectionSettings(id="sim", kind="simulator", name="Simulator"))
SUPPORT = LineConfig(address=LINE, name="Support", connection="sim")
SALES = LineConfig(address=SECOND_LINE, name="Sales", connection="sim")
BOX = SecretBox(new_key())
OURS = api.EditConnection(id="ours", kind="simulator", name="Ours", options={"answer_limit_ms": "500"})
NUMBER = "+12125550177"


def file(*lines: LineConfig, connections: Sequence[ConnectionConfig] = (SIM,)) -> HubConfig:
    return HubConfig(database=Path("x"), connections=tuple(connections), lines=lines, agents=(ANNA, BEN))


@pytest.fixture
def made(hub: ServiceHub) -> ServiceHub:
    """A hub whose file has two lines, and whose screens have a connection and a line."""
    hub.run(apply_configuration, file(SUPPORT, SALES))
    hub.run(put_connection, hub.anna, OURS, BOX, make_connection)
    hub.run(add_line, hub.anna, api.EditLine(address=NUMBER, name="Ours", connection="ours"))
    return hub


def line(hub: ServiceHub, address: str = LINE) -> Any:
    return hub.row(tables.line, address=address)


def edit(row: Any, **changes: Any) -> api.EditLine:
    """A line's screen sent back."""
    same = {name: getattr(row, name) for name in api.EditLine.__struct_fields__ if hasattr(row, name)}
    return api.EditLine(**{**same, "connection": row.connection_id, "pool_line_id": row.consent_line_id} | changes)


def test_what_the_screens_made_is_no_business_of_the_file(made: ServiceHub) -> None:
    before = made.rows(tables.connection), line(made, NUMBER), made.value(tables.hub, "settings_version")
    made.run(apply_configuration, file(SUPPORT, SALES))
    assert (made.rows(tables.connection), line(made, NUMBER), made.value(tables.hub, "settings_version")) == before
    made.run(apply_configuration, file(connections=()))
    assert line(made, NUMBER) == before[1]
    assert {row.id: row.active for row in made.rows(tables.connection)} == {"ours": True, "sim": False}


def test_a_file_that_names_it_takes_it_over_and_the_audit_says_so(made: ServiceHub) -> None:
    ours = replace(SIM, settings=replace(SIM.settings, id="ours", name="The file's"))
    taken = LineConfig(address=NUMBER, name="The file's", connection="ours")
    made.run(apply_configuration, file(SUPPORT, SALES, taken, connections=(SIM, ours)))
    row = made.row(tables.connection, id="ours")
    assert (row.origin, row.settings, row.secrets, row.name, row.version) == ("file", "{}", "", "The file's", 2)
    assert (line(made, NUMBER).origin, line(made, NUMBER).version) == ("file", 2)
    newest = made.read(read_audit, 2, None).entries
    assert [(one.by, one.kind, one.action) for one in newest] == [
        ("settings file", "line", "changed"),
        ("settings file", "connection", "changed"),
    ]


def test_a_line_that_leaves_the_file_can_be_made_on_the_screens_with_its_history(made: ServiceHub) -> None:
    before = line(made)
    made.run(apply_configuration, file(SALES))
    assert (line(made).origin, line(made).connection_id) == ("removed", None)
    made.run(add_line, made.anna, api.EditLine(address="12345", name="Votes"))
    with pytest.raises(BadRequestError, match="neither a phone number"):
        made.run(add_line, made.anna, api.EditLine(address=LINE, name="Back"))
    made.run(apply_configuration, file(SUPPORT, SALES))
    assert (line(made).id, line(made).origin, line(made).connection_id) == (before.id, "file", "sim")
    assert line(made, "12345").origin == "desk"


def test_every_start_after_a_change_of_the_file_is_word_to_the_others(made: ServiceHub) -> None:
    version = made.value(tables.hub, "settings_version")
    made.run(apply_configuration, file(replace(SUPPORT, offer_seconds=30), SALES))
    assert made.value(tables.hub, "settings_version") == version + 1
    assert made.last is not None
    assert (made.last.news.topics, made.last.wakes) == ({"setup"}, {"settings"})


def test_a_password_in_an_address_of_the_file_is_shown_to_nobody(hub: ServiceHub) -> None:
    """The screens refuse one in an address, since they show addresses; a file may have one all the same."""
    options = {
        "url": "https://proxy:a-pass/w@rd@127.0.0.1:9/sendsms",
        "username": "chat@example.com",
        "password": "another-password",
    }
    kannel = ConnectionSettings(id="main", kind="kannel", name="Kannel", secret="shown-by-calls", options=options)
    one = ConnectionConfig(settings=kannel)
    hub.run(apply_configuration, file(connections=(one,)))
    (view,) = hub.read(all_settings, Surroundings(file={"main": one}, file_lines={}, box=BOX, hub_url="")).connections
    assert view.options == {
        "url": "https://…@127.0.0.1:9/sendsms",
        "username": "chat@example.com",
        "password": api.SECRET_KEPT,
    }
    assert view.secret == api.SECRET_KEPT


def texts(hub: ServiceHub) -> dict[str, tuple[bool, str]]:
    rows = hub.rows(tables.auto_text, line_id=line(hub).id)
    return {row.policy: (row.enabled, row.text) for row in rows}


def test_an_automatic_text_is_the_file_s_where_it_says_one_and_else_the_screens(made: ServiceHub) -> None:
    said = replace(SUPPORT, help_text="Ring us", welcome_text="", confirms_opt_out=False)
    wish = api.EditAutoText(enabled=True, text="By the screens")
    for policy in (AutoPolicy.OPT_IN, AutoPolicy.OPT_OUT, AutoPolicy.HELP, AutoPolicy.WELCOME):
        made.run(put_auto_text, made.anna, line(made).id, policy, wish, by_address([SUPPORT]))
    made.run(apply_configuration, file(said, SALES))
    assert texts(made) == {
        "help": (True, "Ring us"),
        "welcome": (False, ""),
        "opt_in_confirmation": (True, "By the screens"),
    }
    assert not line(made).confirms_opt_out
    of_file = by_address([said])
    for policy in (AutoPolicy.OPT_OUT, AutoPolicy.HELP, AutoPolicy.WELCOME):
        with pytest.raises(BadRequestError, match="settings file says this") as refused:
            made.run(put_auto_text, made.anna, line(made).id, policy, wish, of_file)
        assert refused.value.field == "text"
    made.run(apply_configuration, file(SUPPORT, SALES))
    assert texts(made)["help"] == (True, "Ring us"), "it is the screens' now"
    version = made.value(tables.auto_text, "version", line_id=line(made).id, policy="help")
    off = api.EditAutoText(enabled=False, text="Ring us", version=version)
    made.run(put_auto_text, made.anna, line(made).id, AutoPolicy.HELP, off, by_address([SUPPORT]))
    made.run(apply_configuration, file(SUPPORT, SALES))
    assert texts(made)["help"] == (False, "Ring us")


def test_a_pool_is_the_file_s_where_it_says_one_and_else_the_screens(made: ServiceHub) -> None:
    sales = line(made, SECOND_LINE).id
    made.run(put_line, made.anna, line(made).id, edit(line(made), pool_line_id=sales), by_address([SUPPORT]))
    made.run(apply_configuration, file(SUPPORT, SALES))
    assert line(made).consent_line_id == sales
    alone = replace(SUPPORT, pool="")
    made.run(apply_configuration, file(alone, SALES))
    assert line(made).consent_line_id is None
    wish = edit(line(made), pool_line_id=sales)
    with pytest.raises(BadRequestError) as refused:
        made.run(put_line, made.anna, line(made).id, wish, by_address([alone]))
    assert refused.value.field == "pool_line_id"


def test_a_pool_of_the_file_is_freed_of_what_the_screens_had_joined(made: ServiceHub) -> None:
    """Else the hub could not start: a line that keeps a pool is in none itself."""
    ours, sales = line(made, NUMBER), line(made, SECOND_LINE)
    made.run(put_line, made.anna, sales.id, edit(sales, pool_line_id=ours.id), by_address([SALES]))
    made.run(apply_configuration, file(replace(SUPPORT, pool=SECOND_LINE), SALES))
    assert (line(made).consent_line_id, line(made, SECOND_LINE).consent_line_id) == (sales.id, None)
    made.run(apply_configuration, file(SUPPORT, replace(SALES, pool="")))
    made.run(put_line, made.anna, ours.id, edit(line(made, NUMBER), pool_line_id=sales.id), {})
    made.run(apply_configuration, file(replace(SUPPORT, pool=""), replace(SALES, pool=LINE)))
    assert (line(made, SECOND_LINE).consent_line_id, line(made, NUMBER).consent_line_id) == (line(made).id, None)


def test_roles_of_the_file_and_of_the_command(made: ServiceHub) -> None:
    roles = {row.name: row.role for row in made.rows(tables.agent)}
    assert roles == {"Anna": "owner", "Ben": "agent"}
    with pytest.raises(BadRequestError, match="stands in the settings file"):
        made.run(set_role, "Ben", Role.ADMIN)
    made.run(apply_configuration, replace(file(SUPPORT, SALES), agents=(ANNA, replace(BEN, role=Role.ADMIN))))
    assert made.value(tables.agent, "role", name="Ben") == "admin"
    assert made.last is not None
    assert OwnPresence.topic in made.last.news.topics
