"""An engine built from the Go module proxy, where the official release cannot be had.

`gomod/` pins the Pulumi command and everything it needs by hash. Go keeps what it has downloaded and compiled, so an
interrupted build resumes; the finished engine appears in the cache under one rename.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from bluelamp.errors import EngineError
from bluelamp.folders import cache

_MODULE = Path(__file__).parent / "gomod"
_COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_EXECUTOR = "pulumi-language-python-exec"

Report = Callable[[str, float | None], None]
"""Hears what is being done, and how much of it is done (0 to 1) where that is known."""


def pinned_version() -> str:
    """The version that is built, `3.259.0`."""
    for line in (_MODULE / "go.mod").read_text(encoding="utf-8").splitlines():
        words = line.removeprefix("require ").split()
        if words[:1] == ["github.com/pulumi/pulumi/pkg/v3"]:
            return words[1].removeprefix("v")
    raise EngineError(f"{_MODULE / 'go.mod'} does not name the Pulumi command's version")


@lru_cache
def _lock_hash() -> str:
    return hashlib.sha256((_MODULE / "go.sum").read_bytes()).hexdigest()[:12]


def built_folder() -> Path:
    """Where the built engine of this pin is, or would be."""
    return cache() / "engine" / f"built-{pinned_version()}-{_lock_hash()}"


def build(report: Report) -> Path:
    """Builds the engine and returns its binary. Raises `EngineError` where Go is missing or fails."""
    go = shutil.which("go")
    if go is None:
        raise EngineError("Go is not installed, and the engine must be built", next_step="install Go 1.25 or newer")
    target = built_folder()
    work = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        report("downloading the engine's source modules", None)
        _go(go, "mod", "download", _COMMAND.partition("/cmd/")[0], _SDK)
        packages = len(_go(go, "list", "-deps", _COMMAND).split())
        version = pinned_version()
        flags = f"-s -w -X {_SDK}/go/common/version.Version=v{version}"
        _compile([go, "build", "-v", "-ldflags", flags, "-o", str(work / "pulumi"), _COMMAND], packages, report)
        sdk = Path(_go(go, "list", "-m", "-f", "{{.Dir}}", _SDK).strip())
        shutil.copyfile(sdk / "python" / "cmd" / _EXECUTOR, work / _EXECUTOR)
        _write_host(work / "pulumi-language-python")
        if target.exists():
            shutil.rmtree(target)
        work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target / "pulumi"


def _go(go: str, *words: str) -> str:
    run = subprocess.run([go, *words], check=False, capture_output=True, text=True, cwd=_MODULE, env=_environment())
    if run.returncode:
        raise EngineError(f"go {words[0]} failed: {_last(run.stderr)}", next_step="check the network and try again")
    return run.stdout


def _compile(command: list[str], packages: int, report: Report) -> None:
    done, tail = 0, ""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=_MODULE, env=_environment()) as child:
        if child.stderr is not None:
            for line in child.stderr:
                done, tail = done + 1, tail + line
                report("compiling the engine", min(done / packages, 1.0))
    if child.returncode:
        raise EngineError(f"go build failed: {_last(tail)}")


def _environment() -> dict[str, str]:
    """The caller's, but for what would change the pin: the lock is the only word on versions."""
    return {**os.environ, "GOFLAGS": "-mod=readonly -buildvcs=false", "GOWORK": "off"}


def _last(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return "; ".join(lines[-3:]) if lines else "it said nothing"


def _write_host(path: Path) -> None:
    path.write_text(
        "#!/bin/sh\n"
        "# Bluelamp's language host for Python programs, for the engine beside it only.\n"
        'BLUELAMP_ENGINE_DIR=$(cd "$(dirname "$0")" && pwd)\n'
        "export BLUELAMP_ENGINE_DIR\n"
        f'exec "${{BLUELAMP_PYTHON:-{sys.executable}}}" -P -m bluelamp.engine.host "$@"\n',
        encoding="utf-8",
    )
    path.chmod(0o755)
