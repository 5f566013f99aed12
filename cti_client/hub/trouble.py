"""An error as one line of a log that may be read by others: what and where, but none of its words."""

import traceback
from pathlib import PurePath


def trouble(error: BaseException) -> str:
    """`ValueError (crew.py:41 in work)`: the kind and the way to it, outermost first. Never a customer's text.

    An error's own words often quote what it stumbled over (a database's, the statement's parameters).
    """
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(trouble(one) for one in error.exceptions)
    frames = traceback.extract_tb(error.__traceback__)
    way = ", ".join(f"{PurePath(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames)
    return f"{type(error).__name__} ({way})"
