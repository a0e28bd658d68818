"""Planning a force whose program may fail, so that what fails has a name and, where there is one, a setting."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bluelamp.core.problems import SettingsError
from bluelamp.errors import BluelampError, EngineError
from bluelamp.planning.plan import Plan, plan_force
from bluelamp.planning.refused_settings import problem_of


class ProgramError(EngineError):
    """A force's program failed, and none of its settings is the cause."""


@contextmanager
def running(force: str, root: Path) -> Iterator[None]:
    """Around whatever runs a force's program.

    Raises `SettingsError` where its settings are wrong, and `ProgramError` where its program fails otherwise.
    """
    try:
        yield
    except (SettingsError, BluelampError):
        raise
    except Exception as error:
        if problem := problem_of(error, force, root):
            raise SettingsError([problem]) from error
        # Reported by name; the traceback is for `pulumi preview`.
        raise ProgramError(f"the program failed: {type(error).__name__}: {error}") from error


@contextmanager
def running_alone(force: str, root: Path) -> Iterator[None]:
    """The same for a command on one force: the error names the force and the next step."""
    try:
        with running(force, root):
            yield
    except ProgramError as error:
        raise EngineError(f"{force}: {error}", next_step=f"bluelamp check {force}") from error


def attempt(force: str, root: Path, *, arm_types: Path | None = None) -> Plan:
    """The plan of a force, which may hold errors that its program reported.

    Raises `SettingsError` where its settings are wrong, and `ProgramError` where its program fails otherwise.
    """
    with running(force, root):
        return plan_force(force, root, arm_types=arm_types)


def planned(force: str, root: Path, *, arm_types: Path | None = None) -> Plan:
    """The plan of a force, without errors. Raises `SettingsError`, or `EngineError` where it cannot be planned."""
    with running_alone(force, root):
        plan = plan_force(force, root, arm_types=arm_types)
    if plan.errors:
        raise EngineError(f"{force}: {'; '.join(plan.errors)}", next_step=f"bluelamp check {force}")
    return plan
