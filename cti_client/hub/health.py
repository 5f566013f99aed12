"""How the gateways are, as far as this hub has seen: the topic `connections`. Kept in memory, on the hub's loop."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

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


class HealthBoard:
    """One state a connection; a change is logged once and calls `changed`."""

    def __init__(
        self, settings: Iterable[ConnectionSettings], clock: Callable[[], Millis], changed: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._changed = changed
        self._states = {one.id: _State(one, clock()) for one in settings}

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
        return self._states[connection_id].detail

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
        state = self._states[connection_id]
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
