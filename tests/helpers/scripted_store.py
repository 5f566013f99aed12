"""A store without a database: a test's subclass says what each function would have returned."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

R = TypeVar("R")


class ScriptedStore:
    """Subclass it and answer in `on_read` and `on_write`."""

    async def read(self, fn: Callable[..., R], *args: Any, **kwargs: Any) -> R:
        return cast(R, await self.on_read(fn, *args))

    async def write(self, fn: Callable[..., R], *args: Any, **kwargs: Any) -> R:
        return cast(R, await self.on_write(fn, *args))

    async def close(self) -> None:
        """Nothing to let go of."""

    async def on_read(self, fn: Callable[..., Any], *args: Any) -> Any:
        raise AssertionError(f"unexpected read: {fn.__name__}")

    async def on_write(self, fn: Callable[..., Any], *args: Any) -> Any:
        raise AssertionError(f"unexpected write: {fn.__name__}")
