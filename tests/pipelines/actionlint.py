"""actionlint, built once from the Go module proxy and kept in the user's cache; `gomod/` pins it by hash."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from bluelamp.folders import cache

_MODULE = Path(__file__).parent / "gomod"
_PACKAGE = "github.com/rhysd/actionlint/cmd/actionlint"


def actionlint() -> Path:
    """The program. Builds it first if it is missing, which takes some seconds."""
    pin = hashlib.sha256((_MODULE / "go.sum").read_bytes()).hexdigest()[:16]
    target = cache() / "actionlint" / pin / "actionlint"
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_file():
            go = shutil.which("go")
            assert go, "actionlint is not built and Go is not installed"
            draft = target.with_name("draft")
            subprocess.run(
                [go, "build", "-mod=readonly", "-trimpath", "-ldflags", "-s -w", "-o", str(draft), _PACKAGE],
                cwd=_MODULE,
                env={**os.environ, "GOFLAGS": "-buildvcs=false", "GOWORK": "off"},
                check=True,
                timeout=600,
            )
            draft.rename(target)
    return target
