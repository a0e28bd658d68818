"""The place and the remedy of everything in a report that needs fixing: a setting where one is known, else the line of
the program that makes the resource."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from bluelamp.policies import Verdict
from bluelamp.reports.findings import UNDECIDED, Finding, Report

if TYPE_CHECKING:
    from bluelamp.planning import Plan

Place = tuple[str, int]
_OPEN: Final = UNDECIDED | {Verdict.FAIL, Verdict.EXEMPT}


def placed(report: Report, plan: "Plan", root: Path) -> Report:
    """`report` on a plan, in which every finding that is not a pass has a place, and failures the setting that cures
    them where trials showed one. A place that is known already stays. Plans nothing."""
    return _placed(report, root, lambda: ((each.urn, each.position) for each in plan.resources))


def placed_by_state(report: Report, state: Mapping[str, Any], root: Path) -> Report:
    """The same for a report on a stack's state, in which the engine keeps the lines of the program."""
    records = (state.get("deployment") or {}).get("resources") or ()
    return _placed(report, root, lambda: ((str(each.get("urn")), _position(each)) for each in records))


def _placed(report: Report, root: Path, positions: Callable[[], Iterable[tuple[str, Place | None]]]) -> Report:
    from bluelamp.origins.registered import entry
    from bluelamp.origins.remedies import Remedies

    wanted = {finding.urn for finding in report.findings if finding.verdict in _OPEN}
    if not wanted:
        return report
    remedies = Remedies(report.force, root)
    bases = _bases(root)
    lines = {urn: program_line(position, bases) for urn, position in positions() if urn in wanted}

    def one(finding: Finding) -> Finding:
        if finding.verdict not in _OPEN:
            return finding
        remedy = remedies.of(finding) if finding.verdict is Verdict.FAIL else None
        place = finding.source or (remedy.place if remedy else None) or entry(finding, report.force, root)
        place = place or lines.get(finding.urn)
        return replace(finding, source=place, remedy=remedy.text if remedy else "")

    return replace(report, findings=tuple(map(one, report.findings)))


def program_line(position: Place | None, bases: Sequence[Path]) -> Place | None:
    """A position as the SDK (`file:`) or the engine (`project:`) gives it, as a file of the project; None outside it.

    `bases` are the folders that the project's files are in.
    """
    if position is None:
        return None
    path = Path(unquote(urlsplit(position[0]).path))
    if position[0].startswith("project:"):
        inside = path.as_posix().lstrip("/")
        return None if inside.startswith("../") else (inside, position[1])
    found = next((path.relative_to(base).as_posix() for base in bases if path.is_relative_to(base)), None)
    return (found, position[1]) if found else None


def _bases(root: Path) -> tuple[Path, ...]:
    """The project's folder, and those of a checkout that its `modules`, `infra` or `policies` link to."""
    root = root.resolve()
    linked = (root / name for name in ("modules", "infra", "policies"))
    return tuple(dict.fromkeys((root, *(each.resolve().parent for each in linked if each.is_symlink()))))


def _position(record: Mapping[str, Any]) -> Place | None:
    uri, _, line = str(record.get("sourcePosition") or "").partition("#")
    return (uri, int(line.partition(",")[0])) if uri and line.partition(",")[0].isdigit() else None
