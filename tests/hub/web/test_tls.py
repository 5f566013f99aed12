"""Over TLS the hub may listen beyond loopback."""

import datetime
import ipaddress
import ssl
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cti_client.hub.config import ConfigError, HubConfig
from cti_client.hub.web.server import WebServer
from cti_client.wire.api import Health
from cti_client.wire.codec import decode
from tests.helpers.running_hub import running_hub


def certificate(folder: Path) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hub")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "hub.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


async def test_it_serves_over_tls(tmp_path: Path) -> None:
    file = certificate(tmp_path)
    async with running_hub(tmp_path, host="0.0.0.0", tls_certificate=file, public_url="https://hub.example") as hub:
        assert hub.url.startswith("https://")
        url = hub.url.replace("0.0.0.0", "127.0.0.1")
        trusted = ssl.create_default_context(cafile=str(file))
        async with aiohttp.ClientSession() as http, http.get(f"{url}/api/v1/health", ssl=trusted) as answer:
            assert decode(await answer.read(), Health).ok


def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "hub.pem").write_text("no certificate")
    with pytest.raises(ConfigError, match=r"hub\.tls_certificate"):
        WebServer(HubConfig(database=tmp_path / "x.db", host="0.0.0.0", tls_certificate=tmp_path / "hub.pem"))
