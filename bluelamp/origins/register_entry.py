"""The file and line of a register entry: an asset's contract, an access rule, a milestone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bluelamp.core.access import FILE
from bluelamp.core.asset_type import ACCESS_RULE, ASSET, MILESTONE, TACTICAL
from bluelamp.core.contracts import ASSETS
from bluelamp.core.environments import split
from bluelamp.core.roadmap import FILE as ROADMAP
from bluelamp.infra.settings.layers import STACK_FILE
from bluelamp.reports.findings import Finding

_KEYS: Final = {
    "owner": "informationAssetOwner",
    "placements": "servers:",
    "legalHolds": "legalHolds",
    "lineage": "lineage",
    "classification": "classification",
}
"""The key in the contract for each input of the component."""


_MILESTONE_RULE: Final = "BL-SPD-008"
"""This rule fails for a tag whose value is a setting."""
_SETTING: Final = "roadmapMilestone:"


def register_entry(finding: Finding, force: str, root: Path) -> tuple[str, int] | None:
    """The file and line of the entry that `finding` is about; None if it is about no entry or the file is missing."""
    key = ""
    if finding.type == ASSET:
        file = f"{ASSETS.format(force=force)}/{finding.name.removeprefix('asset-')}.yaml"
        wanted = _KEYS.get(finding.path.partition(".")[0].partition("[")[0], "")
    elif finding.type == ACCESS_RULE:
        file, wanted = FILE.format(force=force), f"id: {finding.name.removeprefix('access-')}"
    elif finding.type in (MILESTONE, TACTICAL):
        file = ROADMAP.format(force=split(force)[0])
        id_ = finding.name.removeprefix("milestone-").removeprefix("tactical-")
        wanted = f"id: {id_.upper() if finding.type == TACTICAL else id_}"
        key = f"{finding.path.partition('.')[0].partition('[')[0]}:"
    elif finding.rule.id == _MILESTONE_RULE:
        file, wanted = STACK_FILE.format(slug=force), _SETTING
    else:
        return None
    try:
        lines = (root / file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    if key:
        return file, _within(lines, wanted, key)
    return file, next((number for number, line in enumerate(lines, 1) if wanted and wanted in line), 1)


def _within(lines: Sequence[str], first: str, key: str) -> int:
    """The line of `key` in the list item that begins with `- first`; the item's first line if it lacks the key."""
    begin = next((number for number, line in enumerate(lines, 1) if line.strip() == f"- {first}"), 1)
    for number, line in enumerate(lines[begin:], begin + 1):
        if line.strip().startswith("- id:"):
            break
        if line.strip().startswith(key):
            return number
    return begin
