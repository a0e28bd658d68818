"""Files are unchanged since the exercise was prepared."""

from collections.abc import Iterator

from bluelamp.core.problems import Problem
from bluelamp.learn.exercise import Model
from bluelamp.learn.project import LearnerProject, prepared_files


class Wanted(Model):
    """The `files` of the project that must not change, and `why`."""

    files: tuple[str, ...]
    why: str


def check(project: LearnerProject, wanted: Wanted) -> Iterator[Problem]:
    """Each file that is missing or was changed."""
    with prepared_files(project.exercise) as folder:
        for name in wanted.files:
            path, original = project.root / name, folder / name
            if not path.is_file():
                yield project.problem(f"is missing; {wanted.why}", "restore it: it is not part of the task", file=name)
            elif path.read_bytes() != original.read_bytes():
                yield project.problem(
                    f"was changed; {wanted.why}", "undo the change: it is not part of the task", file=name
                )
