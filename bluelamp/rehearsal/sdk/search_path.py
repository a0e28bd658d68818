"""The module search path of a project's Python, which contains the SDKs of its program."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bluelamp.engine.host.python import interpreter

_SCRIPT: Final = "import json, sys; print(json.dumps(sys.path))"
_SECONDS: Final = 60


def search_path_of(root: Path, project: Mapping[str, Any]) -> list[str]:
    """The `sys.path` of the Python of the project at `root`, whose `Pulumi.yaml` has the content `project`.

    Empty if it is this Python, or if there is none, which the language host reports.
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
            [python, "-c", _SCRIPT], check=False, capture_output=True, text=True, timeout=_SECONDS, cwd=root
        )
        found = json.loads(ended.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return []
    return [str(one) for one in found if one]
