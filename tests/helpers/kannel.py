"""A real Kannel on free loopback ports: bearerbox and smsbox, with phones played over its fake SMSC's raw socket.

One for a test run. Skipped with a reason where Kannel is not installed, required where `CI` is set.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest

from cti_client.telephony.sms.connection import ConnectionSettings, SplitMode
from tests.helpers.fake_phones import FakePhones

USER = "chat"
PASSWORD = "s3cret pass&word"
KEY = "hub-key-1"
STATUS_PASSWORD = "sta"
CONNECTION = "kannel1"
START_S = 20.0
SEARCH_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))

CONFIG = """\
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = adm
status-password = {status}
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
store-type = spool
store-location = "{directory}/store"
dlr-storage = spool
dlr-spool = "{directory}/dlr"
sms-resend-freq = 2
log-file = "{directory}/bearerbox.log"
log-level = 1

group = smsc
smsc = fake
smsc-id = PHONES
host = 127.0.0.1
port = {phones}
connect-allow-ip = 127.0.0.1
denied-smsc-id = NOWHERE

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {send}
sendsms-interface = 127.0.0.1
mo-recode = true
http-request-retry = 720
http-queue-delay = 1
log-file = "{directory}/smsbox.log"
log-level = 1

group = sendsms-user
username = {user}
password = "{password}"
max-messages = 30
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
omit-empty = true
post-url = "{inbound}"
"""


class Ports(NamedTuple):
    """Where everything listens."""

    admin: int
    box: int
    phones: int
    send: int
    hub: int


class Kannel:
    """bearerbox, smsbox and the phones. `hub_port` is where a test lets its hub listen."""

    def __init__(self, directory: Path, *, may_be_killed: bool = False) -> None:
        """`may_be_killed`: it is started again on its ports, which nobody must have got meanwhile."""
        self.directory = directory
        self.ports = Ports(*(lasting_ports(5) if may_be_killed else free_ports(5)))
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.hub_port = self.ports.hub
        self.url = f"http://127.0.0.1:{self.ports.send}/cgi-bin/sendsms"
        self.hub_url = f"http://127.0.0.1:{self.hub_port}"
        self._phones: FakePhones | None = None

    @property
    def phones(self) -> FakePhones:
        """The phones of the fake network."""
        assert self._phones is not None
        return self._phones

    def start(self, config: str = "", status_password: str = STATUS_PASSWORD) -> None:
        """Start both boxes by this kannel.conf, or by one for tests, and connect the phones. Raises where it fails."""
        for name in ("store", "dlr"):
            (self.directory / name).mkdir()
        (self.directory / "kannel.conf").write_text(config or self._config(), encoding="utf-8")
        self.start_box("bearerbox", self.ports.admin)
        self.start_box("smsbox", self.ports.send)
        self.call_in()
        self._await(lambda: self._phones_are_known(status_password), "the phones do not get through")

    def _config(self) -> str:
        inbound = f"{self.hub_url}/gateway/{CONNECTION}/inbound?key={KEY}"
        inbound += "&from=%p&to=%P&id=%I&coding=%c&charset=%C&at=%T"
        return CONFIG.format(
            **self.ports._asdict(),
            directory=self.directory,
            status=STATUS_PASSWORD,
            user=USER,
            password=PASSWORD,
            inbound=inbound,
        )

    def stop(self) -> None:
        """End everything that was started."""
        if self._phones is not None:
            self._phones.close()
        self.kill()

    def kill(self) -> None:
        """End both boxes as `kill -9` does."""
        for name in ("smsbox", "bearerbox"):
            process = self._processes.pop(name, None)
            if process is not None and sys.platform != "win32":
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def hang_up(self) -> None:
        """The phones are away."""
        assert self._phones is not None
        self._phones.close()
        self._phones = None

    def call_in(self) -> None:
        """The phones are back."""
        # The fake network takes the first connection for its phones, so nothing may probe its port.
        self._phones = FakePhones(self.ports.phones)

    def start_box(self, name: str, port: int) -> None:
        """Start one box and wait until it listens."""
        binary = shutil.which(name, path=SEARCH_PATH)
        assert binary is not None
        with (self.directory / f"{name}.out").open("ab") as out:
            self._processes[name] = subprocess.Popen(
                [binary, "-v", "4", "kannel.conf"],
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self._await(lambda: _listens(port), f"{name} does not listen")

    def settings(self, *, split: SplitMode = SplitMode.CONCATENATE, **options: str) -> ConnectionSettings:
        """Give what a connection to this Kannel is told. Options override those that fit."""
        return ConnectionSettings(
            id=CONNECTION,
            kind="kannel",
            name="Kannel",
            public_url=self.hub_url,
            split=split,
            secret=KEY,
            options={"url": self.url, "username": USER, "password": PASSWORD} | options,
        )

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop bearerbox in its tracks; it goes on where it was at the end."""
        process = self._processes["bearerbox"]
        if sys.platform == "win32":
            yield
        else:
            process.send_signal(signal.SIGSTOP)
            self._await(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED, "bearerbox goes on")
            try:
                yield
            finally:
                process.send_signal(signal.SIGCONT)

    def _phones_are_known(self, password: str) -> bool:
        with urlopen(f"http://127.0.0.1:{self.ports.admin}/status.txt?password={password}", timeout=5) as answer:
            status: bytes = answer.read()
        return b"(online" in status

    def _await(self, what: Callable[[], bool], failure: str) -> None:
        end = time.monotonic() + START_S
        while not what():
            if time.monotonic() > end:
                log = self.directory / "bearerbox.log"
                raise RuntimeError(f"{failure}\n{log.read_text(errors='replace')[-2000:] if log.exists() else ''}")
            time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    """Give that many ports of the loopback interface that nobody listens on."""
    with ExitStack() as held:
        ports = []
        for _ in range(count):
            one = held.enter_context(socket.socket())
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            ports.append(port)
        return ports


def lasting_ports(count: int) -> list[int]:
    """The same, of those that no outgoing connection is given while nobody listens on them."""
    ports: list[int] = []
    while len(ports) < count:
        port = random.randint(20_000, 32_000)
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            ports += [port] if port not in ports else []
    return ports


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def need_kannel() -> None:
    """Skip the test where Kannel is not installed; fail it where `CI` is set."""
    missing = [name for name in ("bearerbox", "smsbox") if shutil.which(name, path=SEARCH_PATH) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"Kannel is not installed ({', '.join(missing)} not found)")
    assert not missing, f"CI needs Kannel; {', '.join(missing)} not found"


@pytest.fixture(scope="session")
def kannel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kannel]:
    """The one Kannel of the test run."""
    need_kannel()
    gateway = Kannel(tmp_path_factory.mktemp("kannel"))
    try:
        gateway.start()
        yield gateway
    finally:
        gateway.stop()
