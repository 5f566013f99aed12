"""What a transaction changed that agents must hear of.

Services name the things they touched; `write_news` (in `records.py`) then builds each thing's record from the tables
with the same functions the snapshot uses, works out who holds it now, and numbers it into their streams.
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class News:
    """Touched things by id, in order of touching. `former`: agents who held an interaction or offer until now."""

    offers: dict[int, None] = field(default_factory=dict)
    interactions: dict[int, None] = field(default_factory=dict)
    cases: dict[int, None] = field(default_factory=dict)
    messages: dict[int, None] = field(default_factory=dict)
    former: dict[int, set[int]] = field(default_factory=dict)
    """interaction id -> agents who no longer hold it"""
    partings: dict[int, str] = field(default_factory=dict)
    """interaction id -> the sentence that tells them why"""
    topics: set[str] = field(default_factory=set)
    """Names of topics whose value may have changed."""
    anew: bool = False
    """Every desktop starts from a snapshot: what their records show was changed behind their back."""

    def offer(self, offer_id: int) -> None:
        """This offer was made, answered or withdrawn, or its preview changed."""
        self.offers[offer_id] = None

    def interaction(self, interaction_id: int, *, former: int | None = None, parting: str = "") -> None:
        """This interaction (or its contact, consent or counters) changed; `former` no longer holds it.

        `parting`: the sentence that tells them why, where they did not do it themselves.
        """
        self.interactions[interaction_id] = None
        if parting:
            self.partings[interaction_id] = parting
        if former is not None:
            self.former.setdefault(interaction_id, set()).add(former)

    def case(self, case_id: int) -> None:
        """This case changed."""
        self.cases[case_id] = None

    def message(self, message_id: int) -> None:
        """This message is new or its state changed."""
        self.messages[message_id] = None

    def topic(self, name: str) -> None:
        """Everyone who watches this topic wants the newest value."""
        self.topics.add(name)
