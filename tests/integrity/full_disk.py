"""`python -m tests.integrity.full_disk ROOT BYTES COMMAND...`: runs commands on a disk that is full at first.

Each COMMAND is the words of one `bluelamp` run, separated by spaces. If a file system can be mounted (as the superuser,
in a mount namespace of its own), ROOT is mounted on one of BYTES, which is enlarged after the first command. Otherwise
no file may exceed a third of BYTES while the first command runs. The results of the commands are printed as one JSON
list.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.conftest import COMMAND, environment

_ENOUGH = "size=64m"
_INSIDE = "BLUELAMP_TEST_MOUNTED"


def can_mount() -> bool:
    """Whether a file system can be mounted in a mount namespace."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "none", folder]
        try:
            return subprocess.run(words, check=False, capture_output=True).returncode == 0
        except FileNotFoundError:
            return False


def on_a_full_disk(root: Path, size: int, *commands: str) -> list[dict[str, Any]]:
    """The result of each of `commands` in the project at `root`, the first on a disk of `size` bytes, the others on a
    larger one: `status`, `output`, `held` (the resources in the cloud) and `state` (those in the state).
    """
    words = [sys.executable, "-m", "tests.integrity.full_disk", str(root), str(size), *commands]
    mounted = can_mount()
    run = subprocess.run(
        ["unshare", "-m", *words] if mounted else words,
        check=False,
        capture_output=True,
        text=True,
        env={**environment(VIRTUAL_ENV=sys.prefix), _INSIDE: "1" if mounted else ""},
        cwd=Path(__file__).resolve().parents[2],
    )
    assert run.returncode == 0, run.stderr
    done: list[dict[str, Any]] = json.loads(run.stdout.splitlines()[-1])
    return done


def _main(root: Path, size: int, commands: list[str]) -> None:
    mounted = bool(os.environ.get(_INSIDE))
    if mounted:
        aside = Path(tempfile.mkdtemp()) / "project"
        shutil.copytree(root, aside)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(root)], check=True)
        shutil.copytree(aside, root, dirs_exist_ok=True)
        shutil.rmtree(aside.parent)
    done = []
    for number, command in enumerate(commands):
        first = number == 0
        if number == 1 and mounted:
            subprocess.run(["mount", "-o", f"remount,{_ENOUGH}", str(root)], check=True)
        # Python truncates compiled files at a limit on file size and then fails to load them, so none are written.
        compiled = {} if mounted else {"PYTHONPYCACHEPREFIX": "/dev/null", "PYTHONDONTWRITEBYTECODE": ""}
        limit = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 3, size // 3))) if first else None
        run = subprocess.run(
            [str(COMMAND), *command.split(" ")],
            check=False,
            capture_output=True,
            text=True,
            cwd=root,
            env=environment(VIRTUAL_ENV=sys.prefix, **compiled),
            preexec_fn=None if mounted else limit,
            stdin=subprocess.DEVNULL,
        )
        done.append({"status": run.returncode, "output": run.stdout + run.stderr, **_found(root)})
    sys.stdout.write(json.dumps(done) + "\n")


def _found(root: Path) -> dict[str, Any]:
    from tests.integrity.states import in_cloud, in_state

    try:
        return {"held": in_cloud(root), "state": in_state(root)}
    except Exception as error:
        return {"held": str(error), "state": str(error)}


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
