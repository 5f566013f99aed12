"""What docs/operating.md and deploy/ say is true of the program."""

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

from cti_client.hub import command
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, Limits, LineConfig
from cti_client.hub.config_file import read
from cti_client.hub.metrics import Metrics
from cti_client.hub.secrets import new_key
from cti_client.hub.store.counts import Counts
from cti_client.telephony.sms.connection import ConnectionSettings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
ENVIRONMENT = {
    "HUB_DATABASE": "postgresql://hub:x@127.0.0.1/hub",
    "HUB_KEY": "key",
    "SENDSMS_SECRET": "secret",
    "HUB_SECRETS_KEY": new_key(),
}


def test_its_settings_are_good(tmp_path: Path) -> None:
    (settings,) = re.findall(r"```toml hub.toml\n(.*?)```", TEXT, re.DOTALL)
    config = read(tomllib.loads(settings), tmp_path, ENVIRONMENT)
    assert config.drain_seconds == 5
    assert config.lines[0].connection == "kannel"
    secrets = re.findall(r"^([A-Z_]+)=", TEXT, re.MULTILINE)
    assert set(secrets) == set(ENVIRONMENT)


def _options() -> dict[tuple[str, str], str]:
    """What the tables of options say: the default by section and option."""
    found: dict[tuple[str, str], str] = {}
    _, _, part = TEXT.partition("## 9. Every option")
    for title, rows in re.findall(r"^### `(.+?)`.*?\n((?:.|\n)*?)(?=^### |\Z)", part, re.MULTILINE):
        for name, default in re.findall(r"^\| `(\w+)` \| (.*?) \|", rows, re.MULTILINE):
            found[title, name] = default
    return found


def test_every_option_is_there_with_its_default() -> None:
    sections = (("[hub]", HubConfig), ("[limits]", Limits), ("[[lines]]", LineConfig), ("[[agents]]", AgentConfig))
    lists = {"connections", "lines", "agents", "directory", "limits"}
    expected: dict[tuple[str, str], str] = {}
    for title, section in (*sections, ("[[connections]]", ConnectionConfig), ("[[connections]]", ConnectionSettings)):
        for one in fields(section):
            if one.name not in lists | {"settings", "options"}:
                expected[title, one.name] = _told(one.default)
    expected |= {("[[directory]]", name): _told(MISSING) for name in ("id", "kind")}
    expected |= {("[[directory]]", "name"): "the `id`", ("[[connections]]", "name"): "the `id`"}
    expected[("[[lines]]", "name")] = "the `address`"
    told = _options()
    assert told == expected


def _told(default: object) -> str:
    if default is MISSING:
        return "needed"
    if default in (None, "", ()):
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, float):
        return f"`{default:g}`"
    return f'`"{default}"`' if isinstance(default, str) else f"`{default}`"


def test_its_example_fits_the_one_of_kannel() -> None:
    kannel = (ROOT / "docs" / "kannel.md").read_text(encoding="utf-8")
    (settings,) = re.findall(r"```toml hub.toml\n(.*?)```", TEXT, re.DOTALL)
    config = tomllib.loads(settings)
    assert f"http://127.0.0.1:{config['hub']['port']}/gateway/{config['connections'][0]['id']}/inbound" in kannel
    assert f"+15551230001 {config['lines'][0]['address']} text" in kannel
    assert f"+15551230001 {config['lines'][0]['address']} text" in TEXT
    assert f"http://127.0.0.1:{config['hub']['port']}/ready" in TEXT
    assert TEXT.index("install -d") < TEXT.index("`/etc/cti-client/secrets.env`")


def test_commands_are_found_where_it_says() -> None:
    assert "ln -s /opt/cti-client/venv/bin/cti-client /usr/local/bin/" in TEXT


def test_its_line_at_fault_is_that_line() -> None:
    (settings,) = re.findall(r"```toml hub.toml\n(.*?)```", TEXT, re.DOTALL)
    from cti_client.hub.config_places import line_of

    assert f"hub.toml:{line_of(settings, 'lines[0].connection')}: lines[0].connection" in TEXT


def test_its_exit_statuses() -> None:
    told = {int(number): words for number, words in re.findall(r"^\| (\d) \| (.*) \|$", TEXT, re.MULTILINE)}
    assert told.keys() == {command.ENDED, command.WRONG_SETTINGS, 2, command.UNABLE, command.MISTAKE}
    assert told[command.WRONG_SETTINGS] == "the settings are wrong"


def test_every_metric_it_names_exists() -> None:
    metrics = Metrics()
    metrics.show(ready=True, desktops=0, counts=Counts({"open": 1}, 0, {"k": (1, 1)}))
    metrics.submit("k", "taken", 0.1)
    metrics.committed("x", 0.1)
    metrics.failed("x", "away")
    metrics.retried("x", 1)
    shown = metrics.text().decode()
    named = set(re.findall(r"\b((?:cti|process)_[a-z_]*[a-z])(?=[{\[ )])", TEXT))
    assert {"cti_ready", "cti_chats", "cti_outbox_due_texts"} <= named
    for name in named - {"cti_client"}:
        assert f"\n{name}" in shown, name


def test_the_unit_and_the_container_start_what_there_is() -> None:
    unit = (ROOT / "deploy" / "cti-client-hub.service").read_text(encoding="utf-8")
    assert re.findall(r"cti-client hub .*", unit) == ["cti-client hub --config /etc/cti-client/hub.toml --log json"]
    container = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", container, re.MULTILINE):
        for name in copied.split():
            assert (ROOT / name).exists(), name
    assert (ROOT / "requirements" / "hub.txt").exists()
