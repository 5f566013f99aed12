"""Whether this hub should be sent anything: `/ready`, for load balancers and for whoever starts hubs."""

import asyncio
import logging
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from cti_client.hub.store.store import Store, StoreAwayError
from cti_client.hub.trouble import trouble
from cti_client.hub.web.greeting import hub_id

log = logging.getLogger(__name__)

_MOST_SECONDS = 2.0
_FRESH_SECONDS = 0.5


class Readiness:
    """Looks at the database when it is asked, at most twice a second however often it is."""

    def __init__(self, store: Store, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._monotonic = monotonic
        self._draining = False
        self._trouble = ""
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()

    def drain(self) -> None:
        """Say no from now on: this hub is about to stop."""
        self._draining = True

    async def trouble(self) -> str:
        """Empty while the hub is ready, else one word: `draining`, `database` (it does not answer) or `schema`."""
        if self._draining:
            return "draining"
        async with self._looking:
            if self._monotonic() - self._looked_at > _FRESH_SECONDS:
                self._trouble = await self._look()
                self._looked_at = self._monotonic()
        return self._trouble

    async def _look(self) -> str:
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                return "" if await self._store.read(hub_id) else "schema"
        except (StoreAwayError, TimeoutError):
            return "database"
        except SQLAlchemyError as error:
            log.warning("the database is not as it should be: %s", trouble(error))
            return "schema"
