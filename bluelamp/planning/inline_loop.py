"""The event loop for a program whose monitor is in the same process."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class InlineEventLoop(asyncio.SelectorEventLoop):
    """An event loop that runs executor calls at once instead of in threads, as the monitor never blocks."""

    def run_in_executor(self, _executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override] # the base class is annotated as a coroutine
        """The completed result of `func(*args)`."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future
