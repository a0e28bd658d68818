"""Removes credentials, logins and engine settings from the environment, so that no real service can be reached.

`isolation.yaml` lists the variables. The engine, the program and their child processes get this environment.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.core.files import PRIVATE_FILE, create

_DATA: Final = Path(__file__).with_name("isolation.yaml")


@cache
def _data() -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return content


@cache
def _removed() -> tuple[frozenset[str], tuple[str, ...]]:
    """The names and the prefixes of variables to remove."""
    words = [word for group in _data()["removed"].values() for word in group]
    prefixes = tuple(word.removesuffix("*") for word in words if word.endswith("*"))
    return frozenset(word for word in words if not word.endswith("*")), prefixes


def grants_access(name: str) -> bool:
    """Whether a variable of this name gives access to real services; case-insensitive."""
    names, prefixes = _removed()
    return name.upper() in names or name.upper().startswith(prefixes)


def without_access(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without the variables that give access to real services."""
    return {name: value for name, value in environment.items() if not grants_access(name)}


def no_credentials(folder: Path, *, tools: bool = False) -> dict[str, str]:
    """Variables that make cloud CLIs and SDKs look for a login in an empty folder or file, created in `folder`.

    With `tools` also variables for scripts and tools that a Pulumi program must not have. Raises `OSError` if the
    folder cannot be created.
    """
    empty = folder / "empty"
    empty.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / "none"
    if not file.exists():
        create(file, b"", mode=PRIVATE_FILE)
    found = dict.fromkeys(_data()["empty_folder"], str(empty.resolve()))
    files = [*_data()["empty_file"], *(_data()["empty_file_of_tools"] if tools else ())]
    found |= dict.fromkeys(files, str(file.resolve()))
    return found | {str(name): str(value) for name, value in _data()["fixed"].items()}
