"""`bluelamp assets`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli.files import write
from bluelamp.cli.options import ArmTypes, Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.errors import UsageError
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.assets.coverage import Coverage
    from bluelamp.core.contracts import Contract


_STEP = "name a file in an existing folder"


class Export(StrEnum):
    """Export formats for other catalogues."""

    DCAT = "dcat"
    DATAHUB = "datahub"


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("assets")(assets)


def assets(
    force: Annotated[
        str | None,
        typer.Argument(
            metavar="[FORCE]", help="A force by its name in stacks/forces.yaml; by default, every register."
        ),
    ] = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Write a contract for each deployed data store that has none.")
    ] = False,
    svg: Annotated[
        Path | None,
        typer.Option(
            "--svg", metavar="FILE", help="Write a diagram of the lineage into this file; its folder is created."
        ),
    ] = None,
    export: Annotated[
        Export | None,
        typer.Option("--export", help="Write the register as DCAT 3 (JSON-LD) or as proposals for DataHub."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="With --export: the file, instead of stdout.")
    ] = None,
    arm_types: ArmTypes = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """List a force's information assets, their owners and lineage, and deployed data stores without a contract.

    The register is `stacks/FORCE/assets/*.yaml`, a data contract (ODCS 3.2) for each asset.

    Examples: `bluelamp assets essex` · `bluelamp assets essex --svg lineage.svg` ·
    `bluelamp assets essex --export dcat --out essex.jsonld` · `bluelamp assets essex --propose`
    """
    screen, root = Screen(form, quiet=quiet), find_project(project)
    if force is None:
        _needs_force(propose=propose, svg=svg, export=export)
        _registers(screen, root)
        return
    from bluelamp.core.contracts import read_assets
    from bluelamp.infra.force import load

    settings = load(force, root=root)
    if out is not None and export is None:
        raise UsageError("--out belongs to --export", next_step="add --export dcat or --export datahub")
    if export is not None:
        _export(screen, settings.entry.name, force, read_assets(root, force), export, out)
        return
    covered, written = _covered(screen, root, force, arm_types, propose=propose)
    contracts = read_assets(root, force)
    if svg is not None:
        from bluelamp.assets.lineage import picture

        write(svg, picture(settings.entry.name, contracts), _STEP)
    _show(screen, force, contracts, covered)
    for path in written:
        screen.show(f"wrote {escape(path)}")
    if svg is not None:
        screen.say(f"lineage: {escape(svg)}")
    screen.give(_json(force, contracts, covered, written))


def _needs_force(*, propose: bool, svg: Path | None, export: Export | None) -> None:
    for option, given in (("--propose", propose), ("--svg", svg), ("--export", export)):
        if given:
            raise UsageError(f"{option} is for one force", next_step=f"bluelamp assets FORCE {option}")


def _registers(screen: Screen, root: Path) -> None:
    """The number of assets of each force, and of owners who agreed."""
    from bluelamp.cli.select import with_stacks
    from bluelamp.core.contracts import read_assets

    rows = []
    for force in with_stacks(root):
        found = read_assets(root, force)
        agreed = sum(1 for each in found if each.properties.information_asset_owner.agreed)
        rows.append({"force": force, "assets": len(found), "agreed": agreed, "proposed": len(found) - agreed})
    screen.columns(
        ("force", "assets", "owner agreed", "owner proposed"),
        [tuple(str(each[key]) for key in ("force", "assets", "agreed", "proposed")) for each in rows],
    )
    screen.give({"registers": rows, "force": None, "assets": [], "stores": [], "notDeployed": [], "written": []})


def _covered(
    screen: Screen, root: Path, force: str, arm_types: Path | None, *, propose: bool
) -> tuple["Coverage", Sequence[str]]:
    """The coverage of the force's plan; with `--propose`, after writing contracts for data stores without one."""
    from bluelamp.assets.coverage import coverage
    from bluelamp.core.contracts import ASSETS, read_assets
    from bluelamp.infra.force import load
    from bluelamp.planning.attempt import planned
    from bluelamp.resources import from_plan

    with screen.working("planning"):
        resources = from_plan(planned(force, root, arm_types=arm_types))
    if not propose:
        return coverage(resources), ()
    from bluelamp.assets.propose import proposals

    taken = [each.asset for each in read_assets(root, force)]
    written = []
    for name, text in proposals(load(force, root=root), resources, taken).items():
        path = Path(ASSETS.format(force=force), f"{name}.yaml")
        (root / path.parent).mkdir(parents=True, exist_ok=True)
        _create(root / path, text)
        written.append(path.as_posix())
    if not written:
        return coverage(resources), ()
    return coverage(from_plan(planned(force, root, arm_types=arm_types))), written


def _show(screen: Screen, force: str, contracts: Sequence["Contract"], covered: "Coverage") -> None:
    if contracts:
        screen.columns(("asset", "classification", "owner", "retention", "where"), [_row(each) for each in contracts])
    else:
        screen.show(f"{escape(force)} has no register of information assets")
    flows = [(before, each.asset) for each in contracts for before in each.properties.lineage]
    if flows:
        screen.show("", "[bold]lineage[/bold]")
        screen.show(*(f"  {escape(before)} -> {escape(after)}" for before, after in sorted(flows)))
    proposed = [each.asset for each in contracts if each.properties.information_asset_owner.agreed is None]
    screen.show("")
    if proposed:
        screen.show(f"[yellow]{len(proposed)} with a proposed owner[/yellow]: {escape(', '.join(proposed))}")
    for store in covered.uncatalogued:
        what = "belongs to no asset" if store.known else "may belong to no asset: unknown"
        screen.show(f"[red]not catalogued[/red] {escape(store.name)} ({escape(store.type)}): {what}")
    for one in covered.missing:
        screen.show(
            f"[red]not deployed[/red] {escape(one.asset)}: {escape(one.resource)} (server {escape(one.server)})"
        )
    known = sum(1 for each in covered.stores if each.assets)
    screen.show(
        f"{escape(force)}: {len(contracts)} assets; {known} of {len(covered.stores)} data stores are catalogued"
    )
    if covered.uncatalogued:
        screen.say(f"next: bluelamp assets {escape(force)} --propose")


def _row(contract: "Contract") -> tuple[str, ...]:
    own = contract.properties
    owner = own.information_asset_owner
    agreed = f"agreed {owner.agreed}" if owner.agreed else "proposed"
    where = dict.fromkeys(each.properties.location for each in contract.placements)
    years = contract.retention_years
    kept = "by review"
    if years is not None:
        kept = f"{years:g} {'year' if years == 1 else 'years'}" if years == int(years) else f"{round(years * 365)} days"
    return contract.asset, own.classification, f"{owner.role} ({agreed})", kept, ", ".join(where)


def _export(
    screen: Screen, name: str, force: str, contracts: Iterable["Contract"], export: Export, out: Path | None
) -> None:
    document: Any
    if export is Export.DCAT:
        from bluelamp.assets.dcat import catalogue

        document = catalogue(force, name, contracts)
    else:
        from bluelamp.assets.datahub import proposals

        document = proposals(force, contracts)
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    if out is not None:
        write(out, text, _STEP)
        screen.show(f"wrote {escape(out)}")
    else:
        screen.text(text.rstrip("\n"))
    screen.give(
        {**_empty_result(force), "exported": str(export), "document": document, "file": str(out) if out else None}
    )


def _empty_result(force: str) -> dict[str, Any]:
    return {"registers": [], "force": force, "assets": [], "stores": [], "notDeployed": [], "written": []}


def _json(
    force: str, contracts: Sequence["Contract"], covered: "Coverage", written: Sequence[str]
) -> Mapping[str, object]:
    from bluelamp.core.contracts.inputs import inputs

    return {
        "registers": [],
        "force": force,
        "assets": [inputs(each) for each in contracts],
        "stores": [
            {"name": each.name, "type": each.type, "urn": each.urn, "assets": list(each.assets), "known": each.known}
            for each in covered.stores
        ],
        "notDeployed": [
            {"asset": each.asset, "server": each.server, "resource": each.resource} for each in covered.missing
        ],
        "written": list(written),
    }


def _create(path: Path, text: str) -> None:
    from bluelamp.core.files import create

    try:
        create(path, text)
    except FileExistsError:
        raise UsageError(f"{path} exists already, and is not overwritten", next_step="move it away") from None
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written: {error.strerror or error}", next_step="grant the permission to write it"
        ) from None
