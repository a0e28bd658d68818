"""Waits for each output of a large program once.

Before a program ends, the SDK waits for all pending outputs, and after each one that completes it waits for all others
again: with a thousand resources half a million times, which takes seconds of every preview (`wait_for_rpcs` in
pulumi/runtime/stack.py, SDK 3.272). This waits for the same outputs and raises the same errors, but only once.
"""

import asyncio

from pulumi.runtime import stack
from pulumi.runtime.settings import SETTINGS

_MANAGER = "_get_rpc_manager"


def wait_once() -> None:
    """Installs this wait at the end of the program; an SDK of an unknown release stays unchanged."""
    if all(hasattr(stack, name) for name in ("wait_for_rpcs", _MANAGER)) and hasattr(SETTINGS, "outputs"):
        stack.wait_for_rpcs = _wait_for_rpcs


async def _wait_for_rpcs(await_all_outstanding_tasks: bool = True) -> None:
    manager = getattr(stack, _MANAGER)()
    while True:
        while manager.rpcs:
            await asyncio.sleep(0)
            try:
                await manager.rpcs.pop()
            except Exception as error:
                if manager.unhandled_exception is not None:
                    raise error from manager.unhandled_exception.with_traceback(manager.exception_traceback)
                raise
        if manager.unhandled_exception is not None:
            raise manager.unhandled_exception.with_traceback(manager.exception_traceback)
        if await_all_outstanding_tasks:
            await _outputs()
        if not manager.rpcs:
            return


async def _outputs() -> None:
    """Waits until all outputs are settled. Raises the first error."""
    closed: asyncio.Queue[asyncio.Task[object]] = asyncio.Queue()
    waiting = 0
    while True:
        with SETTINGS.lock:
            opened = list(SETTINGS.outputs)
            SETTINGS.outputs.clear()
        for task in opened:
            task.add_done_callback(closed.put_nowait)
        waiting += len(opened)
        if not waiting:
            return
        await (await closed.get())
        waiting -= 1
