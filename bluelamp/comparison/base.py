"""The base of a comparison: which commit it is, its files, and its forces planned with its own code."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import bluelamp
from bluelamp.comparison import side, snapshot
from bluelamp.core import git
from bluelamp.errors import UsageError
from bluelamp.fleet.parallel import cores
from bluelamp.plans import reads

_STEP: Final = "name one commit of this repository: a branch, a tag or a hash, such as origin/main"


@dataclass(frozen=True, slots=True)
class Base:
    """The commit that is compared with, HEAD's commit, and whether the reference has commits that HEAD lacks."""

    commit: str
    head: str
    diverged: bool


def base_of(root: Path, reference: str, *, option: str = "--changed") -> Base:
    """The merge base of `reference` and HEAD, as `git diff reference...HEAD` takes it.

    Raises `UsageError` where git knows no such commit, or the two have no common ancestor in this checkout.
    """
    shown = f"{option} {reference[:60]!r}"
    try:
        other, head = git.resolve(root, reference), git.resolve(root, "HEAD")
        commit = git.merge_base(root, other, head)
        shallow = not commit and git.is_shallow(root)
    except git.GitError as error:
        raise UsageError(f"{shown}: git does not know it: {error}", next_step=_STEP) from error
    if not commit and shallow:
        raise UsageError(
            f"{shown}: this checkout is shallow and does not hold the commit that it shares with HEAD",
            next_step="run `git fetch --unshallow`, or set fetch-depth: 0 where the pipeline checks out",
        )
    if not commit:
        raise UsageError(f"{shown}: it shares no commit with HEAD", next_step=_STEP)
    return Base(commit, head, commit != other)


@contextmanager
def extracted(root: Path, commit: str) -> Iterator[Path]:
    """A temporary folder with the project's files at `commit`. Raises `UsageError` where git does not have them."""
    with TemporaryDirectory(prefix="bluelamp-") as folder:
        place = Path(folder).resolve()
        try:
            git.extract(root, commit, place)
        except git.GitError as error:
            raise UsageError(
                f"the files of {commit[:12]} cannot be read: {error}", next_step="run `git fetch`, and try again"
            ) from error
        yield place


def planned(
    folder: Path, forces: Sequence[str], root: Path, key: bytes, jobs: int | None = None
) -> Mapping[str, dict[str, Any]]:
    """The sides of forces (see `side.side`) of the base, whose files are in `folder`; each with its own code.

    Where Bluelamp runs from the checkout at `root`, the base's Bluelamp plans; an installed one plans both sides.
    """
    if not forces:
        return {}
    with TemporaryDirectory(prefix="bluelamp-") as out:
        said: dict[str, bytes] = {}
        left = list(forces)
        # What a process had that was killed is begun anew, once.
        for _ in range(2):
            workers = min(jobs or cores(), len(left))
            running = [_started(folder, left[each::workers], root, key, Path(out)) for each in range(workers)]
            try:
                complaints = [(share, process.communicate()[1], process.returncode) for share, process in running]
            finally:
                for _, process in running:
                    process.kill()
                    process.wait()
            said |= {force: complaint for share, complaint, _ in complaints for force in share}
            killed = [force for share, _, status in complaints if status < 0 for force in share]
            left = [force for force in killed if not (Path(out) / f"{force}.json").exists()]
            if not left:
                break
        return {force: _read(Path(out) / f"{force}.json", said[force]) for force in forces}


def from_checkout(root: Path) -> bool:
    """Whether this Bluelamp is a part of the checkout at `root`, so that a commit of it has another Bluelamp."""
    return Path(bluelamp.__file__).resolve().is_relative_to(root.resolve())


def _started(
    folder: Path, forces: list[str], root: Path, key: bytes, out: Path
) -> tuple[list[str], "subprocess.Popen[bytes]"]:
    environment = dict(os.environ)
    if from_checkout(root):
        own = environment.get("PYTHONPATH", "").split(os.pathsep)
        environment["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, own)])
    asked = {
        "folder": str(folder),
        "forces": forces,
        "out": str(out),
        "key": key.hex(),
        "snapshot": str(snapshot.__file__),
        "reads": str(reads.__file__),
    }
    process = subprocess.Popen(
        # -P: the folder of the program must not hide modules.
        [sys.executable, "-P", str(side.__file__)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(asked).encode())
    process.stdin.close()
    process.stdin = None
    return forces, process


def _read(path: Path, complaint: bytes) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        lines = complaint.decode("utf-8", "replace").strip().splitlines()
        return {"error": f"its program ended without an answer: {lines[-1][:300] if lines else 'it said nothing'}"}
    return found if isinstance(found, dict) else {"error": "its program gave no answer"}
