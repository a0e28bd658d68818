"""Where an entry of a register stands: an asset in its contract, a rule of access in its policy, a milestone."""

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
"""What an input of the component is called in the contract."""


_MILESTONE_RULE: Final = "BL-SPD-008"
"""It fails for a tag whose value is a setting."""
_SETTING: Final = "roadmapMilestone:"


def entry(finding: Finding, force: str, root: Path) -> tuple[str, int] | None:
    """File and line of the entry that `finding` is about; None where it is about no entry, or there is no such file."""
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
    """The line of `key` in the item of a list that begins with `- first`; the item's line where it has no such key."""
    begin = next((number for number, line in enumerate(lines, 1) if line.strip() == f"- {first}"), 1)
    for number, line in enumerate(lines[begin:], begin + 1):
        if line.strip().startswith("- id:"):
            break
        if line.strip().startswith(key):
            return number
    return begin
