"""Calls to the engine, each in one task (`RPCManager.do_rpc` in pulumi/runtime/rpc_manager.py).

The SDK starts a second task for each call, for the end of the program to wait for.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any


def do_rpc(
    manager: Any, _name: str, function: Callable[..., Awaitable[Any]]
) -> Callable[..., Awaitable[tuple[Any, Exception | None]]]:
    """As the SDK's. The program waits for a future that is created with the call and ends with it."""

    def call(*args: Any, **kwargs: Any) -> Awaitable[tuple[Any, Exception | None]]:
        ended = asyncio.get_event_loop().create_future()
        manager.rpcs.append(ended)
        return run(ended, function(*args, **kwargs))

    async def run(ended: "asyncio.Future[Any]", pending: Awaitable[Any]) -> tuple[Any, Exception | None]:
        try:
            result = await pending
        except Exception as error:
            if manager.unhandled_exception is None:
                manager.unhandled_exception, manager.exception_traceback = error, sys.exc_info()[2]
            ended.set_exception(error)
            ended.exception()  # marked as retrieved: the caller reports it, not the future's destructor
            return None, error
        except BaseException:
            ended.cancel()
            raise
        ended.set_result(result)
        return result, None

    return call
