"""One address before several hubs, as a load balancer has it."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress


class Door:
    """Carries each new connection to the first hub of `order` that takes it. On the loopback interface, in threads.

    A hub that dies ends the connections it had; whoever comes again goes to the next.
    """

    def __init__(self, order: Sequence[int]) -> None:
        """`order`: the ports of the hubs, the one to try first in front."""
        self.order = tuple(order)
        self.port = 0
        self.carried: dict[int, int] = dict.fromkeys(order, 0)
        """How many connections each hub has taken."""
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._ends: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """What a desktop or a gateway is told."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def up(self, port: int = 0) -> Iterator["Door"]:
        """Open, at this port or any."""
        self.port = port
        self.open()
        try:
            yield self
        finally:
            self.shut()

    def open(self) -> None:
        """Take connections, from now on or again."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept, self._listener)

    def shut(self) -> None:
        """Cut every connection and take no more, as where somebody pulls the cable."""
        with self._lock:
            listener, self._listener = self._listener, None
            ends = list(self._ends)
        if listener is None:
            return
        for end in (listener, *ends):
            _cut(end)
        for thread in self._threads:
            thread.join(10)
        self._threads.clear()
        listener.close()

    def lead_to(self, port: int) -> None:
        """From now on to this hub first; connections that stand are cut."""
        self.shut()
        self.order = (port, *(other for other in self.order if other != port))
        self.open()

    def _start(self, work: Callable[..., None], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=work, args=arguments, name="door", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = listener.accept()
                self._start(self._carry, visitor)

    def _carry(self, visitor: socket.socket) -> None:
        with visitor:
            hub = self._reach()
            if hub is None:
                return
            with hub:
                with self._lock:
                    open_still = self._listener is not None
                    self._ends |= {visitor, hub}
                if open_still:
                    back = threading.Thread(target=_pass, args=(hub, visitor), name="door", daemon=True)
                    back.start()
                    _pass(visitor, hub)
                    back.join()
                with self._lock:
                    self._ends -= {visitor, hub}

    def _reach(self) -> socket.socket | None:
        for port in self.order:
            with suppress(OSError):
                hub = socket.create_connection(("127.0.0.1", port), timeout=5)
                hub.settimeout(None)
                with self._lock:
                    self.carried[port] += 1
                return hub
        return None


def _pass(source: socket.socket, sink: socket.socket) -> None:
    """Until one side has ended; then both are."""
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    _cut(source)
    _cut(sink)


def _cut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
