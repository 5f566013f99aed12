"""How the gateways are, as far as this hub has seen: the topic `connections`. Kept in memory, on the hub's loop."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from cti_client.domain import Millis
from cti_client.telephony.sms.connection import ConnectionSettings
from cti_client.wire.topics import ConnectionHealth, Connections

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _State:
    settings: ConnectionSettings
    since: Millis
    detail: str = ""
    ok: bool = True


class Health(Protocol):
    """What a worker says of the gateway it works at."""

    def fine(self, connection_id: str) -> None:
        """The gateway answered as it should."""

    def trouble(self, connection_id: str, detail: str) -> None:
        """The gateway does not answer, or refuses us; `detail` says so in one sentence."""


class HealthBoard:
    """One state a connection; a change is logged once and calls `changed`. Nothing is said of one that is not there."""

    def __init__(
        self, settings: Iterable[ConnectionSettings], clock: Callable[[], Millis], changed: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._changed = changed
        self._states = {one.id: _State(one, clock()) for one in settings}

    def add(self, settings: ConnectionSettings) -> None:
        """There is this connection, or it has this name now; nothing bad is known of a new one."""
        known = self._states.get(settings.id)
        if known is None:
            self._states[settings.id] = _State(settings, self._clock())
        else:
            known.settings = settings
        self._changed()

    def remove(self, connection_id: str) -> None:
        """There is no such connection any more."""
        if self._states.pop(connection_id, None) is not None:
            self._changed()

    def voice(self, connection_id: str) -> "HealthVoice":
        """What the workers of one gateway speak by."""
        return HealthVoice(self, connection_id)

    def fine(self, connection_id: str) -> None:
        """The gateway answered as it should."""
        self._set(connection_id, True, "")

    def trouble(self, connection_id: str, detail: str) -> None:
        """The gateway does not answer, or refuses us; `detail` says so in one sentence."""
        self._set(connection_id, False, detail)

    def say(self, connection_id: str, detail: str) -> None:
        """What another hub found, whose turn it is at this gateway: empty where all is well."""
        self._set(connection_id, not detail, detail)

    def detail(self, connection_id: str) -> str:
        """What is wrong; empty where all is well."""
        state = self._states.get(connection_id)
        return "" if state is None else state.detail

    def topic(self) -> Connections:
        """The newest value."""
        return Connections(
            connections=tuple(
                ConnectionHealth(
                    id=one.settings.id,
                    name=one.settings.name,
                    kind=one.settings.kind,
                    ok=one.ok,
                    since=one.since,
                    detail=one.detail,
                    simulated=one.settings.kind == "simulator",
                )
                for one in self._states.values()
            )
        )

    def _set(self, connection_id: str, ok: bool, detail: str) -> None:
        state = self._states.get(connection_id)
        if state is None:
            return
        if state.ok == ok and state.detail == detail:
            return
        if state.ok != ok:
            state.since = self._clock()
            if ok:
                log.info("connection %s works again", connection_id)
            else:
                log.warning("connection %s: %s", connection_id, detail)
        state.ok = ok
        state.detail = detail
        self._changed()


class HealthVoice:
    """Says on the board how one gateway is, until another gateway has taken its place."""

    def __init__(self, board: HealthBoard, connection_id: str) -> None:
        self._board = board
        self._id = connection_id
        self._hushed = False

    def hush(self) -> None:
        """What is heard of it from now on is of the past."""
        self._hushed = True

    def fine(self, connection_id: str) -> None:
        """See `Health`."""
        if not self._hushed:
            self._board.fine(connection_id)

    def trouble(self, connection_id: str, detail: str) -> None:
        """See `Health`."""
        if not self._hushed:
            self._board.trouble(connection_id, detail)

    def say(self, detail: str) -> None:
        """What another hub found, whose turn it is at this gateway: empty where all is well."""
        if not self._hushed:
            self._board.say(self._id, detail)

    def detail(self) -> str:
        """What is wrong; empty where all is well."""
        return self._board.detail(self._id)
