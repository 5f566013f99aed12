"""A key is replaced by a newer one: everything is encrypted anew, and then the old one is worth nothing."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from cti_client.domain.errors import BadRequestError
from cti_client.hub.desk_connections import as_config, desk_connections
from cti_client.hub.secrets import SecretBox, SecretsLostError, new_key
from cti_client.hub.services.settings.connections import put_connection
from cti_client.hub.services.settings.renew_secrets import renew_secrets
from cti_client.hub.store import tables
from cti_client.hub.store.store import Tx
from cti_client.telephony.sms.connection import ConnectionSettings, SmsConnection
from cti_client.telephony.sms.registry import make_connection
from tests.helpers.service_hub import ServiceHub
from tests.helpers.settings_hub import KANNEL, PASSWORD, SECRET

OLD, NEW = new_key(), new_key()


def make(settings: ConnectionSettings) -> SmsConnection:
    return make_connection(replace(settings, public_url="https://sms.example.com"))


def test_the_newest_key_opens_all_and_the_old_one_nothing(hub: ServiceHub) -> None:
    hub.run(put_connection, hub.anna, KANNEL, SecretBox(OLD), make)
    (before,) = hub.read(desk_connections)
    assert hub.run(renew_secrets, SecretBox(f"{NEW} {OLD}")) == (1, [])
    (row,) = hub.read(desk_connections)
    assert row.version == before.version, "no gateway starts anew for it"
    config = as_config(row, SecretBox(NEW))
    assert (config.settings.secret, config.settings.options["password"]) == (SECRET, PASSWORD)
    with pytest.raises(SecretsLostError):
        as_config(row, SecretBox(OLD))


def test_what_no_key_opens_is_named_and_left_as_it_is(hub: ServiceHub) -> None:
    hub.run(put_connection, hub.anna, KANNEL, SecretBox(OLD), make)
    (before,) = hub.read(desk_connections)
    assert hub.run(renew_secrets, SecretBox(NEW)) == (0, ["main"])
    assert hub.read(desk_connections) == [before]
    with pytest.raises(BadRequestError, match="no key"):
        hub.run(renew_secrets, SecretBox())


def test_a_ciphertext_is_worth_nothing_in_another_row(hub: ServiceHub) -> None:
    box = SecretBox(OLD)
    hub.run(put_connection, hub.anna, KANNEL, box, make)
    (row,) = hub.read(desk_connections)

    def rename(tx: Tx) -> None:
        tx.conn.execute(update(tables.connection).where(tables.connection.c.id == "main").values(id="theirs"))

    hub.run(rename)
    (moved,) = hub.read(desk_connections)
    assert moved.secrets == row.secrets
    with pytest.raises(SecretsLostError):
        as_config(moved, box)
