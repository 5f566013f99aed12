"""Connections that were made on the settings screens: from rows to what the hub makes gateways of."""

import re
from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, select, true

from cti_client.domain.text_policy import TextPolicy
from cti_client.hub.config import ConnectionConfig
from cti_client.hub.secrets import SecretBox
from cti_client.hub.store.origin import FROM_FILE
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.tables import connection
from cti_client.telephony.sms.connection import ConnectionSettings, SplitMode

SECRET = "secret"  # noqa: S105 - the name of the field
"""The connection's own secret among those that are encrypted; the others go by the names of their options."""


NO_KEY = (
    "This hub has no key to keep secrets with. A hub of your own has it from your keyring: unlock that. "
    "A team's has it from secrets_key in its settings file."
)
LOST = "This hub's key does not open the stored secrets. Enter them again."


_ID = re.compile(r"[A-Za-z0-9_-]+")


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What `connection.settings` holds: everything that is neither a column of its own nor secret."""

    country: str = "US"
    per_second: float | None = None
    options: dict[str, str] = {}


def desk_connections(conn: Connection) -> list[AnyRow]:
    """Those in use, by id."""
    made_here = connection.c.origin != FROM_FILE, connection.c.active == true()
    return list(conn.execute(select(connection).where(*made_here).order_by(connection.c.id)).all())


def may_be_id(text: str) -> bool:
    """Whether a connection can be called so. No database is asked after another: some characters it does not take."""
    return _ID.fullmatch(text) is not None


def was_connection(conn: Connection, connection_id: str) -> bool:
    """Whether there is a connection of this id, or ever was. It must be one that may be."""
    return conn.scalar(select(connection.c.id).where(connection.c.id == connection_id)) is not None


def kept(row: AnyRow) -> Kept:
    """Of one row of a connection that was made on the screens."""
    return msgspec.json.decode(row.settings, type=Kept)


def encode_kept(settings: ConnectionSettings) -> str:
    """What is not secret of a connection that needs no secret."""
    stored = Kept(country=settings.country, per_second=settings.per_second, options=dict(settings.options))
    return msgspec.json.encode(stored).decode()


def as_config(row: AnyRow, box: SecretBox) -> ConnectionConfig:
    """What the row says, secrets and all. Raises `SecretsLostError`."""
    stored = kept(row)
    return configured(
        id=row.id,
        kind=row.kind,
        name=row.name,
        stored=stored,
        split=SplitMode(row.split),
        text_policy=TextPolicy(row.text_policy),
        secrets=box.open(row.id, row.secrets),
    )


def configured(
    *,
    id: str,  # noqa: A002 - the field's own name
    kind: str,
    name: str,
    stored: Kept,
    split: SplitMode,
    text_policy: TextPolicy,
    secrets: Mapping[str, str],
) -> ConnectionConfig:
    """The settings of a gateway, with these secrets."""
    options = {**stored.options, **{key: value for key, value in secrets.items() if key != SECRET}}
    settings = ConnectionSettings(
        id=id,
        kind=kind,
        name=name,
        country=stored.country,
        split=split,
        secret=secrets.get(SECRET, ""),
        per_second=stored.per_second,
        text_policy=text_policy,
        options=options,
    )
    return ConnectionConfig(settings=settings)
