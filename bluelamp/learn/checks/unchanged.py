"""Files are as they were prepared."""

from collections.abc import Iterator

from bluelamp.core.problems import Problem
from bluelamp.learn.at import At, prepared
from bluelamp.learn.exercise import Model


class Wanted(Model):
    """The `files` of the project that the task leaves alone, and `why`."""

    files: tuple[str, ...]
    why: str


def check(at: At, wanted: Wanted) -> Iterator[Problem]:
    """Each file that is missing or was changed."""
    with prepared(at.exercise) as folder:
        for name in wanted.files:
            path, original = at.root / name, folder / name
            if not path.is_file():
                yield at.problem(f"is missing; {wanted.why}", "restore it: it is not part of the task", file=name)
            elif path.read_bytes() != original.read_bytes():
                yield at.problem(f"was changed; {wanted.why}", "undo the change: it is not part of the task", file=name)
