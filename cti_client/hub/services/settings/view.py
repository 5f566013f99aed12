"""Everything the settings screens show, read at once. Secrets are left out: of each only that it is set."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select, true

from cti_client.domain.auto_text import DEFAULTS, AutoPolicy
from cti_client.domain.phone_number import display
from cti_client.domain.text_policy import TextPolicy
from cti_client.hub.config import ConnectionConfig, LineConfig
from cti_client.hub.desk_connections import LOST, NO_KEY, SECRET, kept
from cti_client.hub.secrets import SecretBox, SecretsLostError
from cti_client.hub.services.settings.of_file import fixed_fields, text_of
from cti_client.hub.store.origin import FROM_FILE, REMOVED
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.tables import auto_text, canned_reply, connection, hub, line, routing_rule
from cti_client.telephony.sms.connection import SplitMode
from cti_client.telephony.sms.kinds import ALL_KINDS, Kind, kind_named
from cti_client.wire import settings_api as api

_LOGIN = re.compile(r"\A([a-zA-Z]+://).*@", re.DOTALL)
"""What stands before the host in an address, where a file may have a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a hub knows besides its database.

    `file`: the settings file's connections, and `file_lines` its lines by their addresses. `hub_url`: where gateways
    reach the hub. `troubles`: why a connection does not work as it is set, by id.
    """

    file: Mapping[str, ConnectionConfig]
    file_lines: Mapping[str, LineConfig]
    box: SecretBox
    hub_url: str
    troubles: Mapping[str, str] = field(default_factory=dict)


def all_settings(conn: Connection, around: Surroundings) -> api.AllSettings:
    """The screens' state as of now."""
    in_use = select(connection).where(connection.c.active == true()).order_by(connection.c.id)
    connections = conn.execute(in_use).all()
    lines = conn.execute(select(line).where(line.c.origin != REMOVED).order_by(line.c.id)).all()
    texts: dict[int, dict[str, AnyRow]] = {}
    for row in conn.execute(select(auto_text)):
        texts.setdefault(row.line_id, {})[row.policy] = row
    rules = conn.execute(select(routing_rule).order_by(routing_rule.c.position, routing_rule.c.id)).all()
    replies = conn.execute(select(canned_reply).order_by(canned_reply.c.shortcut)).all()
    return api.AllSettings(
        version=conn.execute(select(hub.c.settings_version)).scalar_one(),
        kinds=tuple(_kind(one) for one in ALL_KINDS),
        connections=tuple(_connection(row, around) for row in connections if _is_known(row, around)),
        lines=tuple(_line(row, texts.get(row.id, {}), around.file_lines.get(row.address)) for row in lines),
        rules=tuple(api.RoutingRuleView(connection=r.connection_id, prefix=r.prefix, line_id=r.line_id) for r in rules),
        replies=tuple(
            api.CannedReplyView(id=r.id, shortcut=r.shortcut, title=r.title, text=r.text, version=r.version)
            for r in replies
        ),
        keeps_secrets=around.box.keeps,
    )


def _is_known(row: AnyRow, around: Surroundings) -> bool:
    """A connection of another hub's file is nothing that this one could tell about."""
    return row.origin != FROM_FILE or row.id in around.file


def _kind(one: Kind) -> api.ConnectionKind:
    return api.ConnectionKind(
        kind=one.kind,
        name=one.name,
        needs_secret=one.needs_secret,
        can_separate=one.can_separate,
        options=tuple(
            api.OptionField(
                key=option.key,
                label=option.label,
                help=option.help,
                default=option.default,
                secret=option.secret,
                required=option.required,
                choices=option.choices,
            )
            for option in one.options
        ),
    )


def _connection(row: AnyRow, around: Surroundings) -> api.ConnectionView:
    kind = kind_named(row.kind)
    secret_options = kind.secrets if kind is not None else frozenset()
    inbound = kind.inbound if kind is not None else ""
    trouble = around.troubles.get(row.id, "")
    hub_url = around.hub_url
    if row.origin == FROM_FILE:
        settings = around.file[row.id].settings
        country, per_second = settings.country, settings.per_second
        options = {key: _LOGIN.sub(r"\1…@", value) for key, value in settings.options.items()}
        is_set = {SECRET: settings.secret, **{key: options.pop(key, "") for key in secret_options}}
        hub_url = settings.public_url or hub_url
    else:
        stored = kept(row)
        country, per_second, options = stored.country, stored.per_second, dict(stored.options)
        try:
            is_set = around.box.open(row.id, row.secrets)
        except SecretsLostError:
            is_set, trouble = {}, LOST if around.box.keeps else NO_KEY
    shown = {key: api.SECRET_KEPT for key in secret_options if is_set.get(key)}
    return api.ConnectionView(
        id=row.id,
        kind=row.kind,
        name=row.name,
        version=row.version,
        editable=row.origin != FROM_FILE,
        country=country,
        text_policy=TextPolicy(row.text_policy),
        separate=row.split == SplitMode.SEPARATE,
        per_second=per_second,
        options={**options, **shown},
        secret=api.SECRET_KEPT if is_set.get(SECRET) else "",
        webhook_url=f"{hub_url}/gateway/{row.id}/{inbound}" if inbound else "",
        trouble=trouble,
    )


def _line(row: AnyRow, texts: Mapping[str, AnyRow], said: LineConfig | None) -> api.LineView:
    return api.LineView(
        id=row.id,
        address=row.address,
        display=display(row.address),
        name=row.name,
        version=row.version,
        editable=row.origin != FROM_FILE,
        active=row.origin != REMOVED,
        connection=row.connection_id,
        country=row.country,
        offer_seconds=row.offer_seconds,
        shows_first_words=row.shows_first_words,
        carrier_answers_keywords=row.carrier_answers_keywords,
        pool_line_id=row.consent_line_id,
        quiet_hours=row.quiet_hours,
        texts_from=row.texts_from,
        texts_until=row.texts_until,
        auto_texts=tuple(_auto_text(row, policy, texts.get(policy), said) for policy in AutoPolicy),
        fixed=fixed_fields(said) if row.origin == FROM_FILE else (),
    )


def _auto_text(of_line: AnyRow, policy: AutoPolicy, row: AnyRow | None, said: LineConfig | None) -> api.AutoTextView:
    usual = DEFAULTS[policy]
    editable = of_line.origin != FROM_FILE or text_of(said, policy) is None
    if row is not None:
        text = row.text or usual.text
        return api.AutoTextView(policy=policy, enabled=row.enabled, text=text, version=row.version, editable=editable)
    enabled = of_line.confirms_opt_out if policy is AutoPolicy.OPT_OUT else usual.enabled
    return api.AutoTextView(policy=policy, enabled=enabled, text=usual.text, editable=editable)
