"""One desktop a person and data folder; a second start brings the first to the front (H2)."""

import hashlib
import os
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_MS = 1500
RAISE = b"raise\n"


class SingleInstance(QObject):
    """Hold one from start to end. `claim()` says whether this process is the first.

    A lock file decides (a second listener on a socket's name could push out a live one); the local socket only
    carries the wish to be seen. The lock of a process that died is taken over.
    """

    raise_wanted = Signal()
    """Another start has asked us to come to the front."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = QLockFile(str(folder / "desktop.lock"))
        self._lock.setStaleLockTime(0)
        who = f"{folder.resolve()}|{os.environ.get('USER') or os.environ.get('USERNAME', '')}"
        # Short: on macOS and Linux the name becomes a path of at most some hundred characters.
        self._name = "cti-client-" + hashlib.sha256(who.encode()).hexdigest()[:16]
        self._server: QLocalServer | None = None

    def claim(self) -> bool:
        """True: we are the first, and listen. False: another one runs; it has been asked to show itself."""
        if not self._lock.tryLock(0):
            self._ask_the_other()
            return False
        QLocalServer.removeServer(self._name)  # left behind by one that died; the lock says that none is alive
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._serve)
        # Without the socket a second start still ends by itself; it just cannot bring this one to the front.
        server.listen(self._name)
        self._server = server
        return True

    def release(self) -> None:
        """Let another one start."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.unlock()

    def _ask_the_other(self) -> None:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if socket.waitForConnected(WAIT_MS):
            socket.write(RAISE)
            socket.waitForBytesWritten(WAIT_MS)
            socket.disconnectFromServer()

    def _serve(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            self.raise_wanted.emit()
