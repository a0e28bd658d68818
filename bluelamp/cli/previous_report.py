"""Reading the earlier report of `--baseline`."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.cli.screen import Screen
from bluelamp.core.problems import SettingsError
from bluelamp.core.text import first_of

if TYPE_CHECKING:
    from bluelamp.reports.previous_report import PreviousReport


def read(
    screen: Screen, root: Path, folder: Path | None, forces: Collection[str], filters: tuple[str, ...] = ()
) -> "PreviousReport | None":
    """The verified report in `folder`; None without a folder. `filters` are the rules judged now.

    Warns if the report is unsigned, or lacks a force. Raises `SettingsError` or `UsageError` if the report cannot be
    a baseline.
    """
    if folder is None:
        return None
    from bluelamp.infra.settings.register import read_register
    from bluelamp.reports.previous_report import read_previous_report
    from bluelamp.reports.signers import known_signers

    register: Collection[str] = ()
    with suppress(SettingsError):
        register = read_register(root).stacks
    previous = read_previous_report(folder, forces, known=known_signers(root), register=register, filters=filters)
    if not previous.signed:
        screen.warn(f"--baseline {folder}: the report is not signed: its author is unknown")
    missing = [force for force in forces if force not in previous.forces]
    if missing:
        screen.warn(f"--baseline {folder}: the report does not cover {first_of(missing)}: every finding there is new")
    return previous
