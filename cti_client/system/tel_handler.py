"""Which program takes `tel:` addresses, where the system says so in files (the freedesktop.org MIME associations)."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

TEL_TYPE = "x-scheme-handler/tel"
_SANDBOX = Path("/.flatpak-info")


def may_take_calls(environ: Mapping[str, str] = os.environ) -> bool:
    """False only where it is known that no program takes `tel:` addresses. Reads files, some milliseconds at most.

    There the system would report success all the same: its opener is started and fails on its own, unheard.
    """
    return not _says_so_in_files() or has_handler(environ)


def _says_so_in_files() -> bool:
    return sys.platform == "linux" and not _SANDBOX.exists()


def has_handler(environ: Mapping[str, str]) -> bool:
    """Does an installed program take `tel:` addresses, by itself or because the person chose it?"""
    home = Path(environ.get("HOME") or Path.home())
    data = _dirs(environ, "XDG_DATA_HOME", home / ".local/share", "XDG_DATA_DIRS", "/usr/local/share:/usr/share")
    config = _dirs(environ, "XDG_CONFIG_HOME", home / ".config", "XDG_CONFIG_DIRS", "/etc/xdg")
    applications = [each / "applications" for each in data]
    if any(_declares(entry) for folder in applications for entry in folder.rglob("*.desktop")):
        return True
    chosen = (name for folder in [*config, *applications] for name in _chosen(folder))
    return any(_installed(name, applications) for name in chosen)


def _dirs(environ: Mapping[str, str], own: str, own_default: Path, shared: str, shared_default: str) -> list[Path]:
    folders = [Path(environ.get(own) or own_default)]
    return folders + [Path(each) for each in (environ.get(shared) or shared_default).split(":") if each]


def _declares(entry: Path) -> bool:
    lines = _lines(entry)
    types = (line.partition("=")[2] for line in lines if line.startswith("MimeType="))
    return any(TEL_TYPE in each.split(";") for each in types) and "Hidden=true" not in lines


def _chosen(folder: Path) -> Iterator[str]:
    """The desktop files that the lists of this folder name for `tel:`."""
    for each in sorted(folder.glob("*mimeapps.list")):
        section = ""
        for line in _lines(each):
            if line.startswith("["):
                section = line
            kind, _, names = line.partition("=")
            if kind.strip() == TEL_TYPE and section in ("[Default Applications]", "[Added Associations]"):
                yield from (name.strip() for name in names.split(";") if name.strip())


def _installed(name: str, applications: list[Path]) -> bool:
    """A dash in a desktop file's id may stand for a folder."""
    parts = name.split("-")
    paths = ["/".join(parts[:at]) + "/" + "-".join(parts[at:]) for at in range(1, len(parts))]
    return any((folder / path).is_file() for folder in applications for path in (name, *paths))


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return []
