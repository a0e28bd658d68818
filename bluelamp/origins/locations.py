"""Adds to each finding that needs fixing its location and its remedy: a setting if known, else the line of the program
that declares the resource."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from bluelamp.policies import Verdict
from bluelamp.reports.findings import UNDECIDED, Finding, Report

if TYPE_CHECKING:
    from bluelamp.planning import Plan

Location = tuple[str, int]
_OPEN: Final = UNDECIDED | {Verdict.FAIL, Verdict.EXEMPT}


def with_locations(report: Report, plan: "Plan", root: Path) -> Report:
    """The report on `plan` with a location for every finding that is not a pass, and for failures the setting that
    fixes them, if known. Existing locations are kept. Does not plan anything."""
    return _with_locations(report, root, lambda: ((each.urn, each.position) for each in plan.resources))


def with_state_locations(report: Report, state: Mapping[str, Any], root: Path) -> Report:
    """As `with_locations`, for a report on a stack's state, in which the engine records the lines of the program."""
    records = (state.get("deployment") or {}).get("resources") or ()
    return _with_locations(report, root, lambda: ((str(each.get("urn")), _position(each)) for each in records))


def _with_locations(
    report: Report, root: Path, positions: Callable[[], Iterable[tuple[str, Location | None]]]
) -> Report:
    from bluelamp.origins.register_entry import register_entry
    from bluelamp.origins.remedies import Remedies

    wanted = {finding.urn for finding in report.findings if finding.verdict in _OPEN}
    if not wanted:
        return report
    remedies = Remedies(report.force, root)
    bases = project_folders(root)
    lines = {urn: program_line(position, bases) for urn, position in positions() if urn in wanted}

    def one(finding: Finding) -> Finding:
        if finding.verdict not in _OPEN:
            return finding
        remedy = remedies.of(finding) if finding.verdict is Verdict.FAIL else None
        location = (
            finding.source or (remedy.location if remedy else None) or register_entry(finding, report.force, root)
        )
        location = location or lines.get(finding.urn)
        return replace(finding, source=location, remedy=remedy.text if remedy else "")

    return replace(report, findings=tuple(map(one, report.findings)))


def program_line(position: Location | None, bases: Sequence[Path]) -> Location | None:
    """The file of the project and the line for a source position of the SDK (`file:`) or the engine (`project:`).

    None if the position is outside the project. `bases` are the folders of the project's files.
    """
    if position is None:
        return None
    path = Path(unquote(urlsplit(position[0]).path))
    if position[0].startswith("project:"):
        inside = path.as_posix().lstrip("/")
        return None if inside.startswith("../") else (inside, position[1])
    found = next((path.relative_to(base).as_posix() for base in bases if path.is_relative_to(base)), None)
    return (found, position[1]) if found else None


def project_folders(root: Path) -> tuple[Path, ...]:
    """The project's folder and the checkout that its `modules`, `infra` or `policies` link to."""
    root = root.resolve()
    linked = (root / name for name in ("modules", "infra", "policies"))
    return tuple(dict.fromkeys((root, *(each.resolve().parent for each in linked if each.is_symlink()))))


def _position(record: Mapping[str, Any]) -> Location | None:
    uri, _, line = str(record.get("sourcePosition") or "").partition("#")
    return (uri, int(line.partition(",")[0])) if uri and line.partition(",")[0].isdigit() else None
