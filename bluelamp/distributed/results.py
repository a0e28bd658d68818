"""What the command makes of a worker's answer."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from bluelamp.core.files import replace
from bluelamp.distributed.jobs import Done, Interrupted, kept_file, kept_text
from bluelamp.errors import BluelampError, Status
from bluelamp.fleet.deploy import Result


def taken(answer: Any, force: str, verb: str, root: Path, *, plan: bool = False) -> tuple[Result, bool]:
    """The result of a verb on a force, and whether it was interrupted.

    `plan` is whether it was a saved plan. Address ranges that a worker has kept in its own folder are kept in the
    project at `root` too. Raises `BluelampError` where they cannot be written.
    """
    if isinstance(answer, Interrupted):
        step = f"run the same command {'with --resume' if verb == 'up' else 'again'}"
        if plan:
            step += "; if it has changed the state, the plan is refused: preview again with --save"
        said = f"{answer.why}; next: {step}"
        return Result(force, verb, Status.FAILED, errors=(said,)), True
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
