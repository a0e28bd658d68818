"""Converts a worker's answer to a result of the command."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from bluelamp.core.files import replace
from bluelamp.distributed.jobs import Done, Interrupted, kept_file, kept_text
from bluelamp.errors import BluelampError, Status
from bluelamp.fleet.deploy import Result


def result_of(answer: Any, force: str, verb: str, root: Path, *, plan: bool = False) -> tuple[Result, bool]:
    """The result of a verb on a force, and whether it was interrupted.

    `plan` is whether it applies a saved plan. Address ranges that the worker has recorded in its own folder are written
    to the project at `root` too. Raises `BluelampError` if they cannot be written.
    """
    if isinstance(answer, Interrupted):
        step = f"run the same command {'with --resume' if verb == 'up' else 'again'}"
        if plan:
            step += "; if it has changed the state, the plan is refused: preview again with --save"
        return Result(force, verb, Status.FAILED, errors=(f"{answer.why}; next: {step}",)), True
    assert isinstance(answer, Done)
    if verb == "up" and answer.kept is not None and answer.kept != kept_text(root, force):
        file = kept_file(root, force)
        try:
            with suppress(FileExistsError):
                file.parent.mkdir(parents=True)
            replace(file, answer.kept)
        except OSError as error:
            raise BluelampError(f"{file}: cannot be written: {error.strerror or error}") from None
    return answer.result, False
