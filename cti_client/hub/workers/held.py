"""Work that one hub of several may do at a time: a session with a gateway, a poll, a limited rate."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from cti_client.hub.services.leases import lease_note, release_lease, take_lease
from cti_client.hub.store.store import Store, StoreAwayError

log = logging.getLogger(__name__)

LEASE_SECONDS = 15.0
_MARGIN_SECONDS = 5.0
"""The holder stops this long before its lease runs out: clocks of hubs may differ by that much."""
_RENEW_SECONDS = 3.0
_RELEASE_SECONDS = 2.0


class HeldWork:
    """Does `work` while this hub holds the lease `name`, and tries to get it while it does not.

    `note` is what the holder tells the others, who get it by `elsewhere`. `work` goes on until it is cancelled; what
    it raises, `run` raises.
    """

    def __init__(
        self,
        name: str,
        holder: str,
        store: Store,
        work: Callable[[], Awaitable[None]],
        *,
        note: Callable[[], str],
        elsewhere: Callable[[str], None],
        monotonic: Callable[[], float] = time.monotonic,
        renew_seconds: float = _RENEW_SECONDS,
    ) -> None:
        self._name = name
        self._holder = holder
        self._store = store
        self._work = work
        self._note = note
        self._elsewhere = elsewhere
        self._monotonic = monotonic
        self._renew_seconds = renew_seconds
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Another hub has let go of something."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled. Raises `StoreAwayError`; then run it again."""
        try:
            while True:
                self._woken.clear()
                asked = self._monotonic()
                if await self._take():
                    log.info("%s: held by this hub", self._name)
                    await self._hold(asked)
                    log.warning("%s: held by this hub no longer", self._name)
                self._elsewhere(await self._store.read(lease_note, self._name))
                await self._pause()
        finally:
            await self._release()

    async def _take(self) -> bool:
        return await self._store.write(take_lease, self._name, self._holder, int(LEASE_SECONDS * 1000), self._note())

    async def _hold(self, asked: float) -> None:
        """Until the lease is another's, or may be soon."""
        work = asyncio.ensure_future(self._work())
        try:
            safe_until = asked + LEASE_SECONDS - _MARGIN_SECONDS
            while self._monotonic() < safe_until:
                done, _ = await asyncio.wait({work}, timeout=self._renew_seconds)
                if done:
                    work.result()
                    return
                asked = self._monotonic()
                try:
                    async with asyncio.timeout(max(0.0, safe_until - asked)):
                        if not await self._take():
                            return
                except (StoreAwayError, TimeoutError):
                    continue
                safe_until = asked + LEASE_SECONDS - _MARGIN_SECONDS
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._renew_seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _release(self) -> None:
        try:
            async with asyncio.timeout(_RELEASE_SECONDS):
                await self._store.write(release_lease, self._name, self._holder)
        except (StoreAwayError, TimeoutError):
            log.info("%s: could not be let go of; it runs out by itself", self._name)
