"""The hub's end of the link without a socket: greets, numbers, resumes, forgets; and can be made to misbehave."""

from collections import deque
from dataclasses import dataclass, field

import msgspec

from cti_client.wire.frames import Goodbye, Hello, HubFrame, Records, Snapshot, Welcome
from cti_client.wire.records import Record


@dataclass
class HubSide:
    hub_id: str = "hub-1"
    agent_id: int = 7
    seq: int = 0
    kept_from: int = 1
    """Older records have been pruned."""
    rows: dict[str, Record] = field(default_factory=dict)
    log: list[Record] = field(default_factory=list)
    hellos: list[Hello] = field(default_factory=list)
    _wire: deque[HubFrame] = field(default_factory=deque)
    _sent: int | None = None

    def write(self, record: Record) -> None:
        """A change is committed: the record is numbered, and the rows are as a snapshot would show them."""
        self.seq += 1
        record = msgspec.structs.replace(record, seq=self.seq)
        self.log.append(record)
        if record.removed:
            self.rows.pop(record.key, None)
            self.rows = {key: row for key, row in self.rows.items() if row.parent != record.key}
        elif record.parent and record.parent not in self.rows:
            self.rows.pop(record.key, None)
        else:
            self.rows[record.key] = record

    def prune(self) -> None:
        self.log.clear()
        self.kept_from = self.seq + 1

    def greet(self, hello: Hello) -> None:
        self.hellos.append(hello)
        self._wire.clear()
        self._wire.append(Welcome(wire=1, hub_id=self.hub_id, agent_id=self.agent_id, agent_name="Anna", now=0))
        known = hello.hub_id == self.hub_id and 0 < hello.last_seq <= self.seq and hello.last_seq >= self.kept_from - 1
        if known:
            self._sent = hello.last_seq
        else:
            rows = tuple(msgspec.structs.replace(row, seq=0) for row in self.rows.values())
            self._wire.append(Snapshot(seq=self.seq, records=rows))
            self._sent = self.seq

    def hang_up(self) -> None:
        self._wire.clear()
        self._sent = None

    def say(self, frame: HubFrame) -> None:
        self._wire.append(frame)

    def leave(self, reason: str) -> None:
        self._wire.append(Goodbye(reason=reason))
        self._sent = None

    def lose_one(self) -> None:
        """The next record never arrives."""
        self._pump(1)
        if self._wire and isinstance(self._wire[-1], Records):
            self._wire.pop()

    def next_frame(self) -> HubFrame | None:
        """What comes over the wire next; None where there is nothing."""
        if not self._wire:
            self._pump(3)
        return self._wire.popleft() if self._wire else None

    def _pump(self, most: int) -> None:
        if self._sent is None:
            return
        news = tuple(record for record in self.log if record.seq > (self._sent or 0))[:most]
        if news:
            self._wire.append(Records(records=news))
            self._sent = news[-1].seq
