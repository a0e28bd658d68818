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
from bluelamp.comparison import plan_side, snapshot
from bluelamp.core import git
from bluelamp.errors import UsageError
from bluelamp.fleet.parallel import cores
from bluelamp.plans import reads

_NEXT_STEP: Final = "name one commit of this repository: a branch, a tag or a hash, such as origin/main"
_UNSHALLOW: Final = (
    "run `git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'`, or set fetch-depth: 0 in the pipeline's "
    "checkout"
)


@dataclass(frozen=True, slots=True)
class Base:
    """The commit that is compared with, HEAD's commit, and whether the reference has commits that HEAD lacks."""

    commit: str
    head: str
    diverged: bool


def base_of(root: Path, reference: str, *, option: str = "--changed") -> Base:
    """The merge base of `reference` and HEAD, as in `git diff reference...HEAD`.

    Raises `UsageError` if git does not know `reference`, or if it has no common ancestor with HEAD in this checkout.
    """
    shown = f"{option} {reference[:60]!r}"
    try:
        other, head = git.resolve(root, reference), git.resolve(root, "HEAD")
        commit = git.merge_base(root, other, head)
    except git.GitError as error:
        said = f"{shown}: not a commit that git knows: {error}"
        if _is_shallow(root):
            raise UsageError(f"{said}; this checkout is shallow", next_step=_UNSHALLOW) from error
        raise UsageError(said, next_step=_NEXT_STEP) from error
    if not commit and _is_shallow(root):
        raise UsageError(
            f"{shown}: this checkout is shallow and does not contain the merge base with HEAD", next_step=_UNSHALLOW
        )
    if not commit:
        raise UsageError(f"{shown}: no common ancestor with HEAD", next_step=_NEXT_STEP)
    return Base(commit, head, commit != other)


def _is_shallow(root: Path) -> bool:
    """Whether the checkout is shallow; False outside a checkout."""
    try:
        return git.is_shallow(root)
    except git.GitError:
        return False


@contextmanager
def extracted(root: Path, commit: str) -> Iterator[tuple[Path, list[str]]]:
    """A temporary folder with the project's files at `commit`, and the submodules that it lacks.

    These are not checked out. Raises `UsageError` if git cannot read the files.
    """
    with TemporaryDirectory(prefix="bluelamp-") as temporary:
        folder = Path(temporary).resolve()
        try:
            missing = git.extract(root, commit, folder)
        except git.GitError as error:
            raise UsageError(
                f"the files of {commit[:12]} cannot be read: {error}",
                next_step="run `git fetch --recurse-submodules`, and try again",
            ) from error
        yield folder, missing


def planned(
    folder: Path, forces: Sequence[str], root: Path, key: bytes, jobs: int | None = None
) -> Mapping[str, dict[str, Any]]:
    """The base's sides of the forces (see `plan_side`). The base's files are in `folder`.

    If Bluelamp runs from the checkout at `root`, the base is planned by its own Bluelamp; an installed Bluelamp plans
    both sides.
    """
    if not forces:
        return {}
    with TemporaryDirectory(prefix="bluelamp-") as out:
        errors: dict[str, bytes] = {}
        remaining = list(forces)
        # Forces of a process that was killed are retried once.
        for _ in range(2):
            workers = min(jobs or cores(), len(remaining))
            running = [_start(folder, remaining[each::workers], root, key, Path(out)) for each in range(workers)]
            try:
                ended = [(share, process.communicate()[1], process.returncode) for share, process in running]
            finally:
                for _, process in running:
                    process.kill()
                    process.wait()
            errors |= {force: stderr for share, stderr, _ in ended for force in share}
            killed = [force for share, _, status in ended if status < 0 for force in share]
            remaining = [force for force in killed if not (Path(out) / f"{force}.json").exists()]
            if not remaining:
                break
        return {force: _read(Path(out) / f"{force}.json", errors[force]) for force in forces}


def from_checkout(root: Path) -> bool:
    """Whether this Bluelamp runs from the checkout at `root`, so that each commit has its own Bluelamp."""
    return Path(bluelamp.__file__).resolve().is_relative_to(root.resolve())


def _start(
    folder: Path, forces: list[str], root: Path, key: bytes, out: Path
) -> tuple[list[str], "subprocess.Popen[bytes]"]:
    environment = dict(os.environ)
    if from_checkout(root):
        own = environment.get("PYTHONPATH", "").split(os.pathsep)
        environment["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, own)])
    request = {
        "folder": str(folder),
        "forces": forces,
        "out": str(out),
        "key": key.hex(),
        "snapshot": str(snapshot.__file__),
        "reads": str(reads.__file__),
    }
    process = subprocess.Popen(
        # -P: files next to the program must not shadow modules.
        [sys.executable, "-P", str(plan_side.__file__)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(request).encode())
    process.stdin.close()
    process.stdin = None
    return forces, process


def _read(path: Path, stderr: bytes) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        lines = stderr.decode("utf-8", "replace").strip().splitlines()
        return {"error": f"its program ended without a result: {lines[-1][:300] if lines else 'no error message'}"}
    return found if isinstance(found, dict) else {"error": "its program gave no result"}
