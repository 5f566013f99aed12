"""What desktop and hub say to each other, as msgspec structs in JSON.

HTTP (`api.py`) carries commands and queries; one WebSocket an agent (`frames.py`) carries numbered records
(`records.py`) and latest-value topics (`topics.py`). New fields have defaults; record kinds and topics that a
side does not know are skipped one by one.
"""

WIRE_LEAST = 1
"""The oldest wire version this program speaks."""

WIRE_MOST = 1
"""The newest wire version this program speaks."""
