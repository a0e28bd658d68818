"""Where the Python that runs a project finds its packages: the SDKs there say what the program can ask for."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bluelamp.engine.host.python import interpreter

_ASKED: Final = "import json, sys; print(json.dumps(sys.path))"
_SECONDS: Final = 60


def places_of(root: Path, project: Mapping[str, Any]) -> list[str]:
    """The `sys.path` of the Python of the project at `root`, whose `Pulumi.yaml` says `project`.

    Empty where it is this Python, or there is none: its language host then says so.
    """
    runtime = project.get("runtime")
    if (runtime.get("name") if isinstance(runtime, Mapping) else runtime) != "python":
        return []
    options = runtime.get("options") if isinstance(runtime, Mapping) else None
    try:
        python = interpreter(root, options if isinstance(options, Mapping) else {})
        if Path(python).absolute() == Path(sys.executable).absolute():
            return []
        ended = subprocess.run(
            [python, "-c", _ASKED], check=False, capture_output=True, text=True, timeout=_SECONDS, cwd=root
        )
        found = json.loads(ended.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return []
    return [str(one) for one in found if one]
