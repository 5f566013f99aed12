"""The tour over a network that loses the customer's second text: `python -m tests.helpers.broken_tour FOLDER`."""

import sys
from functools import partial
from pathlib import Path

from cti_client.demo import tour, tour_kit, tour_stage

LIMIT_S = 2.0


class LossyStage(tour_stage.Stage):
    """Its customer's second text never leaves the phone."""

    async def text_in(self, text: str) -> None:
        if text == tour.SECOND:
            setattr(tour, "until", partial(tour_kit.until, seconds=LIMIT_S))  # noqa: B010  to fail soon
            return
        await super().text_in(text)


def main() -> int:
    setattr(tour, "Stage", LossyStage)  # noqa: B010  the seam this process exists for
    return tour.run_tour(Path(sys.argv[1]), data=None, theme="light", quiet=False)


if __name__ == "__main__":
    sys.exit(main())
