"""A PostgreSQL server for measurements: its own data folder and port, every commit on the disk (`fsync` on)."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it comes without types

ROLE = "hub"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "512MB",
    "max_connections": "100",
    "max_wal_size": "4GB",
    "log_min_messages": "error",
}
"""What an operator of a small server sets; all else is as PostgreSQL comes."""


class Database:
    """The server. `new` makes databases."""

    def __init__(self, programs: Path, folder: Path, settings: dict[str, str]) -> None:
        self._programs, self._data = programs, folder / "data"
        self._settings = " ".join(f"-c {name}={value}" for name, value in settings.items())
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])

    def start(self) -> None:
        """Make its files and start it."""
        self._data.mkdir(mode=0o700)
        if _as_root():
            shutil.chown(self._data, "postgres", "postgres")
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = f"-p {self.port} -k '' {self._settings}"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self._data / "log", "-o", options, "start")
        self.run("postgres", f"CREATE ROLE {ROLE} LOGIN")

    def stop(self) -> None:
        """End it."""
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def new(self, name: str) -> str:
        """The address of a new, empty database."""
        self.run("postgres", f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE template0")
        return f"postgresql://{ROLE}@127.0.0.1:{self.port}/{name}"

    def run(self, name: str, sql: str) -> str:
        """Run statements as the administrator; what psql prints."""
        address = f"postgresql://postgres@127.0.0.1:{self.port}/{name}"
        return self._run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", address, "-c", sql)

    def processor_seconds(self) -> float:
        """What its processes that live now have taken."""
        head = psutil.Process(int((self._data / "postmaster.pid").read_text().split()[0]))
        return sum(sum(one.cpu_times()[:2]) for one in (head, *head.children()))

    def _run(self, program: str, *arguments: object) -> str:
        command = [str(self._programs / program), *map(str, arguments)]
        if _as_root():
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, timeout=600)
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")
        return done.stdout


@contextmanager
def running_database(**settings: str) -> Iterator[Database]:
    """A server while it is needed; `settings` besides the usual ones."""
    programs = _programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed (initdb and pg_ctl not found)")
    folder = Path(tempfile.mkdtemp(prefix="bench-postgres-"))
    folder.chmod(0o755)  # the server's own user passes through
    database = Database(programs, folder, _SETTINGS | settings)
    try:
        database.start()
        yield database
    finally:
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """The folder of the newest installed server's programs."""
    found = shutil.which("pg_ctl")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: -float(one.parent.name))
    folders = [*([Path(found).resolve().parent] if found else []), *debian]
    return next((one for one in folders if (one / "initdb").exists() and (one / "psql").exists()), None)


def _as_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0
