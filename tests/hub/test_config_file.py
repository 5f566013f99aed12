"""The hub's settings: what a file may say, and that every fault names its key."""

from pathlib import Path

import pytest

from cti_client.hub import config_file
from cti_client.hub.config import ConfigError, HubConfig, Limits
from cti_client.hub.config_file import load, read
from cti_client.hub.config_places import explain
from cti_client.hub.gateways import make_connections
from cti_client.telephony.sms.registry import make_connection

FULL = """
[hub]
database = "hub.db"
port = 8080
public_url = "https://sms.example.com/"
categories = ["Sales", "Support"]
grace_seconds = 30

[limits]
webhook_bytes = 1000

[[connections]]
id = "kannel"
kind = "kannel"
secret = "env:KANNEL_SECRET"
per_second = 20
[connections.options]
url = "http://127.0.0.1:13013/cgi-bin/sendsms"
password = "env:KANNEL_PASSWORD"

[[lines]]
address = "+15551230000"
name = "Support"
connection = "kannel"
carrier_answers_keywords = true

[[agents]]
name = "Anna"
token = "env:ANNA_TOKEN"

[[directory]]
id = "crm"
kind = "http"
url = "https://crm.example.com/?n={number}"
[directory.headers]
"X-Key" = "env:CRM_KEY"
"""
CHAIN = """pool = "12345"
[[lines]]
address = "12345"
pool = "54321"
[[lines]]
address = "54321"
"""
"""The first line shares the consent of one that shares another's."""
ENVIRONMENT = {
    "KANNEL_SECRET": "s3cret",
    "KANNEL_PASSWORD": "pass",
    "ANNA_TOKEN": "a-token-of-anna-0001",
    "CRM_KEY": "crm-key",
}


def parse(tmp_path: Path, text: str, environment: dict[str, str] | None = None) -> HubConfig:
    file = tmp_path / "hub.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, ENVIRONMENT if environment is None else environment)


def test_a_full_file(tmp_path: Path) -> None:
    config = parse(tmp_path, FULL)
    assert config.database == tmp_path / "hub.db"
    assert (config.host, config.port) == ("127.0.0.1", 8080)
    assert config.public_url == "https://sms.example.com"
    assert config.categories == ("Sales", "Support")
    assert config.grace_seconds == 30.0
    assert config.limits == Limits(webhook_bytes=1000)
    (connection,) = config.connections
    assert connection.settings.secret == "s3cret"
    assert connection.settings.name == "kannel"
    assert connection.settings.per_second == 20.0
    assert connection.settings.options["password"] == "pass"
    (line,) = config.lines
    assert (line.connection, line.carrier_answers_keywords, line.offer_seconds) == ("kannel", True, 20)
    assert config.agents[0].token == "a-token-of-anna-0001"
    (source,) = config.directory
    assert source.options["headers"] == {"X-Key": "crm-key"}


def test_own_contacts_are_looked_up_when_nothing_is_said(tmp_path: Path) -> None:
    config = parse(tmp_path, '[hub]\ndatabase = "x.db"')
    assert [source.id for source in config.directory] == ["contacts"]


def test_secrets_are_not_shown_by_repr(tmp_path: Path) -> None:
    config = parse(tmp_path, FULL)
    assert "a-token-of-anna-0001" not in repr(config.agents)
    assert "crm-key" not in repr(config.directory)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('database = "hub.db"', "", "hub.database"),
        ("port = 8080", 'port = "8080"', "hub.port"),
        ("port = 8080", "port = true", "hub.port"),
        ("port = 8080", "port = 70000", "hub.port"),
        ("port = 8080", "prot = 8080", "hub.prot"),
        ("grace_seconds = 30", 'host = "127.0.0.1\\u0000"', "hub.host"),
        ('categories = ["Sales", "Support"]', 'categories = ["Sales\\u0000"]', "hub.categories"),
        ('password = "env:KANNEL_PASSWORD"', 'password = "\\u0000"', "connections[0].options.password"),
        ("grace_seconds = 30", 'host = "0.0.0.0"', "hub.host"),
        ('categories = ["Sales", "Support"]', "categories = [1]", "hub.categories"),
        ("grace_seconds = 30", "grace_seconds = -1", "hub.grace_seconds"),
        ("grace_seconds = 30", "drain_seconds = -1", "hub.drain_seconds"),
        ("grace_seconds = 30", 'trusted_proxies = ["proxy"]', "hub.trusted_proxies"),
        ("grace_seconds = 30", 'metrics_from = ["10.0.0.1/8"]', "hub.metrics_from"),
        ("grace_seconds = 30", 'tls_key = "key.pem"', "hub.tls_key"),
        ("https://sms.example.com/", "sms.example.com", "hub.public_url"),
        ('database = "hub.db"', 'database = "postgresql://"', "hub.database"),
        ('database = "hub.db"', 'database = "mysql://localhost/x"', "hub.database"),
        ('database = "hub.db"', 'database = "postgresql://u:p@host:port/x"', "hub.database"),
        ('public_url = "https://sms.example.com/"', 'host = "::"\ntrusted_proxies = ["10.0.0.1"]', "hub.public_url"),
        ("webhook_bytes = 1000", "webhook_bytes = 0", "limits.webhook_bytes"),
        ("webhook_bytes = 1000", "webhook_byte = 1000", "limits.webhook_byte"),
        ('id = "kannel"\n', "", "connections[0].id"),
        ('id = "kannel"\n', 'id = "kan/nel"\n', "connections[0].id"),
        ('kind = "kannel"\n', 'kind = "kannel"\nsplit = "words"\n', "connections[0].split"),
        ("per_second = 20", "per_second = -1", "connections[0].per_second"),
        ('password = "env:KANNEL_PASSWORD"', "password = 5", "connections[0].options.password"),
        ('password = "env:KANNEL_PASSWORD"', 'password = "env:NOBODY"', "connections[0].options.password"),
        ('connection = "kannel"', 'connection = "kanel"', "lines[0].connection"),
        ('address = "+15551230000"', 'address = "Support"', "lines[0].address"),
        ('address = "+15551230000"', 'address = "12 ab"', "lines[0].address"),
        ("[[lines]]", '[[lines]]\naddress = "(555) 123-0000"\n[[lines]]', "lines[1].address"),
        ("carrier_answers_keywords = true", 'country = "usa"', "lines[0].country"),
        ("carrier_answers_keywords = true", "offer_seconds = 0", "lines[0].offer_seconds"),
        ("carrier_answers_keywords = true", 'pool = "+15551230009"', "lines[0].pool"),
        ("carrier_answers_keywords = true", 'pool = "+15551230000"', "lines[0].pool"),
        ("carrier_answers_keywords = true", CHAIN, "lines[0].pool"),
        ("carrier_answers_keywords = true", 'quiet_hours = "no"', "lines[0].quiet_hours"),
        ("carrier_answers_keywords = true", "texts_from = 8", "lines[0].texts_from"),
        ("carrier_answers_keywords = true", 'texts_from = "8 am"', "lines[0].texts_from"),
        ("carrier_answers_keywords = true", 'texts_until = "24:01"', "lines[0].texts_until"),
        ("carrier_answers_keywords = true", 'texts_until = "07:00"', "lines[0].texts_until"),
        ("carrier_answers_keywords = true", 'texts_from = "21:00"', "lines[0].texts_from"),
        ('token = "env:ANNA_TOKEN"', 'token = "short"', "agents[0].token"),
        ("[[agents]]", '[[agents]]\nname = "Bo"\ntoken = "env:ANNA_TOKEN"\n[[agents]]', "agents[1].token"),
        ('kind = "http"', 'kind = "ldap"', "directory[0].kind"),
        ("[hub]", "[surplus]\n[hub]", "surplus"),
        ("[[lines]]", "[lines]", "lines"),
    ],
)
def test_every_fault_names_its_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in FULL
    with pytest.raises(ConfigError) as caught:
        parse(tmp_path, FULL.replace(old, new, 1))
    assert caught.value.key == key
    assert str(caught.value).startswith(f"{key}: ")


def test_quiet_hours_are_times_of_day(tmp_path: Path) -> None:
    line = parse(tmp_path, FULL).lines[0]
    assert (line.quiet_hours, line.texts_from, line.texts_until) == (None, None, None), "the settings screens say"
    hours = 'quiet_hours = false\ntexts_from = "7:30"\ntexts_until = "24:00"'
    line = parse(tmp_path, FULL.replace("carrier_answers_keywords = true", hours, 1)).lines[0]
    assert (line.quiet_hours, line.texts_from, line.texts_until) == (False, 450, 1440)


def test_beyond_loopback_with_a_certificate(tmp_path: Path) -> None:
    config = read({"hub": {"database": "x", "host": "0.0.0.0", "tls_certificate": "hub.pem"}}, tmp_path, {})
    assert config.tls_certificate == tmp_path / "hub.pem"


def test_beyond_loopback_behind_a_proxy(tmp_path: Path) -> None:
    hub = {"database": "x", "host": "0.0.0.0", "trusted_proxies": ["10.0.0.5", "fd00::/8"]}
    assert read({"hub": hub}, tmp_path, {}).trusted_proxies == ("10.0.0.5", "fd00::/8")


def test_a_team_s_database_is_an_address_and_a_secret(tmp_path: Path) -> None:
    url = "postgresql://hub:pa55word@db.example.com/hub"
    config = read({"hub": {"database": "env:HUB_DATABASE"}}, tmp_path, {"HUB_DATABASE": url})
    assert config.database == url
    assert "pa55word" not in repr(config)
    with pytest.raises(ConfigError) as caught:
        read({"hub": {"database": url.removesuffix("/hub")}}, tmp_path, {})
    assert "pa55word" not in str(caught.value)


def test_a_file_that_is_not_there_or_no_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="hub\\.toml"):
        load(tmp_path / "hub.toml", {})
    with pytest.raises(ConfigError, match="is not TOML"):
        parse(tmp_path, "[hub")


def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_bytes('[hub]\ndatabase = "x"\ncategories = ["Büro"]\n'.encode("latin-1"))
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    assert explain(file, caught.value) == f"{file}:3: is not UTF-8 (at line 3)"


def test_the_example_of_the_docs_can_be_used(tmp_path: Path) -> None:
    example = str(config_file.__doc__).split("```toml\n")[1].split("```")[0]
    config = parse(tmp_path, example, ENVIRONMENT | {"KANNEL_SECRET": "key"})
    assert set(make_connections(config, "http://127.0.0.1:1", make_connection)) == {"kannel"}
