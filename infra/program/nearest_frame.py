"""Records the line that declares a resource, without the rest of the call stack."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Final

from pulumi.runtime import resource as registering
from pulumi.runtime.proto import source_pb2

_TRACE: Final = "_get_stack_trace"
_CONSTRUCTORS: Final = 3
"""`__init__` of Resource, of CustomResource or ComponentResource, and of the resource's own class."""


@contextmanager
def nearest_frame_only() -> Iterator[None]:
    """Lets the SDK record only the line that declares a resource, not the rest of the call stack.

    The SDK formats the whole stack, which takes a tenth of the time of a large program. Does nothing for SDK versions
    with another implementation than 3.272 (`_get_stack_trace` in pulumi/runtime/resource.py).
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
    return _at(frame.f_code.co_filename, frame.f_lineno) if frame else source_pb2.StackTrace()


@cache
def _at(filename: str, line: int) -> source_pb2.StackTrace:
    """The trace of one line; empty for code that is not in a file."""
    place = _uri(filename)
    if not place:
        return source_pb2.StackTrace()
    position = source_pb2.SourcePosition(uri=place, line=line)
    return source_pb2.StackTrace(frames=[source_pb2.StackFrame(pc=position)])


@cache
def _uri(filename: str) -> str:
    """The URI of a file; empty for code that is not in a file."""
    try:
        return Path(filename).as_uri()
    except ValueError:
        return ""
