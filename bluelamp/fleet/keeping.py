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


def keep(root: Path, force: "Force", running: Ranges) -> tuple["Force", tuple[Key, ...]]:
    """Keeps the range of every network without a kept range; returns the force and the newly kept ranges.

    If there is no file, `running` networks keep their ranges regardless of their order in the list, and the settings
    are read again. Raises `SettingsError` if the file is wrong or cannot be written, or the settings would move a
    network.
    """
    kept = kept_of(force.entry, root)
    before = kept.ranges
    if before is None:
        before = running
        if any(wanted(force).get(key, net) != net for key, net in running.items()):
            from bluelamp.infra.force import load

            write_kept(root, kept.file, force.slug, running)
            force = load(force.slug, root=root)
    after = {**before, **wanted(force)}
    if after and after != kept.ranges:
        write_kept(root, kept.file, force.slug, after)
    return force, tuple(key for key in after if key not in (kept.ranges or {}))


def ready(root: Path, force: "Force", state: Mapping[str, Any], *, keeps: bool) -> None:
    """Checks before an engine starts that no network in `state` would move; with `keeps`, keeps the ranges.

    Raises `UsageError` if one would, with the steps to move it.
    """
    running = deployed(state)
    if keeps and kept_of(force.entry, root).ranges is None and running:
        force, _ = keep(root, force, running)
    would = moved(running, wanted(force))
    if would:
        said = [reason(one, force) for one in would]
        raise UsageError("; ".join(message for message, _ in said), next_step=said[0][1])
    if keeps:
        keep(root, force, running)
