"""What an operator sets for a hub, as plain values. `config_file.load` reads them from a TOML file.

Every field is an option of that name; its docstring says what it does and its default is the default of the file.
A secret is never written into the file: `secret = "env:KANNEL_SECRET"` takes it from the environment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from cti_client.domain.phone_number import AddressKind, parse_address
from cti_client.domain.quiet_hours import USUAL_FROM, USUAL_UNTIL
from cti_client.domain.role import Role
from cti_client.hub.secrets import SecretsKeyError, read_keys
from cti_client.telephony.sms.connection import ConnectionSettings


class ConfigError(Exception):
    """An option is wrong. The message names its key, as `lines[2].connection: ...`."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}")
        self.key = key
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionConfig:
    """`[[connections]]`: one gateway. `settings` holds what the gateway's adapter is told."""

    settings: ConnectionSettings
    poll_seconds: float = 30.0
    """How often a gateway that must be asked (inbound mode poll) is asked for new texts."""
    test_seconds: float = 60.0
    """How often a gateway is asked whether it is there, for the header of the desktop. 0: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineConfig:
    """`[[lines]]`: a number or short code of ours."""

    address: str
    """As customers text it: `+15551230000`, or a short code's digits. Never changes for a line: it is its name."""
    name: str
    """What agents see."""
    connection: str | None = None
    """The `id` of the connection that carries its texts. Without one it cannot send."""
    country: str = "US"
    """Two letters. Numbers without a country code are read as numbers of this country."""
    offer_seconds: int = 20
    """How long an agent has to answer a request (C3)."""
    carrier_answers_keywords: bool = False
    """The carrier answers STOP and START by itself: the hub then confirms nothing (B7)."""
    confirms_opt_out: bool | None = None
    """One text confirms an opt-out (B7). None: as it was set on the settings screens, on at first."""
    opt_in_text: str | None = None
    """What answers a START that changed something (B7); `{line}` becomes the line's name. Empty: nothing does. None: as
    it was set there, off at first."""
    help_text: str | None = None
    """What answers HELP (B7). Empty: HELP rings like any other text. None: the same."""
    welcome_text: str | None = None
    """What answers the first text ever of a number (B6). Empty: nothing does. None: the same."""
    pool: str | None = None
    """The `address` of the line whose consent this one shares (B7): a STOP to one is a STOP to both. Empty: its own.
    None: as it was set on the settings screens, its own at first."""
    shows_first_words: bool = True
    """A request shows the first words of the customer's text before it is accepted (A2)."""
    quiet_hours: bool | None = None
    """Agents are asked before they start a chat outside `texts_from` to `texts_until` of the customer's day, and
    automatic texts that answer nothing wait (B9). None: as it was set on the settings screens, on at first."""
    texts_from: int | None = None
    """Minutes of the customer's day; in the file as `"08:00"`. None: as it was set there, 8:00 at first."""
    texts_until: int | None = None
    """The same; 21:00 at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """`[[agents]]`: a person who signs in with a token."""

    name: str
    token: str = field(repr=False)
    """At least 16 characters. Only its SHA-256 is stored."""
    role: Role = Role.AGENT
    """`admin` and `owner` change settings on the screens; `supervisor` and `agent` do not (F4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """`[[directory]]`: one place to look addresses up (A4), tried in the order of the file.

    `kind` is `contacts` (the hub's own) or `http`; `options` of `http` are those of `directory.http`.
    """

    id: str
    name: str
    kind: str
    options: Mapping[str, object] = field(default_factory=dict, repr=False)


OWN_CONTACTS = (SourceConfig(id="contacts", name="Contacts", kind="contacts"),)
"""Where addresses are looked up when nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`[limits]`: what protects the hub. Seconds and bytes."""

    header_seconds: float = 30.0
    """A connection that sent no whole request header this long after it opened, or after its last answer, is cut."""
    body_seconds: float = 10.0
    """A body that is not complete this long after its header is refused with 408."""
    webhook_bytes: int = 65_536
    """The largest body a gateway may send; a larger one is refused with 413."""
    api_bytes: int = 262_144
    """The largest body a desktop may send."""
    handler_seconds: float = 60.0
    """A request that takes longer is given up with 503."""
    hello_seconds: float = 10.0
    """A desktop that opened its socket must say Hello within this time."""
    send_seconds: float = 10.0
    """A desktop that does not take a frame within this time is cut off as too slow."""
    heartbeat_seconds: float = 20.0
    """How often a desktop's socket is pinged; one that stays silent for half of it more is gone."""
    sockets: int = 1_000
    """At most this many desktops at once; fewer where the system lets the hub open fewer files."""
    submits: int = 16
    """At most this many texts on their way to one gateway at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubConfig:
    """All of a hub. The sections `[hub]`, `[limits]` and the lists."""

    database: Path | str = field(repr=False)
    """One person's: an SQLite file, made where it does not exist. A team's: a PostgreSQL database, as
    `postgresql://USER:PASSWORD@HOST/NAME`, which any number of hubs may share."""
    host: str = "127.0.0.1"
    """The address to listen on. Beyond loopback only with a certificate or behind a proxy."""
    port: int = 0
    """0: any free port."""
    public_url: str = ""
    """The hub's address as gateways reach it, where that differs from what it listens on (behind a proxy)."""
    tls_certificate: Path | None = None
    """A PEM file with the certificate and its chain."""
    tls_key: Path | None = None
    """The PEM file of its key, where it is not in the certificate's file."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of the proxies in front. Only they (and this machine) may then speak to the hub without
    TLS, and `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Request-Id` are believed of them alone."""
    metrics_from: tuple[str, ...] = ()
    """Addresses or networks that may read `/metrics`. None: nobody may."""
    drain_seconds: float = 0.0
    """On stop: how long `/ready` says no while all else still works, so that a load balancer turns away in time."""
    grace_seconds: float = 60.0
    """An agent whose link is lost for longer is Offline (C6)."""
    chats_per_agent: int = 0
    """Chats and requests that an agent is given at once; agents may take more from the Waiting list (C1). 0: 3, and no
    limit for the only agent of a hub, whose requests nobody else could take."""
    secrets_key: str = field(default="", repr=False)
    """What encrypts the secrets of connections that are made on the settings screens, as
    `cti-client admin new-secrets-key` prints it; several with commas between, the newest first. None: such connections
    cannot be made."""
    categories: tuple[str, ...] = ()
    """What a case's category may be chosen from."""
    keep_days: float = 7.0
    """How long numbered records are kept: a desktop away for longer starts from a snapshot. Texts are kept for ever."""
    connections: tuple[ConnectionConfig, ...] = ()
    lines: tuple[LineConfig, ...] = ()
    agents: tuple[AgentConfig, ...] = ()
    directory: tuple[SourceConfig, ...] = OWN_CONTACTS
    limits: Limits = field(default_factory=Limits)


class StarterConfig(HubConfig):
    """One that no file says: its connections and lines are there where nothing else is set, and the settings screens
    rule over them."""


def of_the_file(config: HubConfig) -> HubConfig:
    """Without what the settings screens rule over from the start."""
    return replace(config, connections=(), lines=()) if isinstance(config, StarterConfig) else config


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check(config: HubConfig) -> None:
    """Raise `ConfigError` where options do not fit together."""
    _check_doors(config)
    try:
        read_keys(config.secrets_key)
    except SecretsKeyError as error:
        raise ConfigError("hub.secrets_key", str(error)) from None
    known = _unique("connections", "id", [one.settings.id for one in config.connections])
    for index, one in enumerate(config.connections):
        if not one.settings.id or not all(
            letter.isascii() and (letter.isalnum() or letter in "-_") for letter in one.settings.id
        ):
            raise ConfigError(f"connections[{index}].id", "letters, digits, - and _ only: it stands in an address")
        if one.poll_seconds <= 0:
            raise ConfigError(f"connections[{index}].poll_seconds", "must be more than 0")
        if one.settings.per_second is not None and one.settings.per_second <= 0:
            raise ConfigError(f"connections[{index}].per_second", "must be more than 0")
    for index, line in enumerate(config.lines):
        if line.connection is not None and line.connection not in known:
            raise ConfigError(f"lines[{index}].connection", f'there is no connection "{line.connection}"')
        if line.offer_seconds < 1:
            raise ConfigError(f"lines[{index}].offer_seconds", "must be at least 1")
        if not (len(line.country) == 2 and line.country.isascii() and line.country.isupper()):
            raise ConfigError(f"lines[{index}].country", "two capital letters, as US")
        opens = USUAL_FROM if line.texts_from is None else line.texts_from
        closes = USUAL_UNTIL if line.texts_until is None else line.texts_until
        if opens >= closes:
            key = "texts_until" if line.texts_until is not None else "texts_from"
            raise ConfigError(f"lines[{index}].{key}", "texts_from must be before texts_until, on the same day")
    _check_addresses(config.lines)
    _check_pools(config.lines)
    _unique("agents", "name", [agent.name for agent in config.agents])
    _unique("agents", "token", [agent.token for agent in config.agents])
    for index, agent in enumerate(config.agents):
        if len(agent.token) < 16:
            raise ConfigError(f"agents[{index}].token", "needs at least 16 characters")
    _unique("directory", "id", [source.id for source in config.directory])
    for index, source in enumerate(config.directory):
        if source.kind not in ("contacts", "http"):
            raise ConfigError(f"directory[{index}].kind", f'"{source.kind}" is neither contacts nor http')


def _check_addresses(lines: tuple[LineConfig, ...]) -> None:
    seen: set[str] = set()
    for index, line in enumerate(lines):
        address = parse_address(line.address, line.country)
        if address.kind is AddressKind.NAME or not any(letter.isdigit() for letter in line.address):
            raise ConfigError(f"lines[{index}].address", "is neither a phone number nor a short code")
        if address.value in seen:
            raise ConfigError(f"lines[{index}].address", f"is there twice: {address.value}")
        seen.add(address.value)


def _check_pools(lines: tuple[LineConfig, ...]) -> None:
    by_address = {line.address: line for line in lines}
    for index, line in enumerate(lines):
        if not line.pool:
            continue
        kept_by = by_address.get(line.pool)
        if kept_by is None:
            raise ConfigError(f"lines[{index}].pool", f"there is no line {line.pool}")
        if kept_by is line:
            raise ConfigError(f"lines[{index}].pool", "is the line itself; leave it out")
        if kept_by.pool:
            raise ConfigError(f"lines[{index}].pool", f"{line.pool} is in a pool itself; name {kept_by.pool}")


def _check_doors(config: HubConfig) -> None:
    if not is_loopback(config.host) and config.tls_certificate is None and not config.trusted_proxies:
        raise ConfigError(
            "hub.host",
            f"{config.host} is reachable by others; that needs hub.tls_certificate, or a proxy in hub.trusted_proxies",
        )
    if not 0 <= config.port <= 65_535:
        raise ConfigError("hub.port", f"{config.port} is no port")
    if config.tls_key is not None and config.tls_certificate is None:
        raise ConfigError("hub.tls_key", "is a key without hub.tls_certificate")
    for key in ("grace_seconds", "drain_seconds", "keep_days", "chats_per_agent"):
        if getattr(config, key) < 0:
            raise ConfigError(f"hub.{key}", "must not be less than 0")
    for key, networks in (("trusted_proxies", config.trusted_proxies), ("metrics_from", config.metrics_from)):
        for network in networks:
            try:
                ip_network(network)
            except ValueError as error:
                raise ConfigError(f"hub.{key}", f'"{network}" is no address or network') from error
    if config.public_url and not _is_web_address(config.public_url):
        raise ConfigError("hub.public_url", "must be an address such as https://sms.example.com")
    if is_any(config.host) and not config.public_url:
        for index, one in enumerate(config.connections):
            if not one.settings.public_url:
                raise ConfigError("hub.public_url", f"is needed: connections[{index}] must be told where the hub is")
    if isinstance(config.database, str):
        _check_database(config.database)


def is_any(host: str) -> bool:
    """Whether it stands for all addresses of this machine, and so for none that others could be told."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _check_database(address: str) -> None:
    """The address itself is never shown: it holds a password."""
    from cti_client.hub.store.postgres_options import DatabaseAddressError, postgres_options  # a team's hub alone

    try:
        postgres_options(address)
    except DatabaseAddressError as error:
        raise ConfigError("hub.database", str(error)) from error


def _unique(section: str, key: str, values: list[str]) -> set[str]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            raise ConfigError(f"{section}[{index}].{key}", "is there twice")
        seen.add(value)
    return seen
