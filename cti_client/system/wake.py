"""Hears when the network is back, or the person is."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication


def on_wake(call: Callable[[], None]) -> Callable[[], None]:
    """Calls `call` when the network becomes reachable and when the program comes to the front, which is also what
    follows a sleep. Returns what ends it."""
    from PySide6.QtNetwork import QNetworkInformation  # not needed before the window is on the screen

    def reachable(now: QNetworkInformation.Reachability) -> None:
        if now is not QNetworkInformation.Reachability.Disconnected:
            call()

    def state_changed(state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive:
            call()

    QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Reachability)
    network = QNetworkInformation.instance()
    app = QGuiApplication.instance()
    if network is not None:
        network.reachabilityChanged.connect(reachable)
    if isinstance(app, QGuiApplication):
        app.applicationStateChanged.connect(state_changed)

    def end() -> None:
        if network is not None:
            network.reachabilityChanged.disconnect(reachable)
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.disconnect(state_changed)

    return end
