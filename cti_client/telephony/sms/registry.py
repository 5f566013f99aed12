"""From an operator's settings to a connection: the one place that knows which kinds of gateway there are."""

import time
from collections.abc import Callable
from typing import TypeAlias

from cti_client.domain import Millis
from cti_client.telephony.sms.connection import ConnectionSettings, SmsConnection
from cti_client.telephony.sms.settings import SettingsError

Clock: TypeAlias = Callable[[], Millis]

KINDS = ("simulator", "kannel")
"""What `ConnectionSettings.kind` may be."""


def system_clock() -> Millis:
    """The time of this machine."""
    return time.time_ns() // 1_000_000


def make_connection(settings: ConnectionSettings, *, clock: Clock = system_clock) -> SmsConnection:
    """Make the connection the settings ask for, not started yet.

    Raises `SettingsError`, which names the setting at fault. Adapters are imported when first asked for, so that a
    desktop pays for no gateway it does not use.
    """
    if settings.kind == "simulator":
        from cti_client.telephony.sms.simulator import SimulatorConnection

        return SimulatorConnection(settings, clock)
    if settings.kind == "kannel":
        from cti_client.telephony.sms.kannel import KannelConnection

        return KannelConnection(settings)
    raise SettingsError("kind", f"there is no kind {settings.kind!r}; the kinds are {', '.join(KINDS)}")
