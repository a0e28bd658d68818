"""Who gains and who loses access between two policies of a force."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from bluelamp.core import git
from bluelamp.core.access import FILE, AccessPolicy, Cell, cells, decide, read_access
from bluelamp.core.contracts import ASSETS, read_assets
from bluelamp.core.problems import SettingsError
from bluelamp.errors import UsageError


@dataclass(frozen=True)
class Change:
    """A persona whose view of an asset changes in these cells; None is no access."""

    what: Literal["gains", "loses", "changes"]
    persona: str
    asset: str
    purposes: tuple[str, ...]
    networks: tuple[str, ...]
    devices: tuple[str, ...]
    before: str | None
    after: str | None

    def as_result(self) -> dict[str, object]:
        """The change for a JSON document."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}


def changes(before: AccessPolicy | None, after: AccessPolicy, day: date) -> tuple[Change, ...]:
    """The differences on `day`, grouped by change over purposes, networks and devices."""
    old, new = _views(before, day), _views(after, day)
    grouped: dict[tuple[str, str, str | None, str | None], list[Cell]] = {}
    for cell in sorted({*old, *new}):
        was, is_ = old.get(cell), new.get(cell)
        if was != is_:
            grouped.setdefault((cell.persona, cell.asset, was, is_), []).append(cell)
    found = []
    for (persona, asset, was, is_), theirs in grouped.items():
        by_purpose: dict[tuple[tuple[str, str], ...], list[str]] = {}
        for purpose in dict.fromkeys(cell.purpose for cell in theirs):
            places = tuple((cell.network, cell.device) for cell in theirs if cell.purpose == purpose)
            by_purpose.setdefault(places, []).append(purpose)
        for places, purposes in by_purpose.items():
            found += [
                Change(_what(was, is_), persona, asset, tuple(purposes), networks, devices, was, is_)
                for networks, devices in _products(places)
            ]
    return tuple(sorted(found, key=lambda each: (each.what, each.persona, each.asset, each.purposes)))


def policy_at(root: Path, force: str, revision: str) -> AccessPolicy | None:
    """The policy of `force` at a git revision, with the register at that revision; None if there was none.

    Raises `UsageError` if `revision` is not a revision, or its policy cannot be read.
    """
    try:
        commit = git.resolve(root, revision)
        files = git.files(root, commit, (FILE.format(force=force), ASSETS.format(force=force)))
    except git.GitError as error:
        raise UsageError(
            f"--against {revision}: {error}", next_step="name a commit, a branch or a tag of this checkout"
        ) from None
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        try:
            return read_access(Path(folder), force, read_assets(Path(folder), force))
        except SettingsError as error:
            raise UsageError(
                f"the policy at {revision} cannot be read: {error.problems[0]}", next_step="name another revision"
            ) from None


def _views(policy: AccessPolicy | None, day: date) -> dict[Cell, str]:
    if policy is None:
        return {}
    return {cell: view for cell in cells(policy) if (view := decide(policy, cell, day).view) is not None}


def _what(before: str | None, after: str | None) -> Literal["gains", "loses", "changes"]:
    if before is None:
        return "gains"
    return "loses" if after is None else "changes"


def _products(places: tuple[tuple[str, str], ...]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The networks for each set of devices."""
    devices: dict[str, list[str]] = {}
    for network, device in places:
        devices.setdefault(network, []).append(device)
    by_devices: dict[tuple[str, ...], list[str]] = {}
    for network, theirs in devices.items():
        by_devices.setdefault(tuple(sorted(theirs)), []).append(network)
    return [(tuple(networks), theirs) for theirs, networks in by_devices.items()]
