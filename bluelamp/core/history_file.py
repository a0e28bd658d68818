"""A DuckDB history file, opened exclusively by this process."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

from bluelamp.core.files import check_regular

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PATIENCE: Final = 10.0
"""Seconds to wait for another process that writes to the file."""
_PAUSE: Final = 0.1
LOCKED: Final = "set lock on file"
"""Part of DuckDB's message if another process has the file open."""
_CONFINED: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
"""Settings that stop an untrusted file from reading other files and loading extensions."""


@contextmanager
def opened(file: Path, *, memory: str, patience: float = PATIENCE) -> "Iterator[DuckDBPyConnection]":
    """A connection to `file`, which takes at most `memory` (`256MB`): DuckDB lets one process at a time write.

    Raises `OSError` unless the path is a regular file or missing, as DuckDB waits for a FIFO and writes to a device;
    `duckdb.Error` if the file cannot be used, or another process still has it open after `patience` seconds.
    """
    import duckdb

    for path in (file, file.with_name(f"{file.name}.wal")):
        with suppress(FileNotFoundError):
            check_regular(path)
    until = monotonic() + patience
    while True:
        try:
            connection = duckdb.connect(str(file), config={**_CONFINED, "memory_limit": memory})
        except duckdb.IOException as error:
            if LOCKED not in str(error) or monotonic() >= until:
                raise
            sleep(_PAUSE)
        else:
            break
    try:
        yield connection
    finally:
        connection.close()
