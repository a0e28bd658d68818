"""Running a program against a monitor of this process, without the machinery that another process would need."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class InPlace(asyncio.SelectorEventLoop):
    """An event loop that calls at once what the SDK hands to threads: the monitor answers without waiting."""

    def run_in_executor(self, _executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override] # the base class is annotated as a coroutine
        """The result of `func(*args)`, which has run."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future
