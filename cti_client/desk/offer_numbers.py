"""The numbers of offers, also of those that have just gone: an answer names the one that was on the screen."""

from collections.abc import Iterable

from cti_client.desk.errors import HubRefusedError
from cti_client.domain.errors import OfferGoneError
from cti_client.wire.api import Problem
from cti_client.wire.records import Offer

REMEMBERED = 500


class OfferNumbers:
    """Remembers the newest ones."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def remember(self, offers: Iterable[Offer]) -> None:
        """These were seen now."""
        for offer in offers:
            self._numbers.pop(offer.id, None)
            self._numbers[offer.id] = offer.number
        while len(self._numbers) > REMEMBERED:
            del self._numbers[next(iter(self._numbers))]

    def of(self, offer_id: int) -> int:
        """Also of an offer that has just gone: the hub knows who was faster. Raises `HubRefusedError`."""
        number = self._numbers.get(offer_id)
        if number is None:
            raise HubRefusedError(Problem(code=OfferGoneError.code, text="This request is not open any more."))
        return number
