"""Keeps the address ranges of a force's networks in the file beside its settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.errors import UsageError
from bluelamp.fleet.ranges import deployed, moved, reason, wanted
from bluelamp.infra.settings.address_file import kept_of, write_kept
from bluelamp.infra.settings.allocation import Key, Ranges

if TYPE_CHECKING:
    from bluelamp.infra.force import Force


def record_ranges(root: Path, force: "Force", deployed_ranges: Ranges) -> tuple["Force", tuple[Key, ...]]:
    """Keeps the range of every network without a kept range; returns the force and the newly kept ranges.

    If there is no file, `running` networks keep their ranges regardless of their order in the list, and the settings
    are read again. Raises `SettingsError` if the file is wrong or cannot be written, or the settings would move a
    network.
    """
    kept = kept_of(force.entry, root)
    before = kept.ranges
    if before is None:
        before = deployed_ranges
        if any(wanted(force).get(key, net) != net for key, net in deployed_ranges.items()):
            from bluelamp.infra.force import load

            write_kept(root, kept.file, force.slug, deployed_ranges)
            force = load(force.slug, root=root)
    after = {**before, **wanted(force)}
    if after and after != kept.ranges:
        write_kept(root, kept.file, force.slug, after)
    return force, tuple(key for key in after if key not in (kept.ranges or {}))


def check_ranges(root: Path, force: "Force", state: Mapping[str, Any], *, record: bool) -> None:
    """Checks before an engine starts that no network in `state` would move; with `keeps`, keeps the ranges.

    Raises `UsageError` if one would, with the steps to move it.
    """
    deployed_ranges = deployed(state)
    if record and kept_of(force.entry, root).ranges is None and deployed_ranges:
        force, _ = record_ranges(root, force, deployed_ranges)
    moves = moved(deployed_ranges, wanted(force))
    if moves:
        reasons = [reason(one, force) for one in moves]
        raise UsageError("; ".join(message for message, _ in reasons), next_step=reasons[0][1])
    if record:
        record_ranges(root, force, deployed_ranges)
