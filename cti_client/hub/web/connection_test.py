"""*Test this connection*: a gateway is made as it stands on the screen, asked whether it knows us, and let go of.

Nothing is kept, nothing is sent to a phone, and of what the other side answers only the adapter's own sentence is told.
"""

import asyncio
import logging

from sqlalchemy import Connection, select

from cti_client.domain.errors import BadRequestError
from cti_client.hub.config import ConnectionConfig
from cti_client.hub.secrets import SecretBox
from cti_client.hub.services.settings.access import refuse_others
from cti_client.hub.services.settings.connections import refuse_odd_id, refuse_unmade, wanted
from cti_client.hub.store import tables
from cti_client.hub.store.origin import FROM_FILE
from cti_client.hub.trouble import trouble
from cti_client.hub.web.context import WebContext
from cti_client.hub.web.tokens import Agent
from cti_client.telephony.sms.connection import ConnectionSettings, SmsConnection, WebhookOutcome
from cti_client.wire.settings_api import EditConnection, TestResult

log = logging.getLogger(__name__)

TEST_SECONDS = 30.0
WORKS = "It works: the gateway answers and knows this hub."
NO_ANSWER = "The gateway gave no answer in time."


async def test_connection(context: WebContext, agent: Agent, edit: EditConnection) -> TestResult:
    """Raises `NotAllowedError`, `BadRequestError`."""
    gateways = context.gateways
    settings = await context.store.read(_settings, agent.id, edit, context.box, gateways.file)
    refuse_unmade(settings, gateways.make)
    async with gateways.test_turn:
        wrong = await _ask(gateways.make(settings))
    gateways.tested(settings, wrong)
    log.info("connection %s was tested by %s: %s", settings.id, agent.name, "fails" if wrong else "works")
    return TestResult(ok=not wrong, text=wrong or WORKS)


def _settings(
    conn: Connection, agent_id: int, edit: EditConnection, box: SecretBox, file: dict[str, ConnectionConfig]
) -> ConnectionSettings:
    refuse_others(conn, agent_id)
    if edit.id in file:
        return file[edit.id].settings
    refuse_odd_id(edit.id)
    row = conn.execute(select(tables.connection).where(tables.connection.c.id == edit.id)).first()
    in_use = row if row is not None and row.active else None
    if in_use is not None and in_use.origin == FROM_FILE:
        raise BadRequestError("This connection stands in another hub's settings file.", "id")
    return wanted(in_use, edit, box).config.settings


async def _ask(connection: SmsConnection) -> str:
    """What is wrong in one sentence, else nothing."""
    try:
        async with asyncio.timeout(TEST_SECONDS):
            await connection.start(_nothing_comes)
            return await connection.test()
    except TimeoutError:
        return NO_ANSWER
    except Exception as error:  # noqa: BLE001  an adapter's mistake, whose words may hold what is secret
        log.error("a connection could not be tested: %s", trouble(error))
        return f"The gateway cannot be asked ({type(error).__name__})."
    finally:
        await connection.stop()


async def _nothing_comes(_: WebhookOutcome) -> None:
    """A gateway of which nothing is kept brings nothing."""
    raise ConnectionError("only a test")
