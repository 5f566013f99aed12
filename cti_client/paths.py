"""Where the product keeps its files on this system."""

from dataclasses import dataclass
from pathlib import Path

from platformdirs import PlatformDirs

_DIRS = PlatformDirs("cti-client", appauthor=False, roaming=False)


@dataclass(frozen=True, slots=True)
class Paths:
    """`data`: databases and unsent texts. `config`: the settings file. Folders are made on first use."""

    data: Path
    config: Path

    @property
    def hub_database(self) -> Path:
        """The own hub's SQLite file."""
        return self.data / "hub.db"

    @property
    def desk_database(self) -> Path:
        """Unsent texts and drafts."""
        return self.data / "desk.db"

    @property
    def log(self) -> Path:
        """What went wrong, one line each, never with message text."""
        return self.data / "cti-client.log"

    @property
    def settings(self) -> Path:
        """Window places and choices of this person."""
        return self.data / "desktop.ini"

    @property
    def place(self) -> Path:
        """Where this person works: with a hub of their own, or with a team's. Never a token."""
        return self.data / "place.json"

    def make(self) -> None:
        """Make the data folder, for its owner alone."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)


def standard_paths() -> Paths:
    """The system's own places."""
    return Paths(data=Path(_DIRS.user_data_dir), config=Path(_DIRS.user_config_dir) / "hub.toml")


def demo_paths() -> Paths:
    """The demo's own places, apart from the real ones."""
    data = Path(_DIRS.user_data_dir) / "demo"
    return Paths(data=data, config=data / "hub.toml")


def paths_in(folder: Path) -> Paths:
    """Everything in one folder (`--data`)."""
    return Paths(data=folder, config=folder / "hub.toml")
