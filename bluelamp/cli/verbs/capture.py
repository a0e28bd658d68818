"""`bluelamp capture`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.core.suggestions import did_you_mean
from bluelamp.errors import BluelampError, Status, UsageError, unwritable
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.core.contracts import Contract
    from bluelamp.workloads.capture import Checked, RecordSchema

KEPT = ".bluelamp/capture/{force}/{asset}"
GROUP = "schema-group.json"
_SHOWN = 15
"""The number of reasons shown; the summary lists all."""


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("capture")(capture)


def capture(
    force: Annotated[str, typer.Argument(metavar="FORCE", help="A force by its name in stacks/forces.yaml.")],
    asset: Annotated[str, typer.Argument(metavar="ASSET", help="An information asset by its id.")],
    table: Annotated[
        str | None, typer.Option("--table", metavar="NAME", help="Only this table of the contract; by default, all.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option("--check", metavar="FILE", help="Check these records, one JSON object on each line."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR", help="The folder for schemas and forms or, with --check, for the records."
        ),
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Write JSON Schemas and HTML forms for an asset's records from its contract, or check submitted records.

    Constraints that a JSON Schema cannot express are listed. With --check, valid records are accepted unchanged, and
    all others go into quarantine with the reasons. Status 3 if any record is in quarantine. By default, everything is
    written below .bluelamp/capture.

    Examples: `bluelamp capture west-midlands stop-and-search --out forms` ·
    `bluelamp capture west-midlands stop-and-search --check submitted.jsonl`
    """
    from bluelamp.workloads.capture import record_schemas

    screen, root = Screen(form, quiet=quiet), find_project(project)
    contract = _contract(root, force, asset)
    chosen = _tables(contract, record_schemas(contract), table)
    target = out or root / KEPT.format(force=force, asset=asset)
    if check is None:
        _make(screen, contract, chosen, target, force)
        return
    if len(chosen) > 1:
        names = ", ".join(each.name for each in chosen)
        raise UsageError(f"{asset} has several tables: {names}", next_step="name one: --table NAME")
    found = _check(chosen[0], check, target)
    screen.show(f"{found.read:,} records: {found.accepted:,} accepted, {found.quarantined:,} in quarantine")
    for reason, count in list(found.reasons.items())[:_SHOWN]:
        screen.show(f"  {count:,} {escape(reason)}")
    if len(found.reasons) > _SHOWN:
        screen.show(f"  and {len(found.reasons) - _SHOWN} more reasons")
    if found.truncated:
        screen.warn(f"{escape(check)} ends within a record: the number of missing records is unknown")
    screen.say(f"records: {escape(found.folder)}")
    screen.give({**_empty_result(force, asset), "checked": _checked(chosen[0], found)})
    if found.quarantined:
        raise typer.Exit(Status.RULES_BROKEN)


def _contract(root: Path, force: str, asset: str) -> "Contract":
    from bluelamp.core.contracts import has_assets, read_assets

    if not has_assets(root, force):
        having = sorted(path.parent.name for path in (root / "stacks").glob("*/assets") if path.is_dir())
        raise UsageError(
            f"{force} has no register of information assets",
            next_step=did_you_mean(force, having) or f"write its contracts into stacks/{force}/assets/",
        )
    by_id = {each.asset: each for each in read_assets(root, force)}
    found = by_id.get(asset)
    if found is None:
        raise UsageError(
            f"{force} has no asset {asset}", next_step=did_you_mean(asset, by_id) or f"bluelamp assets {force}"
        )
    if not found.tables:
        raise UsageError(
            f"{found.file} describes no table, so its records are unknown",
            next_step="add its tables under `schema:`",
        )
    return found


def _tables(contract: "Contract", schemas: Sequence["RecordSchema"], table: str | None) -> tuple["RecordSchema", ...]:
    chosen = tuple(each for each in schemas if table in (None, each.name))
    if not chosen:
        names = [each.name for each in schemas]
        raise UsageError(
            f"{contract.file} has no table {table}", next_step=did_you_mean(str(table), names) or ", ".join(names)
        )
    return chosen


def _make(screen: Screen, contract: "Contract", schemas: Sequence["RecordSchema"], target: Path, force: str) -> None:
    from bluelamp.core.files import replace
    from bluelamp.reports.capture import to_html
    from bluelamp.workloads.capture import schema_group

    files: dict[str, str] = {}
    for one, schema in zip(schema_group(schemas), sorted(schemas, key=lambda each: each.name), strict=True):
        files[f"{_file(one.name)}.schema.json"] = one.content
        files[f"{_file(one.name)}.html"] = to_html(contract, schema)
    group = {
        "schemaType": "Json",
        "schemas": [{"name": each.name, "file": f"{_file(each.name)}.schema.json"} for each in schema_group(schemas)],
    }
    files[GROUP] = json.dumps(group, indent=2, ensure_ascii=False) + "\n"
    try:
        for name, text in files.items():
            replace(target / name, text)
    except OSError as error:
        raise unwritable(target, error) from None
    left = [each for schema in schemas for each in schema.not_expressed]
    if left:
        screen.columns(
            ("not in the schema", "of", "checked by"), [(each.what, each.where, each.checked) for each in left]
        )
    screen.show(*(f"wrote {escape(target / name)}" for name in files))
    screen.give(
        {
            **_empty_result(force, contract.asset),
            "schemas": [{"table": each.name, "document": each.document} for each in schemas],
            "notExpressed": [{"where": each.where, "what": each.what, "checked": each.checked} for each in left],
            "written": [str(target / name) for name in files],
        }
    )


def _file(name: str) -> str:
    """A name as the name of a file."""
    return "".join(each if each.isalnum() or each in "._- " else "_" for each in name)


def _check(schema: "RecordSchema", source: Path, target: Path) -> "Checked":
    from bluelamp.workloads.capture import LostRecordsError, UnreadableError, check

    try:
        return check(schema, source, target)
    except UnreadableError as error:
        raise UsageError(f"{source}: {error}", next_step=error.next_step) from None
    except LostRecordsError as error:
        raise BluelampError(f"{source}: {error}", next_step="run the command again; the file is unchanged") from None
    except OSError as error:
        raise unwritable(target, error) from None


def _checked(schema: "RecordSchema", found: "Checked") -> Mapping[str, Any]:
    return {
        "table": schema.name,
        "read": found.read,
        "accepted": found.accepted,
        "quarantined": found.quarantined,
        "truncated": found.truncated,
        "reasons": dict(found.reasons),
        "folder": str(found.folder),
    }


def _empty_result(force: str, asset: str) -> dict[str, Any]:
    return {"force": force, "asset": asset, "schemas": [], "notExpressed": [], "written": [], "checked": None}
