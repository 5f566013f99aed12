"""The sudden end of a process, as the system does it: nothing of it runs any more."""

import os
import signal
import sys

if sys.platform == "win32":
    _SUDDEN = signal.SIGTERM  # there it is no signal but the end
    KILLED = int(_SUDDEN)
else:
    _SUDDEN = signal.SIGKILL
    KILLED = -_SUDDEN
"""The exit status of a process that was killed."""


def die() -> None:
    """Kill this process."""
    os.kill(os.getpid(), _SUDDEN)
