"""Who shows what at the same time: pairs that may meet for a moment only."""

from collections import defaultdict
from collections.abc import Hashable


class Overlaps:
    """For each key there should be one member. Two at once are let pass for `longest_s`, but never at the end.

    A member is there while at least one viewer shows it.
    """

    def __init__(self, key_name: str, member_name: str, longest_s: float) -> None:
        self._key_name = key_name
        self._member_name = member_name
        self._longest_s = longest_s
        self._viewers: dict[Hashable, dict[int, set[int]]] = defaultdict(dict)
        self._since: dict[tuple[Hashable, int, int], float] = {}
        self._found: list[str] = []

    def show(self, key: Hashable, member: int, viewer: int, at: float) -> None:
        """The viewer shows the member under the key. Twice is like once."""
        members = self._viewers[key]
        if member not in members:
            for other in members:
                self._since[key, min(member, other), max(member, other)] = at
        members.setdefault(member, set()).add(viewer)

    def hide(self, key: Hashable, member: int, viewer: int, at: float) -> None:
        """It does not any more."""
        members = self._viewers[key]
        viewers = members.get(member, set())
        viewers.discard(viewer)
        if viewers or member not in members:
            return
        del members[member]
        for other in members:
            seconds = at - self._since.pop((key, min(member, other), max(member, other)))
            if seconds > self._longest_s:
                self._found.append(self._words(key, member, other, f"for {seconds:.0f} s"))
        if not members:
            del self._viewers[key]

    def ended(self, at: float) -> list[str]:
        """All that was found, and what overlaps now."""
        now = [
            self._words(key, first, second, f"at the end, for {at - since:.0f} s")
            for (key, first, second), since in self._since.items()
        ]
        return [*self._found, *now]

    def _words(self, key: Hashable, first: int, second: int, how_long: str) -> str:
        pair = f"{self._member_name}s {min(first, second)} and {max(first, second)}"
        return f"{self._key_name} {key} with {pair} at once {how_long}"
