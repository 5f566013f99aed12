"""Why a hub cannot be worked with, told apart so that each case says what to do."""

import errno
import socket
import ssl
from dataclasses import dataclass
from enum import Enum

from cti_client.desk.errors import DeskError
from cti_client.desk.places import host_of


class Trouble(Enum):
    """What is wrong. The value is what a person would have to change: `address`, `token`, `ca_file`, or nothing."""

    ADDRESS = "address"
    TOKEN = "token"  # noqa: S105 - the name of a field
    CA_FILE = "ca_file"
    HUB = ""


class HubTroubleError(DeskError):
    """The hub cannot be worked with, and `str()` says why and what to do."""

    def __init__(self, trouble: Trouble, sentence: str) -> None:
        super().__init__(sentence)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class _Words:
    trouble: Trouble
    sentence: str

    def about(self, host: str, why: str = "") -> HubTroubleError:
        return HubTroubleError(self.trouble, self.sentence.format(host=host, why=why))


_NO_SUCH_HOST = _Words(
    Trouble.ADDRESS,
    "There is no {host} in this network. Check the spelling. Some addresses are known only inside the company’s "
    "network or its VPN.",
)
_NOT_LISTENING = _Words(
    Trouble.ADDRESS, "Nothing answers at {host}. Check the address and the port, or ask whether the hub is running."
)
_SILENT = _Words(
    Trouble.ADDRESS, "{host} does not answer. Check the address and the network, or ask whether the hub is running."
)
_NO_TLS = _Words(
    Trouble.ADDRESS,
    "No encrypted connection with {host} could be made. Check the port, or ask for the hub’s https address.",
)
_NOT_A_HUB = _Words(Trouble.ADDRESS, "{host} answers, but it is no hub. Check the address and the port.")
_UNKNOWN_CA = _Words(
    Trouble.CA_FILE,
    "This computer does not know the authority that signed the certificate of {host}. If your team has an authority "
    "of its own, choose its file. Otherwise somebody may be in between: ask your administrator.",
)
_EXPIRED = _Words(
    Trouble.HUB,
    "The certificate of {host} has expired. Ask your administrator to renew it, and check this computer’s date.",
)
_NOT_YET = _Words(
    Trouble.HUB, "The certificate of {host} is not valid yet. Check this computer’s date, or ask your administrator."
)
_OTHER_HOST = _Words(
    Trouble.ADDRESS, "The certificate is not for {host}. Use exactly the address that your administrator gave you."
)
_BAD_CERTIFICATE = _Words(Trouble.HUB, "The certificate of {host} cannot be accepted ({why}). Ask your administrator.")
_CANNOT_WORK = _Words(Trouble.HUB, "The hub at {host} is there but cannot work now. Try again in a moment.")
_BAD_TOKEN = _Words(
    Trouble.TOKEN, "The hub at {host} does not know this token. Copy it once more, or ask your administrator for one."
)
_HUB_TOO_OLD = _Words(
    Trouble.HUB, "The hub at {host} is too old for this program ({why}). Ask your administrator to update the hub."
)
_HUB_TOO_NEW = _Words(Trouble.HUB, "This program is too old for the hub at {host} ({why}). Update this program.")

# What OpenSSL calls them (X509_V_ERR_...).
_BY_VERIFY_CODE = {
    2: _UNKNOWN_CA,
    9: _NOT_YET,
    10: _EXPIRED,
    18: _UNKNOWN_CA,
    19: _UNKNOWN_CA,
    20: _UNKNOWN_CA,
    21: _UNKNOWN_CA,
    27: _UNKNOWN_CA,
    62: _OTHER_HOST,
    64: _OTHER_HOST,
}


def not_a_hub(address: str) -> HubTroubleError:
    """Something else answers there."""
    return _NOT_A_HUB.about(host_of(address))


def cannot_work(address: str) -> HubTroubleError:
    """It says itself that it cannot work now."""
    return _CANNOT_WORK.about(host_of(address))


def bad_token(address: str) -> HubTroubleError:
    """The token is nobody's."""
    return _BAD_TOKEN.about(host_of(address))


def hub_too_old(address: str, versions: str) -> HubTroubleError:
    """It speaks nothing that this program still speaks."""
    return _HUB_TOO_OLD.about(host_of(address), versions)


def hub_too_new(address: str, versions: str) -> HubTroubleError:
    """It speaks nothing that this program speaks already."""
    return _HUB_TOO_NEW.about(host_of(address), versions)


def trouble_of(error: BaseException, address: str) -> HubTroubleError:
    """What an error of aiohttp, of the system or of time means for this address. Never raises."""
    host = host_of(address)
    causes = _causes(error)
    for cause in causes:
        match cause:
            case HubTroubleError():
                return cause
            case ssl.SSLCertVerificationError(verify_code=int(code)):  # aiohttp's own subclass has none
                return _BY_VERIFY_CODE.get(code, _BAD_CERTIFICATE).about(host, cause.verify_message.strip(" ."))
            case socket.gaierror():
                return _NO_SUCH_HOST.about(host)
            case TimeoutError():
                return _SILENT.about(host)
            case OSError(errno=errno.ECONNREFUSED):
                return _NOT_LISTENING.about(host)
            case OSError(errno=errno.EHOSTUNREACH | errno.ENETUNREACH | errno.ETIMEDOUT):
                return _SILENT.about(host)
            case _:
                continue
    tls = any(isinstance(cause, ssl.SSLError) for cause in causes)
    return (_NO_TLS if tls else _NOT_A_HUB).about(host)


def is_about_tls(error: BaseException) -> bool:
    """It is the certificate or the encryption, which no waiting mends."""
    return any(isinstance(cause, ssl.SSLError) for cause in _causes(error))


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what is behind it. aiohttp keeps the system's own error as `os_error` or `certificate_error`."""
    found: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is not None and not any(one is known for known in found):
            found.append(one)
            todo += [getattr(one, "certificate_error", None), getattr(one, "os_error", None), one.__cause__]
    return found
