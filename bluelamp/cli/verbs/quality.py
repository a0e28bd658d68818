"""`bluelamp quality`."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.core.suggestions import did_you_mean
from bluelamp.errors import Status, UsageError
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.core.contracts import Contract
    from bluelamp.workloads.quality import AssetResult, QualityRun
    from bluelamp.workloads.quality.history import Past

DATA = ".bluelamp/data/{force}"
PAGE = "quality.html"
_COLOURS = {"pass": "green", "fail": "red", "not run": "yellow"}
_SHOWN = 30
"""The number of failing checks shown; the page and the JSON document list all."""


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("quality")(quality)


def quality(
    forces: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FORCE]...", help="Forces; by default, all that have a register of assets."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            help="Copies of the data: `DIR/ASSET/TABLE.csv` or `.parquet`; by default in .bluelamp/data/FORCE.",
        ),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The date for computing ages; by default, today.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="DIR", help="Write quality.html into this folder.")
    ] = None,
    no_history: Annotated[
        bool, typer.Option("--no-history", help="Do not add the results to the scorecard history.")
    ] = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Run the data contracts of forces on copies of the data: each check passes, fails or is not run.

    A check that is not run never counts as a pass. Assets derived from an asset with a failing contract may not be
    published. Results are kept in .bluelamp/quality.duckdb. Status 3 if a contract fails.

    Examples: `bluelamp quality west-midlands --data extracts` · `bluelamp quality --report out --format json`
    """
    from bluelamp.core.contracts import read_assets
    from bluelamp.workloads.quality import Outcome, execute

    screen, root = Screen(form, quiet=quiet), find_project(project)
    chosen = _forces(root, forces)
    if (data or report) and len(chosen) > 1:
        raise UsageError("--data and --report are for one force", next_step="name one: bluelamp quality FORCE")
    day = _day(as_of)
    runs = []
    for force in chosen:
        contracts = read_assets(root, force)
        folder = data or root / DATA.format(force=force)
        if data is not None and not data.is_dir():
            raise UsageError(f"there is no folder {data}", next_step="name the folder with the copies of the data")
        with screen.working(f"executing the contracts of {force}"):
            run = execute(contracts, folder, subject=force, as_of=day)
        runs.append((run, contracts))
        _tell(screen, run, contracts)
        _keep(screen, root, run, contracts, report, no_history=no_history)
    screen.give({"forces": [as_result(run, contracts) for run, contracts in runs]})
    if any(asset.outcome is Outcome.FAIL for run, _ in runs for asset in run.assets):
        raise typer.Exit(Status.RULES_BROKEN)


def _forces(root: Path, named: Sequence[str] | None) -> list[str]:
    """The forces that are named, or all that have a register. Raises `UsageError` for one that has none."""
    having = sorted(path.parent.name for path in (root / "stacks").glob("*/assets") if path.is_dir())
    for each in named or ():
        if each not in having:
            raise UsageError(
                f"{each} has no register of information assets",
                next_step=did_you_mean(each, having) or f"write its contracts into stacks/{each}/assets/",
            )
    if not having:
        raise UsageError(
            "no force has a register of information assets", next_step="write contracts into stacks/FORCE/assets/"
        )
    return list(dict.fromkeys(named or having))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise UsageError(f"--as-of {text!r} is not a date", next_step="such as --as-of 2026-04-01") from None


def _tell(screen: Screen, run: "QualityRun", contracts: Sequence["Contract"]) -> None:
    dimensions = run.dimensions
    rows = []
    for asset in run.assets:
        counts = [asset.count(each) for each in dimensions]
        cells = [_cell(each) for each in counts]
        rows.append((asset.asset, asset.outcome.value, *cells))
    screen.columns(("asset", "contract", *dimensions), rows)
    bad = [each for asset in run.assets for each in asset.results if each.outcome.value == "fail"]
    for each in bad[:_SHOWN]:
        where = f"{each.check.file}:{each.check.line}" if each.check.line else each.check.file
        screen.show(
            f"  [red]fail[/red] {escape(each.check.asset)}: {escape(each.check.title)}: {escape(each.reason)}"
            f" [dim]{escape(where)}[/dim]"
        )
    if len(bad) > _SHOWN:
        screen.show(f"  and {len(bad) - _SHOWN} more")
    for asset in run.assets:
        for problem in asset.problems:
            screen.show(f"  [yellow]not run[/yellow] {escape(asset.asset)}: {escape(problem)}")
    blocked = run.blocked_by(_lineage(contracts))
    if blocked:
        screen.show(f"not to be published: {escape(', '.join(blocked))}")
    outcomes = [asset.outcome.value for asset in run.assets]
    counted = ", ".join(
        f"[{colour}]{outcomes.count(word)} {word}[/{colour}]" for word, colour in _COLOURS.items() if word in outcomes
    )
    screen.show(f"[bold]{escape(run.subject)}[/bold]: {len(outcomes)} contracts: {counted or 'none'}")


def _cell(counts: Any) -> str:
    """The passing checks of all checks, such as `3 of 4`."""
    total = sum(counts.values())
    return f"{counts['pass']} of {total}" if total else "-"


def _lineage(contracts: Sequence["Contract"]) -> dict[str, tuple[str, ...]]:
    return {each.asset: tuple(each.properties.lineage) for each in contracts}


def _keep(
    screen: Screen,
    root: Path,
    run: "QualityRun",
    contracts: Sequence["Contract"],
    report: Path | None,
    *,
    no_history: bool,
) -> None:
    import duckdb

    from bluelamp.core.files import replace
    from bluelamp.workloads.quality import History
    from bluelamp.workloads.quality.history import FILE

    history = History(root / ".bluelamp" / FILE)
    past: tuple[Past, ...] = ()
    try:
        if not no_history:
            history.keep(run)
        past = history.past(run.subject)
    except (duckdb.Error, OSError) as error:
        screen.warn(f".bluelamp/{FILE}: {str(error).splitlines()[0]}; the scorecard over time is left out")
    if report is not None:
        from bluelamp.reports.quality import to_html

        replace(report / PAGE, to_html(run, past, run.blocked_by(_lineage(contracts))))
        screen.say(f"report: {escape(report / PAGE)}")


def as_result(run: "QualityRun", contracts: Sequence["Contract"]) -> dict[str, Any]:
    """The run for JSON."""
    return {
        "force": run.subject,
        "asOf": run.as_of.isoformat(),
        "ended": run.ended.isoformat(),
        "blocked": {asset: list(by) for asset, by in run.blocked_by(_lineage(contracts)).items()},
        "assets": [_asset(each) for each in run.assets],
    }


def _asset(asset: "AssetResult") -> dict[str, Any]:
    return {
        "asset": asset.asset,
        "name": asset.name,
        "outcome": asset.outcome.value,
        "publishable": asset.publishable,
        "rows": dict(asset.rows or {}),
        "quarantined": asset.quarantined,
        "problems": [str(each) for each in asset.problems],
        "checks": [
            {
                "id": each.check.id,
                "title": each.check.title,
                "table": each.check.table,
                "columns": list(each.check.columns),
                "metric": each.check.metric,
                "dimension": each.check.dimension,
                "severity": each.check.severity,
                "outcome": each.outcome.value,
                "value": each.value,
                "percent": each.percent,
                "rows": each.rows,
                "reason": each.reason,
                "expected": str(each.check.threshold) if each.check.threshold else "",
                "months": [{"month": month.month, "rows": month.rows} for month in each.months],
                "file": each.check.file,
                "line": each.check.line,
                "path": each.check.path,
            }
            for each in asset.results
        ],
    }
