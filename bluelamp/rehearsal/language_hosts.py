"""The language hosts available in a rehearsal: those beside the engine and those that the user has installed.

In a rehearsal the engine ignores plugins on the PATH, so that it starts no real provider. Language hosts and policy
runners are therefore linked into the engine's home folder.
"""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bluelamp.errors import UsageError

_HOST: Final = re.compile(r"pulumi-language-([a-z][a-z0-9-]*?)(?:\.exe)?")
_PACKS: Final = re.compile(r"pulumi-analyzer-(policy(?:-[a-z]+)?)(?:\.exe)?")
_HELPERS: Final = ("-exec", "-shim")
_OFFICIAL: Final = "dotnet, go, java, nodejs, python and yaml"


def supply(home: Path, engine: Path, environment: Mapping[str, str]) -> None:
    """Links the user's language hosts into `home`, the engine's home folder, as its only plugins. Raises `OSError`.

    `engine` is the engine's binary and `environment` the user's environment.
    """
    plugins = home / "plugins"
    if plugins.is_dir():
        shutil.rmtree(plugins)
    plugins.mkdir(parents=True)
    beside = engine.resolve().parent
    linked: set[str] = set()
    for kind, name, file in _found(beside, environment):
        if (kind == "language" and (beside / file.name).exists()) or file.name in linked:
            continue
        linked.add(file.name)
        folder = plugins / f"{kind}-{name}-v0.0.1"
        folder.mkdir()
        # In a folder of its own: a host looks for its helpers beside it.
        (folder / file.name).symlink_to(file.resolve())


def languages(engine: Path, environment: Mapping[str, str]) -> list[str]:
    """The supported languages, as `runtime` in `Pulumi.yaml` names them."""
    found = _found(engine.resolve().parent, environment)
    return sorted({name for kind, name, _ in found if kind == "language"})


def check(runtime: str, known: list[str], file: Path) -> None:
    """Raises `UsageError` if no host of `known` runs programs of the `runtime` in `file`."""
    if runtime not in known:
        raise UsageError(
            f"{file} has the runtime {runtime!r}; available runtimes: {', '.join(known) or 'none'}",
            next_step=f"put pulumi-language-{runtime} on the PATH, or install the official release of Pulumi, which "
            f"includes the language hosts for {_OFFICIAL}",
        )


def runtime_of(project: Mapping[str, Any]) -> str:
    """The runtime that a `Pulumi.yaml` specifies."""
    named = project.get("runtime")
    return str(named.get("name") if isinstance(named, Mapping) else named or "")


def _found(beside: Path, environment: Mapping[str, str]) -> Iterator[tuple[str, str, Path]]:
    """Each language host and policy runner: its kind, its name and its file; those on the PATH first."""
    folders = [Path(name) for name in environment.get("PATH", "").split(os.pathsep) if name.startswith("/")]
    home = Path(environment.get("PULUMI_HOME") or Path.home() / ".pulumi")
    installed = sorted(home.glob("plugins/language-*"), reverse=True)
    for folder in (beside, *folders, *(path for path in installed if path.is_dir())):
        for file in _files(folder):
            host, pack = _host(file.name), _PACKS.fullmatch(file.name)
            if host is not None:
                yield "language", host[1], file
            elif pack is not None:
                yield "analyzer", pack[1], file


def _host(name: str) -> re.Match[str] | None:
    found = _HOST.fullmatch(name)
    return None if found is None or found[1].endswith(_HELPERS) else found


def _files(folder: Path) -> list[Path]:
    """The Pulumi executables in a folder; none if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.startswith(("pulumi-language-", "pulumi-analyzer-"))]
    except OSError:
        return []
    return [folder / name for name in sorted(names) if os.access(folder / name, os.X_OK) and (folder / name).is_file()]
