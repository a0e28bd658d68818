"""Planning a force whose program may fail, so that what fails has a name and, where there is one, a setting."""

from pathlib import Path

from bluelamp.core.problems import SettingsError
from bluelamp.errors import BluelampError, EngineError
from bluelamp.planning.plan import Plan, plan_force
from bluelamp.planning.refused_settings import problem_of


class ProgramError(EngineError):
    """A force's program failed, and none of its settings is the cause."""


def attempt(force: str, root: Path, *, arm_types: Path | None = None) -> Plan:
    """The plan of a force, which may hold errors that its program reported.

    Raises `SettingsError` where its settings are wrong, and `ProgramError` where its program fails otherwise.
    """
    try:
        return plan_force(force, root, arm_types=arm_types)
    except (SettingsError, BluelampError):
        raise
    except Exception as error:
        if problem := problem_of(error, force, root):
            raise SettingsError([problem]) from error
        # Reported by name; the traceback is for `pulumi preview`.
        raise ProgramError(f"the program failed: {type(error).__name__}: {error}") from error


def planned(force: str, root: Path, *, arm_types: Path | None = None) -> Plan:
    """The plan of a force, without errors. Raises `SettingsError`, or `BluelampError` where it cannot be planned."""
    try:
        plan = attempt(force, root, arm_types=arm_types)
    except ProgramError as error:
        raise BluelampError(f"{force}: {error}") from error
    if plan.errors:
        raise BluelampError(f"{force}: {'; '.join(plan.errors)}")
    return plan
