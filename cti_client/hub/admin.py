"""`cti-client admin`: who may sign in, and as what; what secrets are kept by. Works on the hub's database, beside hubs
that run.

A token is shown once and never again: the database keeps only its SHA-256.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from cti_client.domain.errors import BadRequestError, RuleError
from cti_client.domain.role import Role
from cti_client.hub.command import ENDED, UNABLE, UNABLE_ERRORS, WRONG_SETTINGS
from cti_client.hub.config import ConfigError, HubConfig
from cti_client.hub.config_file import load
from cti_client.hub.config_places import explain
from cti_client.hub.secrets import SecretBox
from cti_client.hub.services import agents
from cti_client.hub.services.settings import renew_secrets as anew
from cti_client.hub.store.open import make_bus, make_store
from cti_client.hub.store.store import Store
from cti_client.hub.token_hash import hash_token
from cti_client.telephony.sms.registry import system_clock

Say = Callable[[str], None]
Act = Callable[[Store, Say, Say], Awaitable[None]]
"""Given the store, where results go, and where words to the person go."""

REFUSED = 5
"""Exit status where a rule refuses: the name is taken, or nobody has it. The others are those of `command.py`."""


def add_agent(name: str, role: Role = Role.AGENT) -> Act:
    """Print a token for somebody new."""

    async def act(store: Store, say: Say, tell: Say) -> None:
        token = secrets.token_urlsafe(32)
        await store.write(agents.add_agent, name, hash_token(token), role)
        tell(f"{name} may sign in with this token. It is not shown again:")
        say(token)

    return act


def new_token(name: str) -> Act:
    """Print another token; the old one ends, and with it the desktop that used it."""

    async def act(store: Store, say: Say, tell: Say) -> None:
        token = secrets.token_urlsafe(32)
        await store.write(agents.new_token, name, hash_token(token))
        tell(f"{name}'s old token is worth nothing now. The new one, which is not shown again:")
        say(token)

    return act


def set_role(name: str, role: Role) -> Act:
    """What somebody may do from now on."""

    async def act(store: Store, _: Say, tell: Say) -> None:
        await store.write(agents.set_role, name, role)
        tell(f"{name} is {role.value} now.")

    return act


def remove_agent(name: str) -> Act:
    """End the token; the agent's chats and cases stay."""

    async def act(store: Store, _: Say, tell: Say) -> None:
        await store.write(agents.remove_agent, name)
        tell(f"{name} can no longer sign in.")

    return act


def list_agents() -> Act:
    """Print all who may sign in: name, presence, whence, and role."""

    async def act(store: Store, say: Say, _: Say) -> None:
        for one in await store.read(agents.list_agents):
            say(f"{one.name}\t{one.presence}\t{'settings file' if one.configured else 'added'}\t{one.role}")

    return act


def _count(connections: int) -> str:
    return "1 connection" if connections == 1 else f"{connections} connections"


def renew_secrets(file: Path) -> Act:
    """Encrypt all that is kept secret by the newest of this file's keys, so that the older ones may go."""

    async def act(store: Store, _: Say, tell: Say) -> None:
        renewed, lost = await store.write(anew.renew_secrets, SecretBox(load(file).secrets_key))
        tell(f"Encrypted by the newest key: the secrets of {_count(renewed)}.")
        if lost:
            raise BadRequestError(
                f"No key opens those of: {', '.join(lost)}. Enter them again on the settings screens."
            )

    return act


def run_admin(file: Path, act: Act, say: Say, tell: Say) -> int:
    """Do it; the exit status. `say` gets results, `tell` words to the person at the terminal."""
    try:
        asyncio.run(_run(load(file), act, say, tell))
    except ConfigError as error:
        tell(explain(file, error))
        return WRONG_SETTINGS
    except RuleError as error:
        tell(str(error))
        return REFUSED
    except UNABLE_ERRORS as error:
        tell(f"The database cannot be used: {error}")
        return UNABLE
    return ENDED


async def _run(config: HubConfig, act: Act, say: Say, tell: Say) -> None:
    bus = make_bus(config.database)
    store = make_store(config.database, system_clock, bus)
    await bus.open()
    try:
        await store.open()
        try:
            await act(store, say, tell)
        finally:
            await store.close()
    finally:
        await bus.close()
