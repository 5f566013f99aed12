"""The demo's hub: one line on the simulator, and sample customers. No Qt: this runs in the hub's process."""

import asyncio
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from cti_client.demo.sample_data import load_customers, seed_sample_data
from cti_client.demo.settings import LINE, simulated
from cti_client.domain.role import Role
from cti_client.hub.bus import Bus
from cti_client.hub.config import AgentConfig, HubConfig
from cti_client.hub.services.configure import apply_configuration
from cti_client.hub.store import tables
from cti_client.hub.store.sqlite import SqliteStore
from cti_client.hub.store.store import Tx
from cti_client.paths import Paths
from cti_client.telephony.sms.registry import system_clock


def with_samples(paths: Paths, name: str, offer_seconds: int) -> HubConfig:
    """The demo's settings, once the sample customers are in its database."""
    config = simulated(paths, offer_seconds=offer_seconds)
    asyncio.run(_seed(config, name))
    return config


async def _seed(config: HubConfig, name: str) -> None:
    """Sample customers in a hub that has none yet."""
    store = SqliteStore(Path(config.database), system_clock, Bus())
    await store.open()
    try:
        await store.write(_seed_once, config, name)
    finally:
        await store.close()


def _seed_once(tx: Tx, config: HubConfig, name: str) -> None:
    known = tx.conn.execute(select(tables.agent.c.id).where(tables.agent.c.name == name)).scalar()
    if known is not None:
        return
    person_of_demo = AgentConfig(name=name, token="replaced at each start", role=Role.OWNER)  # noqa: S106 - the hub sets its own
    apply_configuration(tx, replace(config, agents=(person_of_demo,)))
    agent_id = tx.conn.execute(select(tables.agent.c.id).where(tables.agent.c.name == name)).scalar_one()
    line_id = tx.conn.execute(select(tables.line.c.id).where(tables.line.c.address == LINE)).scalar_one()
    seed_sample_data(tx, load_customers(), agent_id, line_id)
