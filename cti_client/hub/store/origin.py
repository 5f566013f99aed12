"""Where a connection or a line is set: the column `origin` of their tables."""

FROM_FILE = "file"
"""In the hub's settings file, which rules over it at every start."""

FROM_DESK = "desk"
"""On the settings screens."""

REMOVED = "removed"
"""A line that is set nowhere any more, and stays for what refers to it."""
