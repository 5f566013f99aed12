"""Who a bearer token belongs to."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from cti_client.hub.store.statements import Statement
from cti_client.hub.store.store import Store
from cti_client.hub.store.tables import agent
from cti_client.hub.token_hash import hash_token

_FRESH_SECONDS = 10.0
_AGAIN_SECONDS = 1.0
_TOKENS = Statement(select(agent.c.token_hash, agent.c.id, agent.c.name).where(agent.c.token_hash != ""))


class UnauthorisedError(Exception):
    """No token, or one that is nobody's."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A signed-in person. `token_hash`: of the token that was shown."""

    id: int
    name: str
    token_hash: str = field(default="", repr=False)


class TokenBook:
    """The agents' tokens, read from the store at most once a second and at least every ten seconds of use.

    Found by their hash in one step, however many agents there are. How long that takes tells nobody anything: who can
    choose a token cannot choose its SHA-256.
    """

    def __init__(self, store: Store, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._monotonic = monotonic
        self._book: dict[str, Agent] = {}
        self._read_at = float("-inf")

    async def agent_of(self, authorization: str) -> Agent:
        """The agent of an `Authorization` header. Raises `UnauthorisedError`, `StoreAwayError`."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UnauthorisedError
        wanted = hash_token(token.strip())
        age = self._monotonic() - self._read_at
        if age > _FRESH_SECONDS:
            await self._reload()
        found = self._book.get(wanted)
        if found is None and _AGAIN_SECONDS < age <= _FRESH_SECONDS:
            await self._reload()
            found = self._book.get(wanted)
        if found is None:
            raise UnauthorisedError
        return found

    async def refresh(self) -> None:
        """Read the tokens now. Raises `StoreAwayError`."""
        await self._reload()

    def knows(self, agent: Agent) -> bool:
        """Whether the agent's token is still this agent's, as far as was read."""
        person = self._book.get(agent.token_hash)
        return person is not None and person.id == agent.id

    async def _reload(self) -> None:
        self._book = await self._store.read(_read_tokens)
        self._read_at = self._monotonic()


def _read_tokens(conn: Connection) -> dict[str, Agent]:
    return {row.token_hash: Agent(row.id, row.name, row.token_hash) for row in _TOKENS.rows(conn)}
