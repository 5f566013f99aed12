from pathlib import Path

import pytest

from cti_client.system import tel_handler, tel_links
from cti_client.system.tel_handler import has_handler


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    names = ("XDG_DATA_HOME", "XDG_DATA_DIRS", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS")
    return {"HOME": str(tmp_path)} | {name: str(tmp_path / name) for name in names}


def put(environ: dict[str, str], where: str, name: str, *lines: str) -> None:
    path = Path(environ[where]) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")


def test_nothing_is_installed(environ: dict[str, str]) -> None:
    assert not has_handler(environ)
    put(environ, "XDG_DATA_DIRS", "applications/web.desktop", "[Desktop Entry]", "MimeType=x-scheme-handler/https;")
    assert not has_handler(environ)


@pytest.mark.parametrize("where", ["XDG_DATA_HOME", "XDG_DATA_DIRS"])
def test_a_program_declares_it(environ: dict[str, str], where: str) -> None:
    types = "MimeType=x-scheme-handler/sip;x-scheme-handler/tel;"
    put(environ, where, "applications/kde/calls.desktop", "[Desktop Entry]", types)
    assert has_handler(environ)
    put(environ, where, "applications/kde/calls.desktop", "[Desktop Entry]", "Hidden=true", types)
    assert not has_handler(environ)


def test_the_person_chose_a_program(environ: dict[str, str]) -> None:
    chosen = "x-scheme-handler/tel=org-calls.desktop;"
    put(environ, "XDG_CONFIG_HOME", "mimeapps.list", "[Default Applications]", chosen)
    assert not has_handler(environ), "it is installed no more"
    put(environ, "XDG_DATA_DIRS", "applications/org/calls.desktop", "[Desktop Entry]")
    assert has_handler(environ)
    put(environ, "XDG_CONFIG_HOME", "mimeapps.list", "[Removed Associations]", chosen)
    assert not has_handler(environ)


@pytest.mark.parametrize(("platform", "known"), [("linux", False), ("win32", True), ("darwin", True)])
def test_elsewhere_it_is_not_known(
    environ: dict[str, str], platform: str, known: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(tel_handler, "_SANDBOX", tmp_path / "none")
    assert tel_handler.may_take_calls(environ) is known
    (tmp_path / "none").touch()
    assert tel_handler.may_take_calls(environ), "a sandbox does not show the programs outside"


def test_the_opener_is_not_asked_where_nothing_would_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    class Services:
        @staticmethod
        def openUrl(url: object) -> bool:
            opened.append(str(url))
            return True

    monkeypatch.setattr(tel_links, "QDesktopServices", Services)
    monkeypatch.setattr(tel_links, "may_take_calls", lambda: False)
    links = tel_links.TelLinks(lambda: True)
    assert not links.hand_over("tel:112")
    assert opened == []
    monkeypatch.setattr(tel_links, "may_take_calls", lambda: True)
    assert links.hand_over("tel:112")
    assert len(opened) == 1
