"""The rules of SMS chat. No I/O, no framework, no clock of its own: time comes in as an argument.

Every instant in the product is a `Millis`: whole milliseconds since 1970-01-01 UTC.
"""

from typing import TypeAlias

Millis: TypeAlias = int
