"""Reads a stack's usage and hardware files together."""

from pathlib import Path

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.pricing.hardware import Hardware, read_hardware
from bluelamp.pricing.usage import Usage, read_usage


def read_usage_and_hardware(root: Path, stack: str) -> tuple[Usage, Hardware]:
    """The usage and hardware of a stack. Raises `SettingsError` with every mistake in both files."""
    problems: list[Problem] = []
    usage, hardware = Usage(), Hardware()
    try:
        usage = read_usage(root, stack)
    except SettingsError as error:
        problems += error.problems
    try:
        hardware = read_hardware(root, stack)
    except SettingsError as error:
        problems += error.problems
    if problems:
        raise SettingsError(problems)
    return usage, hardware
