"""Calls to the engine, each in one task (`RPCManager.do_rpc` in pulumi/runtime/rpc_manager.py).

The SDK begins a second task for each call, to have something that the end of the program can wait for.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any


def do_rpc(
    manager: Any, _name: str, function: Callable[..., Awaitable[Any]]
) -> Callable[..., Awaitable[tuple[Any, Exception | None]]]:
    """As the SDK's. What the program waits for is a future that ends as the call does, there as soon as it is made."""

    def begun(*args: Any, **kwargs: Any) -> Awaitable[tuple[Any, Exception | None]]:
        ended = asyncio.get_event_loop().create_future()
        manager.rpcs.append(ended)
        return run(ended, function(*args, **kwargs))

    async def run(ended: "asyncio.Future[Any]", call: Awaitable[Any]) -> tuple[Any, Exception | None]:
        try:
            result = await call
        except Exception as error:
            if manager.unhandled_exception is None:
                manager.unhandled_exception, manager.exception_traceback = error, sys.exc_info()[2]
            ended.set_exception(error)
            ended.exception()  # it is told by what waits for the call, not when the future is gone
            return None, error
        except BaseException:
            ended.cancel()
            raise
        ended.set_result(result)
        return result, None

    return begun
