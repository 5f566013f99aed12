"""Record numbers as they come over one desktop's wire, counted apart from the link's own check."""

from collections.abc import Iterable


class NumberWatch:
    """Follows one desktop over all its connections. What skips or comes again is written into `gaps`."""

    def __init__(self, name: str, gaps: list[str]) -> None:
        self._name = name
        self._gaps = gaps
        self._held = 0
        self._resumes = False

    def hello(self, last_seq: int) -> None:
        """The desktop says what it holds; what follows must be the next."""
        self._held = last_seq
        self._resumes = last_seq > 0

    def snapshot(self, seq: int) -> None:
        """A new start. One who holds a number of this hub needs none."""
        if self._resumes:
            self._gaps.append(
                f"{self._name} held number {self._held} and got a snapshot of {seq} instead of what follows"
            )
        self._held = seq
        self._resumes = True

    def records(self, numbers: Iterable[int]) -> None:
        """The numbers of one frame."""
        for number in numbers:
            if number != self._held + 1:
                self._gaps.append(f"{self._name} got record {number} after {self._held}")
            self._held = number
