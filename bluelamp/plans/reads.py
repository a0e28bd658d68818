"""Records what a program reads while it is planned: files, folders and environment variables, and external calls.

This uses the standard library only, as it also runs with the packages of other commits. An audit hook cannot be
removed, so it stays in the process; it records only while `recording`.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_FOLDERS: Final = ("os.listdir", "os.scandir")
_ELSEWHERE: Final = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect"})
_STATE: Final[dict[str, Any]] = {"hooked": False, "kept": []}


class Reads:
    """Files and folders by absolute path, and names of environment variables.

    `probed` are paths whose existence was tested. `asked` names external calls (processes, network), whose results
    cannot be validated later.
    """

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.folders: set[str] = set()
        self.probed: set[str] = set()
        self.variables: set[str] = set()
        self.asked: set[str] = set()

    def update(self, other: "Reads") -> None:
        """Adds the reads of `other`."""
        self.files |= other.files
        self.folders |= other.folders
        self.probed |= other.probed
        self.variables |= other.variables
        self.asked |= other.asked


@contextmanager
def recording(into: Reads) -> Iterator[Reads]:
    """Records in `into` what this process reads within the block."""
    _hook()
    _STATE["kept"].append(into)
    try:
        yield into
    finally:
        _STATE["kept"].remove(into)


def keep(into: Reads) -> None:
    """Records in `into` what this process, and those forked from it, read from now on."""
    _hook()
    _STATE["kept"].append(into)


@contextmanager
def paused() -> Iterator[None]:
    """Pauses recording within the block: Bluelamp's own reads for comparing files do not belong to a plan."""
    before, _STATE["kept"] = _STATE["kept"], []
    try:
        yield
    finally:
        _STATE["kept"] = before


def _hook() -> None:
    if _STATE["hooked"]:
        return
    _STATE["hooked"] = True
    sys.addaudithook(_hear)
    os.environ.__class__ = _Variables
    # There is no audit event for `stat`, which `Path.exists` and similar methods use.
    for name in ("stat", "lstat"):
        setattr(os, name, _probing(getattr(os, name)))


def _probing(ask: Any) -> Any:
    @wraps(ask)
    def probe(path: Any, *more: Any, **named: Any) -> Any:
        if _STATE["kept"] and isinstance(path, (str, bytes, os.PathLike)):
            _keep("probed", path)
        return ask(path, *more, **named)

    return probe


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _STATE["kept"]:
        return
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, (str, bytes, os.PathLike)) and not (isinstance(flags, int) and flags & _WRITING):
            _keep("files", path)
    elif event in _FOLDERS:
        path = arguments[0]
        if path is None or isinstance(path, (str, bytes, os.PathLike)):
            _keep("folders", path or ".")
    elif event in _ELSEWHERE:
        for each in _STATE["kept"]:
            each.asked.add(event)


def _keep(kind: str, path: Any) -> None:
    name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - links are not followed
    for each in _STATE["kept"]:
        getattr(each, kind).add(name)


class _Variables(os._Environ):  # type: ignore[type-arg] # the class of `os.environ`, which takes no parameters here
    """The environment, which records reads of its variables."""

    def __getitem__(self, name: str) -> str:
        for each in _STATE["kept"]:
            each.variables.add(name)
        found: str = super().__getitem__(name)
        return found
