"""One start of the desktop with its embedded hub, in a process of its own: `python -m bench.start_driver FOLDER BEGAN`.

`BEGAN` is the monotonic time just before the process was made. Begins as `cti_client.__main__` does.
"""

import sys
from pathlib import Path

from cti_client.system import quick_start


def main() -> None:
    """Run from the command line."""
    quick_start.begin()
    from bench.start_inside import run

    sys.exit(run(Path(sys.argv[1]), float(sys.argv[2])))


if __name__ == "__main__":
    main()
