"""Where a person works: with a hub of their own on this computer, or with a team's hub. Pure rules, no I/O."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

import msgspec

from cti_client.desk.errors import AddressError, InsecureHubError

_ODD_IN_HOST = re.compile(r"[\s/\\<>\"'`^{}|%#?@,;()\[\]]")
_API = "/api/v1"
_PORTS = {"https": 443, "http": 80}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One agent of one hub. What is unsent, and every draft, belongs to exactly one (H1)."""

    hub_id: str
    agent_id: int
    name: str = ""


class OwnPlace(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="own"):
    """A hub of one's own, on this computer."""


class TeamPlace(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="team"):
    """A team's hub.

    `address` as `read_address` gives it. `ca_file`: the team's own certificate authority, in PEM form; empty: those
    this computer trusts. `person`: who was there last, so that their unsent texts show before the hub answers.
    """

    address: str
    ca_file: str = ""
    person: Person | None = None

    @property
    def host(self) -> str:
        """The name in the address, as a person would say it."""
        return host_of(self.address)


Place = OwnPlace | TeamPlace


def read_address(typed: str) -> str:
    """A hub's address as a person types it, in one form: `https://hub.example.com`, a port where it is not the usual.

    `https` is what an address without a scheme means, on this computer `http`. Raises `AddressError` where it is no
    address, and `InsecureHubError` for plain HTTP beyond this computer.
    """
    text = typed.strip()
    if not text:
        raise AddressError("Type the address of your team’s hub, as hub.example.com.")
    parts, host, port = _split(text)
    if parts.username is not None or parts.password is not None:
        raise AddressError("An address holds no name and no password. The token goes into its own field.")
    if parts.scheme == "http" and not is_loopback(host):
        raise InsecureHubError(_join(parts.scheme, host, port, ""))
    if parts.scheme not in _PORTS:
        raise AddressError(f"{text} is no address of a hub: it must begin with https://.")
    path = parts.path.rstrip("/")
    return _join(parts.scheme, host, port, path.removesuffix(_API).rstrip("/"))


def is_safe(address: str) -> bool:
    """Nobody on the way can read along: TLS, or never beyond this computer."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def is_loopback(host: str) -> bool:
    """Whether it means this computer, whatever a name server may say."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """The host of an address, with the port where one is named."""
    return urlsplit(address).netloc.rpartition("@")[2]


def _split(text: str) -> tuple[SplitResult, str, int | None]:
    bare = f"[{text}]" if _is_ipv6(text) else text
    try:
        if "://" not in text:
            host = urlsplit(f"//{bare}").hostname or ""
            bare = f"{'http' if is_loopback(host) else 'https'}://{bare}"
        parts = urlsplit(bare)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressError(f"{text} is no address. It looks like https://hub.example.com.") from None
    if not host or (_ODD_IN_HOST.search(host) and not _is_ipv6(host)) or host.startswith(".") or ".." in host:
        raise AddressError(f"{text} is no address. It looks like https://hub.example.com.")
    return parts, host, port


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _join(scheme: str, host: str, port: int | None, path: str) -> str:
    named = f"[{host}]" if ":" in host else host
    usual = port is None or port == _PORTS[scheme]
    return f"{scheme}://{named}{'' if usual else f':{port}'}{path}"
