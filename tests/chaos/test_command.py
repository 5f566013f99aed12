"""The command line, and the settings that the hubs are given."""

import tomllib
from pathlib import Path

import pytest

from chaos.__main__ import plan
from chaos.hubs import CHATS_PER_AGENT, settings
from chaos.sabotage import Sabotage
from cti_client.hub.config_file import read


def test_the_plan_is_what_was_asked_for() -> None:
    made, logs = plan(["--minutes", "10", "--seed", "7", "--rate", "5", "--sabotage", "gap", "--logs", "there"])
    assert (made.fault_seconds, made.seed, made.rate, made.agents) == (600.0, 7, 5.0, 100)
    assert made.sabotage is Sabotage.GAP
    assert logs == Path("there")


def test_without_a_seed_there_is_one_by_chance() -> None:
    assert plan([])[0].sabotage is None
    assert len({plan([])[0].seed for _ in range(5)}) > 1


def test_an_unknown_sabotage_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        plan(["--sabotage", "none such"])
    assert "invalid Sabotage value" in capsys.readouterr().err


def test_the_hubs_understand_their_settings(tmp_path: Path) -> None:
    agents = [("Agent 0", "token-of-agent-zero"), ('Agent "1"', "token-of-agent-one")]
    text = settings("postgresql://hub@127.0.0.1:5/db", 8080, "http://127.0.0.1:1", "http://127.0.0.1:2/s", agents)
    config = read(tomllib.loads(text), tmp_path, {})
    assert [one.name for one in config.agents] == ["Agent 0", 'Agent "1"']
    assert config.chats_per_agent == CHATS_PER_AGENT
    assert config.connections[0].settings.kind == "kannel"
