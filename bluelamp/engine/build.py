"""Builds an engine from the Go module proxy if the official release is unavailable.

`gomod/` pins the Pulumi command and its dependencies by hash. Go caches downloads and compiled packages, so an
interrupted build resumes. The finished engine is run once and recorded, then renamed into the cache.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from bluelamp.engine.integrity import discard, record, remove
from bluelamp.errors import EngineError
from bluelamp.folders import cache

_MODULE = Path(__file__).parent / "gomod"
_COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_RECIPE = b"2"
"""The version of the build and its record; increment it to invalidate earlier builds."""
_EXECUTOR = "pulumi-language-python-exec"

Report = Callable[[str, float | None], None]
"""Called with the current stage and, if known, its progress (0 to 1)."""


def pinned_version(module: Path = _MODULE) -> str:
    """The version pinned by the Go module in the folder `module`, such as `3.276.0`."""
    for line in (module / "go.mod").read_text(encoding="utf-8").splitlines():
        words = line.removeprefix("require ").split()
        if words[:1] == ["github.com/pulumi/pulumi/pkg/v3"]:
            return words[1].removeprefix("v")
    raise EngineError(f"{module / 'go.mod'} does not name the Pulumi command's version")


def _go_needed(module: Path) -> str:
    """The oldest Go version that builds it, such as `1.26.6`."""
    lines = (module / "go.mod").read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix("go ") for line in lines if line.startswith("go "))


@lru_cache
def _lock_hash(module: Path) -> str:
    content = ((module / name).read_bytes() for name in ("go.mod", "go.sum"))
    return hashlib.sha256(b"\0".join((_RECIPE, *content))).hexdigest()[:12]


def built_folder(module: Path = _MODULE) -> Path:
    """The path of the built engine of this pin, whether it exists or not."""
    return cache() / "engine" / f"built-{pinned_version(module)}-{_lock_hash(module)}"


def build(report: Report, version_of: Callable[[Path], str | None], module: Path = _MODULE) -> Path:
    """Builds the engine that the Go module in the folder `module` pins, and returns its binary.

    Raises `EngineError` if Go is missing or fails, the disk is full, or the built engine does not run.
    """
    go = shutil.which("go")
    if go is None:
        raise EngineError(
            "Go is not installed, and the engine must be built", next_step=f"install Go {_go_needed(module)} or newer"
        )
    if not Path(go).is_absolute():
        raise EngineError(f"go is found at the relative path {go}", next_step="take that folder out of PATH")
    target = built_folder(module)
    work = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        remove(work)
        _build(go, work, report, module)
        said = version_of(work / "pulumi")
        if said != pinned_version(module):
            raise EngineError(f"the engine that was built does not run here (it says {said or 'nothing'})")
        discard(target)
        record(work, target, pinned_version(module))
        work.rename(target)
    except OSError as error:
        reason = error.strerror or str(error)
        step = "free some disk space, or set BLUELAMP_CACHE to a folder that can be written"
        raise EngineError(f"the engine cannot be built in {work.parent}: {reason}", next_step=step) from error
    finally:
        remove(work)
    return target / "pulumi"


def _build(go: str, work: Path, report: Report, module: Path) -> None:
    temporary = work / "tmp"
    temporary.mkdir(parents=True)
    environment = _environment(temporary)
    report("downloading the engine's source modules", None)
    _go(go, module, environment, "mod", "download", _COMMAND.partition("/cmd/")[0], _SDK)
    report("verifying the engine's source modules", None)
    # Go verifies a module's hash when downloading it, and not again when compiling it.
    _go(go, module, environment, "mod", "verify")
    packages = len(_go(go, module, environment, "list", "-deps", _COMMAND).split())
    flags = f"-s -w -X {_SDK}/go/common/version.Version=v{pinned_version(module)}"
    command = [go, "build", "-v", "-ldflags", flags, "-o", str(work / "pulumi"), _COMMAND]
    _compile(command, module, environment, packages, report)
    sdk = Path(_go(go, module, environment, "list", "-m", "-f", "{{.Dir}}", _SDK).strip())
    shutil.copyfile(sdk / "python" / "cmd" / _EXECUTOR, work / _EXECUTOR)
    _write_host(work / "pulumi-language-python")
    remove(temporary)


def _go(go: str, module: Path, environment: dict[str, str], *words: str) -> str:
    run = subprocess.run(
        [go, *words],
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        cwd=module,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    if run.returncode:
        raise EngineError(f"go {words[0]} failed: {_last(run.stderr)}", next_step="check the network and try again")
    return run.stdout


def _compile(command: list[str], module: Path, environment: dict[str, str], packages: int, report: Report) -> None:
    done, tail = 0, ""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        cwd=module,
        env=environment,
    ) as child:
        if child.stderr is not None:
            for line in child.stderr:
                done, tail = done + 1, tail + line
                report("compiling the engine", min(done / max(packages, 1), 1.0))
    if child.returncode:
        raise EngineError(f"go build failed: {_last(tail)}")


def _environment(temporary: Path) -> dict[str, str]:
    """The caller's environment without variables that would override the pinned versions.

    Go's temporary files are in the work folder, so that a killed build leaves them in a known place.
    """
    flags = "-mod=readonly -buildvcs=false"
    return {**os.environ, "GOFLAGS": flags, "GOWORK": "off", "GOTMPDIR": str(temporary)}


def _last(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return "; ".join(lines[-3:]) if lines else "it printed no message"


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
