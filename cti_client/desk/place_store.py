"""The place a person has chosen, in a small file. It never holds a token."""

import logging
import os
from pathlib import Path

import msgspec

from cti_client.desk.places import OwnPlace, Place, TeamPlace

log = logging.getLogger(__name__)

_PLACE: msgspec.json.Decoder[OwnPlace | TeamPlace] = msgspec.json.Decoder(OwnPlace | TeamPlace)


class PlaceStore:
    """Calls block, for a moment."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Place | None:
        """What was chosen; None: nothing yet, or nothing that can be read."""
        try:
            return _PLACE.decode(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, UnicodeError) as error:
            log.warning("where this person works cannot be read: %s", type(error).__name__)
            return None

    def remember(self, place: TeamPlace) -> None:
        """Who is at work there now, if that is still the place chosen. A disk that does not take it costs no more
        than that unsent texts show later."""
        chosen = self.load()
        if isinstance(chosen, TeamPlace) and chosen.address == place.address and chosen != place:
            try:
                self.save(place)
            except OSError as error:
                log.warning("who is at work here cannot be kept: %s", type(error).__name__)

    def save(self, place: Place) -> None:
        """Keep it. Written beside, then put in place: a crash leaves the old choice or the new. Raises `OSError`."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self._path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(msgspec.json.encode(place))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
