"""A force's files, read for the comparison of two estates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bluelamp.core.contracts import Contract, read_assets
from bluelamp.core.problems import SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.infra.force import load
from bluelamp.infra.settings.budgets import fill_budgets
from bluelamp.infra.settings.layers import written_settings
from bluelamp.infra.settings.model import Force
from bluelamp.infra.settings.register import Entry, read_register

_SKIPPED = frozenset({"addresses.yaml", "settings.yaml", "exemptions.yaml"})
"""Files that are not combined: address ranges are new, and exemptions are requested again."""


@dataclass(frozen=True)
class Estate:
    """A force, its settings as written (without `bluelamp:`), and its other files by name, such as `baseline.yaml`."""

    entry: Entry
    force: Force
    settings: dict[str, Any]
    files: Mapping[str, Any] = field(default_factory=dict)
    exemptions: tuple[Mapping[str, Any], ...] = ()
    assets: tuple[Contract, ...] = ()
    """The register of information assets."""

    @property
    def slug(self) -> str:
        """The force's id."""
        return self.entry.slug


def read_estate(root: Path, slug: str) -> Estate:
    """The estate of a force of the project at `root`. Raises `SettingsError` if its settings are wrong."""
    force = load(slug, root=root)
    entry = read_register(root).entry(slug)
    settings = written_settings(entry, root) or {}
    # The new force's roadmap may not set the budgets that this one's does.
    fill_budgets(settings, entry, root)
    folder = root / "stacks" / slug
    files = {
        path.relative_to(folder).as_posix(): _document(path, root)
        for path in sorted(folder.rglob("*.yaml"))
        if path.name not in _SKIPPED
    }
    exemptions_file = folder / "exemptions.yaml"
    listed = _document(exemptions_file, root).get("exemptions") if exemptions_file.exists() else None
    return Estate(entry, force, settings, files, tuple(listed or ()), tuple(read_assets(root, slug)))


def _document(path: Path, root: Path) -> Any:
    source = parse(*content_of(path, root), may_be_empty=True)
    if source.problems:
        raise SettingsError(source.problems)
    return source.values or {}
