"""A desktop's memory in ten lines: the one generic way in which records are applied."""

from dataclasses import dataclass, field

from cti_client.wire.frames import Snapshot
from cti_client.wire.records import Record


@dataclass
class HeldRecords:
    """What one desktop holds, by key, and the number it is as of."""

    seq: int = 0
    held: dict[str, Record] = field(default_factory=dict)
    passed_on: list[Record] = field(default_factory=list)
    """Records whose parent was not held: shown where somebody watches, not kept."""

    def start_from(self, snapshot: Snapshot) -> None:
        """Forget everything but this."""
        self.seq, self.held = snapshot.seq, {}
        for record in snapshot.records:
            self._apply(record)

    def apply(self, record: Record) -> None:
        """The next record of the stream."""
        assert record.seq == self.seq + 1, "a gap in the stream"
        self.seq = record.seq
        self._apply(record)

    def view(self) -> dict[str, tuple[str, bytes]]:
        """Parent and body by key, to compare."""
        return {key: (record.parent, bytes(record.body)) for key, record in self.held.items()}

    def _apply(self, record: Record) -> None:
        if record.removed:
            self.held.pop(record.key, None)
            self.held = {key: other for key, other in self.held.items() if other.parent != record.key}
        elif record.parent and record.parent not in self.held:
            self.passed_on.append(record)
        else:
            self.held[record.key] = record
