"""Running a program against a monitor of this process, without the machinery that another process would need."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeVar

from pulumi.runtime import resource as registering
from pulumi.runtime.proto import source_pb2

T = TypeVar("T")

_TRACE: Final = "_get_stack_trace"
_CONSTRUCTORS: Final = 3
"""`__init__` of Resource, of CustomResource or ComponentResource, and of the resource's own class."""


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


@contextmanager
def nearest_frame_only() -> Iterator[None]:
    """Has the SDK record the line that declares a resource, and not the lines that led there, which it formats as well.

    Leaves an SDK alone that does not record them as 3.272 does (`_get_stack_trace` in pulumi/runtime/resource.py).
    """
    before = getattr(registering, _TRACE, None)
    if before is None:
        yield
        return
    setattr(registering, _TRACE, _trace)
    try:
        yield
    finally:
        setattr(registering, _TRACE, before)


def _trace() -> source_pb2.StackTrace:
    frame: FrameType | None = sys._getframe(1)
    left = _CONSTRUCTORS
    while frame is not None and left:
        left -= frame.f_code.co_name == "__init__"
        frame = frame.f_back
    place = frame and _uri(frame.f_code.co_filename)
    if not frame or not place:
        return source_pb2.StackTrace()
    position = source_pb2.SourcePosition(uri=place, line=frame.f_lineno)
    return source_pb2.StackTrace(frames=[source_pb2.StackFrame(pc=position)])


@cache
def _uri(filename: str) -> str:
    """The URI of a file; empty for code that is in none."""
    try:
        return Path(filename).as_uri()
    except ValueError:
        return ""
