"""Gateways, as the screens set them. Those of the settings file are not changed here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import select, update

from cti_client.domain.clean_text import clean_text
from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.hub.config import ConnectionConfig
from cti_client.hub.desk_connections import NO_KEY, SECRET, Kept, configured, kept, may_be_id
from cti_client.hub.secrets import NoSecretsKeyError, SecretBox, SecretsLostError
from cti_client.hub.services.settings.change import CONNECTION, Fields, note_change, refuse_stale, said
from cti_client.hub.store.origin import FROM_DESK, FROM_FILE
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import connection, line, routing_rule
from cti_client.hub.store.upsert import upsert
from cti_client.telephony.sms.connection import ConnectionSettings, SplitMode
from cti_client.telephony.sms.kinds import Kind, kind_named
from cti_client.telephony.sms.settings import SettingsError
from cti_client.wire.settings_api import SECRET_KEPT, EditConnection

LONGEST_ID = 40
LONGEST_NAME = 60
LONGEST_OPTION = 1_000
FASTEST = 1_000.0

ELSEWHERE = "The address has changed: enter this again, it was meant for the former one."

Check = Callable[[ConnectionSettings], object]
"""Whether a gateway can be made of these; raises `SettingsError`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A connection as it was filled in, checked: `stored` and `secrets` go into the database, apart."""

    edit: EditConnection = field(repr=False)
    kind: Kind
    stored: Kept
    secrets: Mapping[str, str] = field(repr=False)

    @property
    def config(self) -> ConnectionConfig:
        """What a gateway is made of."""
        return configured(
            id=self.edit.id,
            kind=self.kind.kind,
            name=self.edit.name,
            stored=self.stored,
            split=SplitMode.SEPARATE if self.edit.separate else SplitMode.CONCATENATE,
            text_policy=self.edit.text_policy,
            secrets=self.secrets,
        )


def wanted(row: AnyRow | None, edit: EditConnection, box: SecretBox) -> Wanted:
    """What this edit, whose id is in order, comes to over what is stored (`row`).

    Raises `BadRequestError` with the field at fault.
    """
    kind = kind_named(edit.kind)
    if kind is None:
        raise BadRequestError("There is no such kind of gateway.", "kind")
    name = " ".join(clean_text(edit.name)[0].split())
    if not name or len(name) > LONGEST_NAME:
        raise BadRequestError(f"A name has 1 to {LONGEST_NAME} characters.", "name")
    country = edit.country.strip().upper()
    if len(country) != 2 or not (country.isascii() and country.isalpha()):
        raise BadRequestError("A country is two letters, as US.", "country")
    if edit.per_second is not None and not 0 < edit.per_second <= FASTEST:
        raise BadRequestError(f"More than 0 and at most {FASTEST:,.0f} texts a second.", "per_second")
    old = _old_secrets(row, box)
    elsewhere = row is not None and _is_elsewhere(kind, kept(row).options, edit.options)
    options: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for option in kind.options:
        value = edit.options.get(option.key, "").strip()
        if option.secret and value == SECRET_KEPT:
            value = _kept_secret(old, option.key, f"options.{option.key}", elsewhere=elsewhere)
        if option.required and not value:
            raise BadRequestError(f"{option.label} is needed.", f"options.{option.key}")
        if len(value) > LONGEST_OPTION:
            raise BadRequestError("This is too long.", f"options.{option.key}")
        if option.address and "@" in value.partition("//")[2].partition("/")[0]:
            raise BadRequestError("Leave user name and password out of the address.", f"options.{option.key}")
        if value:
            (secrets if option.secret else options)[option.key] = value
    for key in edit.options:
        if key not in kind.keys:
            raise BadRequestError("This kind of gateway has no such option.", f"options.{key}")
    secret = edit.secret.strip()
    if secret == SECRET_KEPT:
        secret = _kept_secret(old, SECRET, "secret", elsewhere=elsewhere)
    if kind.needs_secret and not secret:
        raise BadRequestError("A secret is needed: the gateway shows it when it calls the hub.", "secret")
    if secret:
        secrets[SECRET] = secret
    stored = Kept(country=country, per_second=edit.per_second, options=options)
    return Wanted(msgspec.structs.replace(edit, name=name, country=country), kind, stored, secrets)


def refuse_odd_id(connection_id: str) -> None:
    """Raises `BadRequestError` where no connection of the screens can have this id."""
    if len(connection_id) > LONGEST_ID or not may_be_id(connection_id):
        raise BadRequestError(f"An id has 1 to {LONGEST_ID} letters, digits, - or _.", "id")


def row_of(tx: Tx, connection_id: str) -> AnyRow | None:
    """As it is stored, locked."""
    return tx.conn.execute(select(connection).where(connection.c.id == connection_id).with_for_update()).first()


def refuse_unmade(settings: ConnectionSettings, check: Check) -> None:
    """Raises `BadRequestError` with the field at fault where no gateway can be made of these."""
    try:
        check(settings)
    except SettingsError as error:
        raise BadRequestError(_sentence(str(error).partition(": ")[2]), error.key) from None


def put_connection(tx: Tx, agent_id: int, edit: EditConnection, box: SecretBox, check: Check) -> None:
    """Raises `StaleVersionError`, `BadRequestError`."""
    refuse_odd_id(edit.id)
    row = row_of(tx, edit.id)
    in_use = row if row is not None and row.active else None
    if in_use is not None and in_use.origin == FROM_FILE:
        raise BadRequestError("This connection stands in the hub's settings file: change it there.", "id")
    if edit.version == 0 and in_use is not None:
        raise BadRequestError("There is a connection of this id already.", "id")
    refuse_stale(0 if in_use is None else in_use.version, edit.version)
    if in_use is not None and in_use.kind != edit.kind:
        raise BadRequestError("The kind of a connection cannot change.", "kind")
    new = wanted(in_use, edit, box)
    refuse_unmade(new.config.settings, check)
    try:
        ciphertext = box.lock(edit.id, new.secrets)
    except NoSecretsKeyError:
        raise BadRequestError(NO_KEY, "secret") from None
    before = None if in_use is None else _fields_of(in_use, _old_secrets(in_use, box))
    after = _fields(new)
    if before is not None:
        after |= {
            f"{key} (secret)": "set again"
            for key in new.secrets
            if new.secrets[key] != _old_secrets(in_use, box).get(key)
        }
    if not note_change(tx, agent_id, CONNECTION, edit.id, before, after):
        return
    values = {
        "kind": edit.kind,
        "name": new.edit.name,
        "settings": msgspec.json.encode(new.stored).decode(),
        "secrets": ciphertext,
        "text_policy": edit.text_policy.value,
        "split": (SplitMode.SEPARATE if edit.separate else SplitMode.CONCATENATE).value,
        "origin": FROM_DESK,
        "active": True,
        "version": (row.version if row is not None else 0) + 1,
    }
    if in_use is None:
        values["poll_cursor"] = ""
    upsert(tx.conn, connection, {"id": edit.id}, values)


def delete_connection(tx: Tx, agent_id: int, connection_id: str, box: SecretBox) -> None:
    """Its lines send no more until they have another; its rules go. Raises `NotFoundError`, `BadRequestError`."""
    row = row_of(tx, connection_id) if may_be_id(connection_id) else None
    if row is None or not row.active:
        raise NotFoundError("This connection does not exist any more.")
    if row.origin == FROM_FILE:
        raise BadRequestError("This connection stands in the hub's settings file: remove it there.")
    tx.conn.execute(routing_rule.delete().where(routing_rule.c.connection_id == connection_id))
    tx.conn.execute(update(line).where(line.c.connection_id == connection_id).values(connection_id=None))
    gone = {"active": False, "secrets": "", "version": row.version + 1}
    tx.conn.execute(update(connection).where(connection.c.id == connection_id).values(gone))
    note_change(tx, agent_id, CONNECTION, connection_id, _fields_of(row, _old_secrets(row, box)), None)


def _is_elsewhere(kind: Kind, stored: Mapping[str, str], edited: Mapping[str, str]) -> bool:
    """Whether what is secret would go to another address than the one it was entered for."""
    keys = [one.key for one in kind.options if one.address]
    return any(stored.get(key, "") != edited.get(key, "").strip() for key in keys)


def _kept_secret(old: Mapping[str, str], key: str, field: str, *, elsewhere: bool) -> str:
    if elsewhere and key in old:
        raise BadRequestError(ELSEWHERE, field)
    return old.get(key, "")


def _sentence(words: str) -> str:
    return f"This {words}." if words.startswith(("must", "is")) else f"{words[:1].upper()}{words[1:]}."


def _old_secrets(row: AnyRow | None, box: SecretBox) -> dict[str, str]:
    try:
        return {} if row is None else box.open(row.id, row.secrets)
    except SecretsLostError:
        return {}


def _fields(new: Wanted) -> dict[str, str]:
    edit = new.edit
    return _named(edit.kind, edit.name, new.stored, edit.text_policy.value, edit.separate, new.secrets)


def _fields_of(row: AnyRow, secrets: Mapping[str, str]) -> Fields:
    separate = row.split == SplitMode.SEPARATE
    return _named(row.kind, row.name, kept(row), row.text_policy, separate, secrets)


def _named(
    kind: str, name: str, stored: Kept, text_policy: str, separate: bool, secrets: Mapping[str, str]
) -> dict[str, str]:
    return {
        "kind": kind,
        "name": name,
        "country": stored.country,
        "texts a second": said(stored.per_second),
        "text policy": text_policy,
        "separate messages": said(separate),
        **stored.options,
        **dict.fromkeys(secrets, "set"),
    }
