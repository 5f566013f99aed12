"""What an agent does: answers most requests, replies to most texts, ends chats that have gone quiet.

Some requests are declined, some ignored, some answered at the last moment; chats in the Waiting list are grabbed by
several at once. Whatever the hub did not answer is done again, as a person would.
"""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from chaos.desktop import Desktop
from chaos.hubs import OFFER_SECONDS
from chaos.ledger import Ledger
from chaos.sabotage import Sabotage, Saboteur
from cti_client.desk.errors import HubAwayError, HubRefusedError, KeepingError
from cti_client.domain.agent import Presence
from cti_client.domain.interaction import Direction, Disposition
from cti_client.wire import api
from cti_client.wire.records import Message, Offer

_IGNORED, _DECLINED, _LATE = 0.06, 0.08, 0.08
_REPLIES = 0.85
_GRABBERS = 3
"""So many agents go for each chat of the Waiting list."""
_PRESS_AGAIN_SECONDS = 0.5

R = TypeVar("R")


class Agent:
    """One person. The desktop may be closed and another one opened meanwhile."""

    def __init__(
        self,
        number: int,
        agents: int,
        open_desktop: Callable[[Callable[[], None]], Desktop],
        ledger: Ledger,
        saboteur: Saboteur,
        chance: random.Random,
    ) -> None:
        self.number = number
        self.diligent = False
        """At the end: every request is accepted, and no chat is left in the Waiting list."""
        self.desktop: Desktop | None = None
        self._agents = agents
        self._open_desktop = open_desktop
        self._ledger = ledger
        self._saboteur = saboteur
        self._chance = chance
        self._replies = 0
        self._busy: set[str] = set()
        self._stirs: dict[int, asyncio.Event] = {}
        self._ignored: set[tuple[int, int]] = set()

    async def arrive(self) -> None:
        """Open the desktop and work."""
        self._busy.clear()
        self._stirs.clear()
        self.desktop = self._open_desktop(self.look)
        await self.desktop.open()

    async def leave(self) -> None:
        """The desktop's process is gone."""
        desktop, self.desktop = self.desktop, None
        if desktop is not None:
            await desktop.close()

    def look(self) -> None:
        """See what there is to do."""
        desktop = self.desktop
        if desktop is None or desktop.tasks.closed:
            return
        for stir in self._stirs.values():
            stir.set()
        if desktop.refused:
            self._begin("retry", self._retry(desktop))
        for offer in tuple(desktop.state.offers.values()):
            if self.diligent or (offer.id, offer.number) not in self._ignored:
                self._begin(f"offer {offer.id}", self._answer(desktop, offer))
        for interaction_id in tuple(desktop.state.interactions):
            self._begin(f"chat {interaction_id}", self._chat(desktop, interaction_id))
        for row in desktop.waiting:
            if (row.interaction_id - self.number) % self._agents < _GRABBERS:
                self._begin(f"waiting {row.interaction_id}", self._take(desktop, row.interaction_id))
        if desktop.presence is not None and desktop.presence.presence is Presence.MISSED:
            self._begin("presence", self._be_available(desktop))

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        desktop = self.desktop
        if name in self._busy or desktop is None:
            work.close()
            return
        self._busy.add(name)
        busy = self._busy

        def ended(_: object) -> None:
            busy.discard(name)

        desktop.tasks.start(work, name).add_done_callback(ended)

    # --- requests ------------------------------------------------------------------------------------------------

    async def _answer(self, desktop: Desktop, offer: Offer) -> None:
        roll = 1.0 if self.diligent else self._chance.random()
        if roll < _IGNORED:
            self._ignored.add((offer.id, offer.number))
            return
        if roll < _IGNORED + _DECLINED:
            await self._pause(0.5, 3.0)
            decline = api.Decline(number=offer.number)
            await self._press(
                lambda: desktop.call(f"/offers/{offer.id}/decline", api.Done, decline),
                lambda: offer.id in desktop.state.offers,
            )
            return
        if roll < _IGNORED + _DECLINED + _LATE:
            await self._pause(OFFER_SECONDS - 1.0, OFFER_SECONDS + 1.0)
        else:
            await self._pause(0.2, 3.0)
        accept = api.Accept(number=offer.number)
        asked_at = time.monotonic()
        accepted = await self._press(
            lambda: desktop.call(f"/offers/{offer.id}/accept", api.Accepted, accept),
            lambda: offer.id in desktop.state.offers,
        )
        if accepted is not None:
            self._accepted(accepted, asked_at, (offer.id, offer.number))

    async def _take(self, desktop: Desktop, interaction_id: int) -> None:
        await self._pause(0.5, 2.0)
        asked_at = time.monotonic()
        accepted = await self._press(
            lambda: desktop.call(f"/waiting/{interaction_id}/take", api.Accepted, api.Take()),
            lambda: any(row.interaction_id == interaction_id for row in desktop.waiting),
        )
        if accepted is not None:
            self._accepted(accepted, asked_at, None)

    def _accepted(self, accepted: api.Accepted, asked_at: float, offer: tuple[int, int] | None) -> None:
        self._ledger.counts["chats accepted" if offer else "chats taken from the Waiting list"] += 1
        self._ledger.accepted(self.number, accepted.interaction_id, asked_at, offer)
        if self._saboteur.strikes(Sabotage.DOUBLE_ACCEPT):
            self._ledger.accepted((self.number + 1) % self._agents, accepted.interaction_id, asked_at, offer)

    async def _press(self, act: Callable[[], Coroutine[Any, Any, R]], still: Callable[[], bool]) -> R | None:
        """Press the button, again where no answer came and the button is still there. None: the hub said no."""
        while still():
            try:
                return await act()
            except HubRefusedError as error:
                self._ledger.counts[f"refused: {error.problem.code}"] += 1
                return None
            except HubAwayError:
                self._ledger.counts["requests without an answer"] += 1
                await asyncio.sleep(_PRESS_AGAIN_SECONDS)
        return None

    # --- chats ---------------------------------------------------------------------------------------------------

    async def _chat(self, desktop: Desktop, interaction_id: int) -> None:
        """Until it is nobody's or somebody else's."""
        stir = self._stirs[interaction_id] = asyncio.Event()
        answered = 0
        quiet_s = self._chance.uniform(5.0, 15.0)
        quiet_since = time.monotonic()
        while interaction_id in desktop.state.interactions:
            stir.clear()
            messages = desktop.state.messages_of(interaction_id)
            last = messages[-1] if messages else None
            if last is not None and last.direction is Direction.IN and last.id > answered:
                answered = last.id
                quiet_since = time.monotonic()
                await self._react(desktop, interaction_id, last)
                continue
            left = quiet_since + quiet_s - time.monotonic()
            if left <= 0 and desktop.live and not desktop.pending.pending_of(interaction_id):
                await self._close(desktop, interaction_id)
                quiet_since = time.monotonic()
                continue
            try:
                async with asyncio.timeout(max(left, 1.0)):
                    await stir.wait()
            except TimeoutError:
                continue

    async def _react(self, desktop: Desktop, interaction_id: int, last: Message) -> None:
        await self._pause(0.5, 4.0)
        if self._chance.random() < 0.3:
            read = api.MarkRead(message_id=last.id)
            await self._press(
                lambda: desktop.call(f"/interactions/{interaction_id}/read", api.Done, read),
                lambda: interaction_id in desktop.state.interactions,
            )
        if self._chance.random() >= _REPLIES:
            return
        for _ in range(2 if self._chance.random() < 0.15 else 1):
            chat = desktop.state.interactions.get(interaction_id)
            if chat is None:
                return
            self._replies += 1
            try:
                await desktop.reply(chat, f"R{self.number}-{self._replies}", "thank you, we are looking into it")
            except KeepingError as error:
                raise RuntimeError("a reply could not be kept on disk") from error

    async def _close(self, desktop: Desktop, interaction_id: int) -> None:
        self._ledger.closed(self.number, interaction_id)
        address = desktop.state.interactions[interaction_id].address
        self._ledger.note(address, f"agent {self.number} closes interaction {interaction_id}")
        seen = max((message.id for message in desktop.state.messages_of(interaction_id)), default=0)
        close = api.Close(disposition=Disposition.RESOLVED, seen=seen)
        done = await self._press(
            lambda: desktop.call(f"/interactions/{interaction_id}/close", api.Done, close),
            lambda: interaction_id in desktop.state.interactions,
        )
        self._ledger.note(address, f"interaction {interaction_id} is {'closed' if done else 'closed or not'}")

    # --- the rest ------------------------------------------------------------------------------------------------

    async def _be_available(self, desktop: Desktop) -> None:
        await self._pause(1.0, 4.0)
        await self._press(
            lambda: desktop.call("/presence", api.Done, api.SetPresence(presence=Presence.AVAILABLE)),
            lambda: desktop.presence is not None and desktop.presence.presence is Presence.MISSED,
        )

    async def _retry(self, desktop: Desktop) -> None:
        await self._pause(1.0, 3.0)
        desktop.retry()

    async def _pause(self, least: float, most: float) -> None:
        await asyncio.sleep(self._chance.uniform(least, most) / (4 if self.diligent else 1))
