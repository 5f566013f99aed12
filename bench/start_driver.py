"""One start of the desktop with its own hub, in a process of its own: `python -m bench.start_driver FOLDER BEGAN`.

`BEGAN` is the monotonic time just before the process was made. Begins as `cti_client.__main__` does.
"""

import sys
from functools import partial
from pathlib import Path

from cti_client.demo.settings import simulated
from cti_client.hub.own_hub import OwnHub
from cti_client.paths import paths_in
from cti_client.system import quick_start


def main() -> None:
    """Run from the command line."""
    folder = Path(sys.argv[1])
    hub = OwnHub(partial(simulated, paths_in(folder)), "Bench")
    hub.warm_up()
    quick_start.begin()
    from bench.start_inside import run

    sys.exit(run(folder, hub, float(sys.argv[2])))


if __name__ == "__main__":
    main()
