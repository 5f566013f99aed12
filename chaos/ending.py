"""The last look: what desktops hold against what a new one is told, and the histories that agents can read."""

import asyncio
from collections.abc import Sequence

from chaos.agent import Agent
from chaos.desktop import Desktop
from chaos.ledger import Ledger
from chaos.tokens import token_of
from cti_client.desk.errors import DeskError
from cti_client.desk.state import DeskState
from cti_client.domain.interaction import Direction
from cti_client.wire.api import MessagePage

_PAGE = 100
_TRIES = 5


async def read_histories(agents: Sequence[Agent], ledger: Ledger) -> None:
    """Read every customer's whole history as an agent does, for the states of replies whose chats have ended.

    A text that stands there twice is doubled, too.
    """
    desktops = [one.desktop for one in agents if one.desktop is not None]
    waiting = list(ledger.threads.items())

    async def read(desktop: Desktop) -> None:
        while waiting:
            address, thread_id = waiting.pop()
            await _read_history(desktop, address, thread_id, ledger)

    await asyncio.gather(*(read(desktop) for desktop in desktops[:8]))


async def _read_history(desktop: Desktop, address: str, thread_id: int, ledger: Ledger) -> None:
    before = ""
    while True:
        page = await _ask(desktop, f"/threads/{thread_id}/messages?limit={_PAGE}{before}")
        for message in page.messages:
            token = token_of(message.text)
            if message.direction is Direction.OUT:
                ledger.reply_state(token, message.state, message.version)
            elif token in ledger.texts and ledger.texts[token].seen:
                ledger.text_seen(token, message.id, address)
            else:  # nobody was shown it while it mattered
                ledger.note(address, f"in the history: {token} as {message.id} in interaction {message.interaction_id}")
        if not page.more_before or not page.messages:
            return
        before = f"&before={page.messages[0].id}"


async def _ask(desktop: Desktop, path: str) -> MessagePage:
    for tried in range(_TRIES):
        try:
            return await desktop.ask(path, MessagePage)
        except DeskError:
            if tried == _TRIES - 1:
                raise
            await asyncio.sleep(0.5)
    raise AssertionError


def differences(name: str, held: DeskState, fresh: DeskState) -> list[str]:
    """Where what came record by record is not what a new desktop is told now."""
    found = []
    for kind, mine, others in (
        ("offer", dict(held.offers), dict(fresh.offers)),
        ("interaction", dict(held.interactions), dict(fresh.interactions)),
        ("case", held.cases, fresh.cases),
        ("message", _messages(held), _messages(fresh)),
    ):
        for key in sorted({*mine, *others}):
            if mine.get(key) != others.get(key):
                where = (
                    "differs" if key in mine and key in others else "is missing" if key in others else "is left over"
                )
                found.append(f"{name}: {kind} {key} {where} on the desktop")
    return found


def _messages(state: DeskState) -> dict[int, object]:
    return {one.id: one for chat in state.interactions for one in state.messages_of(chat)}
