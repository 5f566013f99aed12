"""Which certificates a desktop believes: those this computer trusts, and the team's own authority where one is given.

Nothing turns the check off. On a Mac, Python's own TLS library may come without the system's authorities; the system's
file of them then stands in.
"""

import ssl
import sys
from pathlib import Path

from cti_client.desk.errors import CaFileError

_MAC_AUTHORITIES = Path("/etc/ssl/cert.pem")


def client_tls(ca_file: str = "") -> ssl.SSLContext:
    """For connections to a hub. Blocks for some ten milliseconds. Raises `CaFileError`."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if sys.platform == "darwin" and not _has_authorities(context) and _MAC_AUTHORITIES.exists():
        context.load_verify_locations(_MAC_AUTHORITIES)
    if ca_file:
        _add(context, ca_file)
    return context


def _has_authorities(context: ssl.SSLContext) -> bool:
    """Those of a folder are read as they are needed, and not counted before."""
    paths = ssl.get_default_verify_paths()
    return bool(context.cert_store_stats()["x509_ca"] or paths.cafile or paths.capath)


def _add(context: ssl.SSLContext, ca_file: str) -> None:
    try:
        context.load_verify_locations(ca_file)
    except FileNotFoundError:
        raise CaFileError(ca_file, "it is not there.") from None
    except ssl.SSLError:
        raise CaFileError(ca_file, "it holds no certificate in PEM form.") from None
    except OSError as error:
        raise CaFileError(ca_file, f"{error.strerror or 'it cannot be read'}.") from None
