"""What holds a start of Python and PySide up, put out of its way.

Garbage collection: nearly everything a start makes lives until the end, so collecting in the middle of it finds nothing
and takes a fifth of the time. `system/collector.py` takes over once the window stands.

Imports: PySide takes `__import__` over and reads the source file of every module that is imported from then on, to see
whether it may want `from __feature__ import ...`. We never do. It takes a tenth of the start, and the lines are kept.
"""

import builtins
import gc
import sys

TURN_SECONDS = 0.001
"""How long a thread may keep the interpreter while another waits for it. Qt lets go of it in nearly every call, so that
with Python's 5 ms a busy hub in its thread would hold each step of the screen's up for longer than it takes. During
the start, where threads only import, changing over so often would cost a fifth."""


def begin() -> None:
    """First thing of a program with a window; imports PySide. Whoever shows the window takes the collector over."""
    gc.disable()
    give_imports_back()


def give_imports_back() -> None:
    """Import as Python does, without PySide's search for `__feature__`. Harmless where PySide has none."""
    import PySide6.QtCore  # noqa: F401 - takes `__import__` over

    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


def end() -> None:
    """The window is filled and everything imported: from now on threads change over quickly."""
    sys.setswitchinterval(TURN_SECONDS)
