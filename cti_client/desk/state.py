"""What the agent holds, made of numbered records alone.

A record is an upsert or a removal of one versioned thing. A thing may have a parent: removing the parent removes it,
and a record whose parent is not held is passed on to whoever watches but not kept. With this one rule
`old state + records = fresh snapshot`. Kinds that this version does not know, and bodies that it cannot read, are
skipped one by one.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

import msgspec

from cti_client.wire.codec import BODY_TYPES, decode_body
from cti_client.wire.frames import Snapshot
from cti_client.wire.records import Case, Interaction, Message, Offer, Record

log = logging.getLogger(__name__)

Body = Offer | Interaction | Case | Message


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is new, changed or gone (`removed`; `body` is then what was held last).

    `kept` is False for a record that was only passed on, since its parent is not held. `parting`: why a chat went.
    """

    kind: str
    id: int
    body: Body
    removed: bool = False
    kept: bool = True
    parting: str = ""


@dataclass(frozen=True, slots=True)
class _Held:
    parent: str
    body: Body


class DeskState:
    """Records by key. Not for several threads. The mappings are live views: they follow the state."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._by_kind: dict[str, dict[int, Body]] = {kind: {} for kind in BODY_TYPES}
        self._children: dict[str, dict[str, None]] = {}  # parent key -> child keys, in the order they came
        self.offers = cast(Mapping[int, Offer], MappingProxyType(self._by_kind[Offer.kind]))
        self.interactions = cast(Mapping[int, Interaction], MappingProxyType(self._by_kind[Interaction.kind]))

    @property
    def cases(self) -> dict[int, Case]:
        """The case of each held interaction, by interaction id."""
        cases = cast(dict[int, Case], self._by_kind[Case.kind])
        return {case.interaction_id: case for case in cases.values()}

    def messages_of(self, interaction_id: int) -> list[Message]:
        """The messages of a held interaction, oldest first."""
        messages = [body for body in self._bodies_of(interaction_id) if isinstance(body, Message)]
        return sorted(messages, key=lambda message: message.id)

    def message(self, message_id: int) -> Message | None:
        """A held message."""
        return cast(Message | None, self._by_kind[Message.kind].get(message_id))

    def apply(self, record: Record) -> tuple[Change, ...]:
        """Take one record in; returns what changed, a removed parent before its children."""
        if record.removed:
            return tuple(self._remove(record.key, record.parting))
        body = _read(record)
        return () if body is None else self._put(record.key, record.parent, body)

    def merge(self, body: Body, parent: str) -> tuple[Change, ...]:
        """Take in what the hub answered to a command, ahead of its record; nothing changes where it is held already."""
        held = self._held.get(_key(body))
        if held is not None and held.body.version >= body.version:
            return ()
        return self._put(_key(body), parent, body)

    def replace(self, snapshot: Snapshot) -> None:
        """Hold exactly what the snapshot says, in whatever order its records stand."""
        self.clear()
        keys = {record.key for record in snapshot.records}
        for record in snapshot.records:
            body = _read(record)
            if body is not None and (not record.parent or record.parent in keys):
                self._keep(record.key, record.parent, body)

    def clear(self) -> None:
        """Hold nothing."""
        self._held.clear()
        self._children.clear()
        for bodies in self._by_kind.values():
            bodies.clear()

    def _bodies_of(self, interaction_id: int) -> Iterable[Body]:
        return (self._held[key].body for key in self._children.get(f"interaction:{interaction_id}", ()))

    def _put(self, key: str, parent: str, body: Body) -> tuple[Change, ...]:
        held = self._held.get(key)
        if held is not None and body.version < held.body.version:
            return ()  # the answer to our own command was faster than this record
        if parent and parent not in self._held:
            gone = tuple(self._remove(key))
            return (*gone, Change(body.kind, body.id, body, kept=False))
        self._keep(key, parent, body)
        return (Change(body.kind, body.id, body),)

    def _keep(self, key: str, parent: str, body: Body) -> None:
        before = self._held.get(key)
        if before is not None and before.parent != parent:
            self._leave(key, before.parent)
        self._held[key] = _Held(parent, body)
        self._by_kind[body.kind][body.id] = body
        if parent:
            self._children.setdefault(parent, {})[key] = None

    def _remove(self, key: str, parting: str = "") -> Iterable[Change]:
        held = self._held.pop(key, None)
        if held is None:
            return
        self._leave(key, held.parent)
        del self._by_kind[held.body.kind][held.body.id]
        yield Change(held.body.kind, held.body.id, held.body, removed=True, parting=parting)
        for child in tuple(self._children.pop(key, ())):
            yield from self._remove(child)

    def _leave(self, key: str, parent: str) -> None:
        siblings = self._children.get(parent)
        if siblings is not None:
            siblings.pop(key, None)
            if not siblings:
                del self._children[parent]


def _key(body: Body) -> str:
    return f"{body.kind}:{body.id}"


def _read(record: Record) -> Body | None:
    try:
        return decode_body(record)
    except msgspec.DecodeError:
        log.warning("the %s %d of the hub cannot be read by this version", record.kind, record.id)  # no text of it
        return None
