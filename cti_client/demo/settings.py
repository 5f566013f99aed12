"""The hub's settings for the demo, and for a desktop that has none of its own yet.

What belongs to the hub is imported when the settings are asked for: that is in a thread, behind the window.
"""

import getpass
from typing import TYPE_CHECKING

from cti_client.paths import Paths

if TYPE_CHECKING:
    from cti_client.hub.config import HubConfig

SIMULATOR = "simulator"
LINE = "+18005550100"
CATEGORIES = ("Billing", "Delivery", "Payment", "Returns", "Other")


def simulated(paths: Paths, *, offer_seconds: int = 20) -> "HubConfig":
    """One line on the simulator, and nothing that leaves this computer, until the settings screens say otherwise."""
    from cti_client.hub.config import ConnectionConfig, LineConfig, StarterConfig
    from cti_client.telephony.sms.connection import ConnectionSettings

    settings = ConnectionSettings(id=SIMULATOR, kind="simulator", name="Simulator")
    line = LineConfig(
        address=LINE,
        name="Support 1-800",
        connection=SIMULATOR,
        offer_seconds=offer_seconds,
        quiet_hours=False,  # the customers are windows on this screen, wherever their numbers are from
    )
    return StarterConfig(
        database=paths.hub_database,
        connections=(ConnectionConfig(settings=settings),),
        lines=(line,),
        categories=CATEGORIES,
    )


def load_or_simulate(paths: Paths) -> "HubConfig":
    """The settings file where there is one (raises `ConfigError` where it is wrong), else the simulator."""
    if not paths.config.exists():
        return simulated(paths)
    from cti_client.hub.config_file import load

    return load(paths.config)


def person() -> str:
    """The name under which the one person of their own hub works."""
    try:
        return getpass.getuser().capitalize()
    except (OSError, KeyError):
        return "Me"
