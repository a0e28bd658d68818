"""Stand-ins for a runner's commands, and the result of a job on one of the hosts."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import COMMAND
from tests.pipelines.loopback import TOKEN

_BLUELAMP = f"""verb=$1; shift
case $verb in
  preview | up) set -- --rehearse "$@" ;;
  drift)
    if [ -n "${{DRIFT_ENDS:-}}" ]; then
      for file; do :; done
      printf '### drift ends with %s\\n\\n<!-- bluelamp-drift -->\\n' "$DRIFT_ENDS" > "$file"
      (exit "$DRIFT_ENDS")
      return
    fi
    set -- --rehearse "$@" ;;
esac
{COMMAND} "$verb" "$@"
"""
_AZ = "case $* in login*) ;; *bluelamp-gitlab-token*) echo {token} ;; *) cat {key} ;; esac\n"
# `python3 -m venv FOLDER`, for the Azure CLI of GitLab.
_VENV = """mkdir -p "$3/bin"; printf '#!/bin/sh\\n' > "$3/bin/pip"; chmod +x "$3/bin/pip"\n"""


def functions(key: Path) -> dict[str, str]:
    """Variables that define bash functions in place of commands, also if a script puts a folder before the PATH.

    `bluelamp` uses the rehearsal cloud, and if `DRIFT_ENDS` is set, its drift ends with that status. `az` returns the
    token of GitLab, and the content of the file `key` as the signing key.
    """
    texts = {"bluelamp": _BLUELAMP, "az": _AZ.format(key=key, token=TOKEN), "python3": _VENV}
    return {f"BASH_FUNC_{name}%%": f"() {{\n{text}}}" for name, text in texts.items()}


def shell(script: str, folder: Path, variables: Mapping[str, str], *options: str) -> "subprocess.CompletedProcess[str]":
    """Runs a script with bash as a runner does; stderr is part of its output."""
    return subprocess.run(
        ["bash", *options, "-c", script],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        timeout=300,
    )


def check_out(workspace: Path, sha: str) -> int:
    """Checks a commit out in the workspace, and returns the exit status of git."""
    return subprocess.run(["git", "checkout", "--quiet", "--detach", sha], cwd=workspace, check=False).returncode


@dataclass
class JobResult:
    """The result of a job: its steps' exit statuses by name, and their output."""

    statuses: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    output: str = ""

    @property
    def failed(self) -> list[str]:
        """The steps that failed."""
        return [name for name, status in self.statuses.items() if status]
