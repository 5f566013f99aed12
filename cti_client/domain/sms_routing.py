"""By which connection a text goes (D6): the first rule that fits, else the line's own connection."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """Texts to addresses that begin with `prefix` (empty: all) from `line_id` (None: any line) go by `connection_id`.

    `prefix` is of an address as it is stored: `+4420`, or a short code's digits.
    """

    connection_id: str
    prefix: str = ""
    line_id: int | None = None

    def fits(self, line_id: int, address: str) -> bool:
        """Whether it is about such a text."""
        return self.line_id in (None, line_id) and address.startswith(self.prefix)


def connection_for(rules: Iterable[RoutingRule], line_id: int, address: str, own: str | None) -> str | None:
    """The connection's id; None: no rule fits and the line has none of its `own` (the failure *no routing rule*)."""
    return next((rule.connection_id for rule in rules if rule.fits(line_id, address)), own)
