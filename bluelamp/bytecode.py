"""Compiled Python kept, also where the environment says not to write any beside the sources.

Containers and pipelines often set `PYTHONDONTWRITEBYTECODE`. The Azure SDK's network module then takes 9 s to import
instead of 1.4 s, in every process of every run. What is compiled goes into Bluelamp's cache folder instead.
"""

import shutil
import sys
from collections.abc import MutableMapping

from bluelamp.folders import cache

_NOT = "PYTHONDONTWRITEBYTECODE"
_PREFIX = "PYTHONPYCACHEPREFIX"
_NEEDED = 500_000_000


def keep() -> None:
    """Keeps what this process compiles, where it would not."""
    if sys.dont_write_bytecode and _room():
        sys.dont_write_bytecode = False
        sys.pycache_prefix = _folder()


def keep_in(environment: MutableMapping[str, str]) -> None:
    """Makes processes with this environment keep what they compile, where they would not."""
    if environment.get(_NOT) and _room():
        del environment[_NOT]
        environment[_PREFIX] = _folder()


def _room() -> bool:
    """Whether the disk has room: Python leaves a compiled file cut short where it has not, and then trips over it."""
    folder = cache()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free > _NEEDED


def _folder() -> str:
    return str(cache() / "bytecode")
