"""Plans a force and reports failures of its program, with the setting that causes them if there is one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bluelamp.core.problems import SettingsError
from bluelamp.errors import BluelampError, EngineError
from bluelamp.planning.plan import Plan, plan_force
from bluelamp.planning.refused_settings import problem_of


class ProgramError(EngineError):
    """A force's program failed for a reason other than its settings."""


@contextmanager
def program_errors(force: str, root: Path) -> Iterator[None]:
    """Converts any exception of a force's program within the block.

    Raises `SettingsError` if its settings are wrong, and `ProgramError` if its program fails otherwise.
    """
    try:
        yield
    except (SettingsError, BluelampError):
        raise
    except Exception as error:
        if problem := problem_of(error, force, root):
            raise SettingsError([problem]) from error
        # `pulumi preview` shows the traceback.
        raise ProgramError(f"the program failed: {type(error).__name__}: {error}") from error


@contextmanager
def engine_errors(force: str, root: Path) -> Iterator[None]:
    """As `program_errors`, for a command on one force: the error gives the force and the next step."""
    try:
        with program_errors(force, root):
            yield
    except ProgramError as error:
        raise EngineError(f"{force}: {error}", next_step=f"bluelamp check {force}") from error


def attempt(force: str, root: Path, *, arm_types: Path | None = None) -> Plan:
    """The plan of a force, which may contain errors that its program reported.

    Raises `SettingsError` if its settings are wrong, and `ProgramError` if its program fails otherwise.
    """
    with program_errors(force, root):
        return plan_force(force, root, arm_types=arm_types)


def planned(force: str, root: Path, *, arm_types: Path | None = None) -> Plan:
    """The plan of a force, without errors. Raises `SettingsError`, or `EngineError` if it cannot be planned."""
    with engine_errors(force, root):
        plan = plan_force(force, root, arm_types=arm_types)
    if plan.errors:
        raise EngineError(f"{force}: {'; '.join(plan.errors)}", next_step=f"bluelamp check {force}")
    return plan
