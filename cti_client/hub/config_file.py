"""Reads a `HubConfig` from TOML.

```toml
[hub]
database = "hub.db"                 # beside this file, unless absolute; for a team "postgresql://..."
host = "127.0.0.1"
port = 8080
public_url = "https://sms.example.com"
categories = ["Sales", "Support"]

[[connections]]
id = "kannel"
kind = "kannel"
name = "Kannel"
secret = "env:KANNEL_SECRET"        # from the environment
per_second = 20
[connections.options]               # the adapter's own, all text
url = "http://127.0.0.1:13013/cgi-bin/sendsms"
username = "chat"
password = "env:KANNEL_PASSWORD"

[[lines]]
address = "+15551230000"
name = "Support"
connection = "kannel"

[[agents]]
name = "Anna"
token = "env:ANNA_TOKEN"

[[directory]]
id = "contacts"
name = "Contacts"
kind = "contacts"
```

All options: `hub.config`. An option that is misspelt, of the wrong type, or missing is a `ConfigError` that names it.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from cti_client.domain.role import Role
from cti_client.domain.text_policy import TextPolicy
from cti_client.hub.config import (
    OWN_CONTACTS,
    AgentConfig,
    ConfigError,
    ConnectionConfig,
    HubConfig,
    Limits,
    LineConfig,
    SourceConfig,
    check,
)
from cti_client.telephony.sms.connection import ConnectionSettings, SplitMode

T = TypeVar("T")
_TIME_OF_DAY = re.compile(r"(\d{1,2}):([0-5]\d)", re.ASCII)
_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def load(path: Path, environment: Mapping[str, str] | None = None) -> HubConfig:
    """The checked settings of the file. Raises `ConfigError`; also where the file cannot be read or is no TOML."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(str(path), error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(str(path), f"is not UTF-8 (at line {line})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(str(path), f"is not TOML: {error}") from error
    return read(data, path.parent, os.environ if environment is None else environment)


def read(data: Mapping[str, Any], folder: Path, environment: Mapping[str, str]) -> HubConfig:
    """The checked settings of a parsed file; relative paths are meant from `folder`."""
    top = _Section("", data, environment)
    hub = top.section("hub")
    database = hub.need("database", str)
    certificate, key = hub.get("tls_certificate", str, ""), hub.get("tls_key", str, "")
    config = HubConfig(
        database=database if "://" in database else folder / database,
        host=hub.get("host", str, "127.0.0.1"),
        port=hub.get("port", int, 0),
        public_url=hub.get("public_url", str, "").rstrip("/"),
        tls_certificate=folder / certificate if certificate else None,
        tls_key=folder / key if key else None,
        trusted_proxies=hub.texts("trusted_proxies"),
        metrics_from=hub.texts("metrics_from"),
        drain_seconds=hub.get("drain_seconds", float, 0.0),
        grace_seconds=hub.get("grace_seconds", float, 60.0),
        chats_per_agent=hub.get("chats_per_agent", int, 0),
        keep_days=hub.get("keep_days", float, 7.0),
        secrets_key=hub.get("secrets_key", str, ""),
        categories=hub.texts("categories"),
        connections=top.each("connections", _connection),
        lines=top.each("lines", _line),
        agents=top.each("agents", _agent),
        directory=top.each("directory", _source) or OWN_CONTACTS,
        limits=_limits(top.section("limits")),
    )
    hub.end()
    top.end()
    check(config)
    return config


def _connection(section: "_Section") -> ConnectionConfig:
    split = section.get("split", str, SplitMode.CONCATENATE)
    if split not in tuple(SplitMode):
        raise ConfigError(section.key("split"), f"one of {', '.join(SplitMode)}")
    policy = section.get("text_policy", str, TextPolicy.LETTERS)
    if policy not in tuple(TextPolicy):
        raise ConfigError(section.key("text_policy"), f"one of {', '.join(TextPolicy)}")
    rate = section.get("per_second", float, 0.0)
    return ConnectionConfig(
        settings=ConnectionSettings(
            id=section.need("id", str),
            kind=section.need("kind", str),
            name=section.get("name", str, section.need("id", str)),
            public_url=section.get("public_url", str, "").rstrip("/"),
            country=section.get("country", str, "US"),
            split=SplitMode(split),
            secret=section.get("secret", str, ""),
            per_second=rate or None,
            text_policy=TextPolicy(policy),
            options=section.section("options").all_texts(),
        ),
        poll_seconds=section.get("poll_seconds", float, 30.0),
        test_seconds=section.get("test_seconds", float, 60.0),
    )


def _line(section: "_Section") -> LineConfig:
    return LineConfig(
        address=section.need("address", str),
        name=section.get("name", str, section.need("address", str)),
        connection=section.get("connection", str, "") or None,
        country=section.get("country", str, "US"),
        offer_seconds=section.get("offer_seconds", int, 20),
        carrier_answers_keywords=section.get("carrier_answers_keywords", bool, False),
        confirms_opt_out=section.maybe("confirms_opt_out", bool),
        opt_in_text=section.maybe("opt_in_text", str),
        help_text=section.maybe("help_text", str),
        welcome_text=section.maybe("welcome_text", str),
        pool=section.maybe("pool", str),
        shows_first_words=section.get("shows_first_words", bool, True),
        quiet_hours=section.maybe("quiet_hours", bool),
        texts_from=_minutes(section, "texts_from"),
        texts_until=_minutes(section, "texts_until"),
    )


def _minutes(section: "_Section", name: str) -> int | None:
    """A time of day, as `"08:00"` up to `"24:00"`, in minutes; None where it is not there."""
    said = section.maybe(name, str)
    if said is None:
        return None
    found = _TIME_OF_DAY.fullmatch(said)
    minutes = int(found[1]) * 60 + int(found[2]) if found is not None else -1
    if not 0 <= minutes <= 24 * 60:
        raise ConfigError(section.key(name), 'must be a time of day, as "08:00"')
    return minutes


def _agent(section: "_Section") -> AgentConfig:
    role = section.get("role", str, Role.AGENT)
    if role not in tuple(Role):
        raise ConfigError(section.key("role"), f"one of {', '.join(Role)}")
    return AgentConfig(name=section.need("name", str), token=section.need("token", str), role=Role(role))


def _source(section: "_Section") -> SourceConfig:
    identity, kind = section.need("id", str), section.need("kind", str)
    return SourceConfig(id=identity, name=section.get("name", str, identity), kind=kind, options=section.rest())


def _limits(section: "_Section") -> Limits:
    defaults = Limits()
    values: dict[str, Any] = {}
    for name in Limits.__dataclass_fields__:
        default = getattr(defaults, name)
        values[name] = section.get(name, type(default), default)
        if values[name] <= 0:
            raise ConfigError(section.key(name), "must be more than 0")
    section.end()
    return Limits(**values)


class _Section:
    """One table of the file: hands its values out by type and knows which nobody asked for."""

    def __init__(self, path: str, data: object, environment: Mapping[str, str]) -> None:
        if not isinstance(data, Mapping):
            raise ConfigError(path, "must be a table")
        self._path = path
        self._data = data
        self._environment = environment
        self._asked: set[str] = set()

    def key(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def get(self, name: str, kind: type[T], default: T) -> T:
        self._asked.add(name)
        if name not in self._data:
            return default
        value = self._resolve(name, self._data[name])
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ConfigError(self.key(name), f"must be {_WORDS[kind]}")
        return value

    def maybe(self, name: str, kind: type[T]) -> T | None:
        """None where it is not there."""
        return self.need(name, kind) if name in self._data else None

    def need(self, name: str, kind: type[T]) -> T:
        if name not in self._data:
            raise ConfigError(self.key(name), "is missing")
        value: T = self._data[name]
        return self.get(name, kind, value)

    def texts(self, name: str) -> tuple[str, ...]:
        self._asked.add(name)
        values = self._data.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise ConfigError(self.key(name), "must be a list of texts")
        for value in values:
            self._refuse_nul(name, value)
        return tuple(values)

    def section(self, name: str) -> "_Section":
        self._asked.add(name)
        return _Section(self.key(name), self._data.get(name, {}), self._environment)

    def each(self, name: str, build: Callable[["_Section"], T]) -> tuple[T, ...]:
        self._asked.add(name)
        entries = self._data.get(name, [])
        if not isinstance(entries, list):
            raise ConfigError(self.key(name), f"must be a list: write [[{name}]]")
        built = []
        for index, entry in enumerate(entries):
            section = _Section(f"{self.key(name)}[{index}]", entry, self._environment)
            built.append(build(section))
            section.end()
        return tuple(built)

    def all_texts(self) -> dict[str, str]:
        return {name: self.get(name, str, "") for name in self._data}

    def rest(self) -> dict[str, object]:
        """Everything not asked for yet, secrets resolved."""
        names = [name for name in self._data if name not in self._asked]
        self._asked.update(names)
        return {name: self._resolve(name, self._data[name]) for name in names}

    def end(self) -> None:
        for name in self._data:
            if name not in self._asked:
                raise ConfigError(self.key(name), "is no option")

    def _resolve(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {inner: self._resolve(f"{name}.{inner}", content) for inner, content in value.items()}
        if not isinstance(value, str):
            return value
        self._refuse_nul(name, value)
        if not value.startswith("env:"):
            return value
        variable = value.removeprefix("env:")
        if variable not in self._environment:
            raise ConfigError(self.key(name), f"the environment has no {variable}")
        return self._environment[variable]

    def _refuse_nul(self, name: str, value: str) -> None:
        if "\0" in value:
            raise ConfigError(self.key(name), "must not hold the character U+0000, which no database keeps")
