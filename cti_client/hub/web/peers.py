"""Who is at the other end of a request, where proxies may stand in between, and whether the way there is guarded.

A proxy is believed only where the settings name it: anybody can write an `X-Forwarded-For`. Of a chain the last
address that is no proxy of ours counts.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address
Header = Callable[[str], str]
"""The value of a header of any spelling; empty where there is none, joined by commas where there are several."""

_FORWARDED_BY = ("x-forwarded-for", "forwarded", "via")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class PeerRefusedError(Exception):
    """This peer may not speak to the hub in this way. The message says why, for the log."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The one who asks. `known`: no stranger stands in between, so that `address` is surely the one who asks.

    `request_id`: the name that our proxy gave the request, or empty.
    """

    address: str
    known: bool
    request_id: str = ""


class Networks:
    """A set of addresses and networks."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._networks = tuple(ip_network(text) for text in texts)

    def __bool__(self) -> bool:
        return bool(self._networks)

    def __contains__(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    def has(self, text: str) -> bool:
        """Whether this address, in text, is one of them."""
        try:
            return plain_address(text) in self
        except ValueError:
            return False


class Peers:
    """Tells peers apart by the settings `trusted_proxies` and whether the hub itself speaks TLS."""

    def __init__(self, trusted_proxies: Sequence[str], *, tls: bool) -> None:
        self._proxies = Networks(trusted_proxies)
        self._tls = tls

    def of(self, remote: str | None, header: Header) -> Peer:
        """Raises `PeerRefusedError`."""
        passed_on = any(header(name) for name in _FORWARDED_BY)
        try:
            nearest = plain_address(remote or "")
        except ValueError:  # the link has ended
            return Peer(remote or "", known=False)
        if nearest not in self._proxies:
            if self._proxies and not (self._tls or nearest.is_loopback):
                raise PeerRefusedError("neither TLS nor one of hub.trusted_proxies")
            return Peer(str(nearest), known=not passed_on)
        named = header("x-request-id")
        request_id = named if _REQUEST_ID.fullmatch(named) else ""
        chain = _listed(header("x-forwarded-for"))
        if not chain:
            return Peer(str(nearest), known=not passed_on, request_id=request_id)
        place, client = self._client(chain)
        if not (client.is_loopback or _protocol(header, place, len(chain)) == "https"):
            raise PeerRefusedError("the proxy does not say that the other side speaks TLS (X-Forwarded-Proto: https)")
        return Peer(str(client), known=True, request_id=request_id)

    def _client(self, chain: Sequence[str]) -> tuple[int, Address]:
        for place in range(len(chain) - 1, -1, -1):
            try:
                address = plain_address(chain[place])
            except ValueError:
                raise PeerRefusedError("the proxy's X-Forwarded-For is no list of addresses") from None
            if address not in self._proxies or place == 0:
                return place, address
        raise AssertionError("a chain has a first address")


def plain_address(text: str) -> Address:
    """The address, without a port or a zone; IPv4 inside IPv6 as IPv4. Raises `ValueError`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    address = ip_address(text.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def _protocol(header: Header, place: int, length: int) -> str:
    """What the client spoke: one word for all of the chain, or one for each of its links."""
    words = _listed(header("x-forwarded-proto"))
    if len(words) == 1:
        return words[0].lower()
    return words[place].lower() if len(words) == length else ""


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
