"""A fault is shown with the line it stands in."""

from pathlib import Path

import pytest

from cti_client.hub.config import ConfigError
from cti_client.hub.config_file import load
from cti_client.hub.config_places import explain, line_of

FILE = '''# The hub
[hub]
database = "hub.db"
categories = [
  "Sales",
]

[[connections]]
id = "kannel"
kind = "kannel"
[connections.options]
url = "http://127.0.0.1/"

[[connections]]
id = "other"
  "kind" = "simulator"
options.name = "x"

[[lines]]
address = "+15551230000"
name = """
port = 9
"""
country = "US"
[[lines]]
address = "+15551230001"
[limits]
sockets = 5
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("hub", 2),
        ("hub.database", 3),
        ("hub.categories", 4),
        ("hub.port", 2),
        ("connections[0].id", 9),
        ("connections[0].options.url", 12),
        ("connections[0].options.password", 11),
        ("connections[0].secret", 8),
        ("connections[1].kind", 16),
        ("connections[1].options.name", 17),
        ("lines[0].country", 24),
        ("lines[0].port", 19),
        ("lines[1].address", 26),
        ("lines[1].connection", 25),
        ("limits.sockets", 28),
        ("agents[0].token", None),
    ],
)
def test_a_key_or_the_table_around_it(key: str, line: int | None) -> None:
    assert line_of(FILE, key) == line


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sockets = 5", "sockets = 0", ":28: limits.sockets: must be more than 0"),
        ('database = "hub.db"', "", ":2: hub.database: is missing"),
        ('id = "other"', 'id = "kannel"', ":15: connections[1].id: is there twice"),
        ('country = "US"', 'country = "usa"', ":24: lines[0].country: two capital letters, as US"),
        ("[limits]", "[limits", ":27: is not TOML: "),
    ],
)
def test_explained_with_file_and_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(FILE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    assert explain(file, caught.value).startswith(f"{file}{said}")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "none.toml", {})
    assert explain(tmp_path / "none.toml", caught.value) == f"{tmp_path / 'none.toml'}: No such file or directory"
