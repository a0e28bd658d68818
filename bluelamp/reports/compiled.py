"""Caches compiled page templates, as compiling them takes longer than rendering a small force's pages."""

from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING

from jinja2 import FileSystemBytecodeCache

from bluelamp import __version__
from bluelamp.folders import cache

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates by name and content. If the folder cannot be written, nothing is cached and nothing fails."""

    def __init__(self) -> None:
        super().__init__(str(_folder()), "%s.cache")

    def load_bytecode(self, bucket: "Bucket") -> None:
        """Fills `bucket` with the cached template, if there is one."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: "Bucket") -> None:
        """Caches the compiled template of `bucket`; does nothing if the folder cannot be written."""
        with suppress(OSError):
            Path(self.directory).mkdir(mode=0o700, parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def _folder() -> Path:
    # Jinja's cache key has neither its own version nor that of the filters.
    return cache() / "templates" / f"{__version__}-jinja2-{version('jinja2')}"
