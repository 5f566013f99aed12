"""Where a connection or a line is set: the column `origin` of their tables."""

FROM_FILE = "file"
"""In the hub's settings file, which rules over it at every start."""

FROM_DESK = "desk"
"""On the settings screens."""

STARTER = "starter"
"""It came with the program, for a hub where nothing was set, and is the screens' like what was made there. Whatever
the screens change of it is `desk` from then on; a settings file puts an end to it."""

REMOVED = "removed"
"""A line that is set nowhere any more, and stays for what refers to it."""
