"""The folder of a force's data contracts, read and checked as one register."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from bluelamp.core.contracts.model import Contract, Placement
from bluelamp.core.contracts.places import path_in_lake
from bluelamp.core.contracts.properties import AssetProperties, PlacementProperties
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps, show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.core.validation import validate

ASSETS: Final = "stacks/{force}/assets"
"""The folder of a force's contracts in the project: one `*.yaml` each."""

_OURS: Final = (None, "bluelamp")
M = TypeVar("M", bound=BaseModel)


def has_assets(root: Path, force: str) -> bool:
    """Whether `force` has a register; without one, the standard's package is not imported."""
    return force.isascii() and "/" not in force and (root / ASSETS.format(force=force)).is_dir()


def read_assets(root: Path, force: str) -> tuple[Contract, ...]:
    """The contracts of `force`, by id; empty if there is no folder.

    Raises `SettingsError` with every mistake in every file.
    """
    return read_folder(root / ASSETS.format(force=force), root) if has_assets(root, force) else ()


def read_folder(folder: Path, root: Path) -> tuple[Contract, ...]:
    """The contracts in `folder`, by id; empty if there is no folder. File names are relative to `root`.

    Raises `SettingsError` with every mistake in every file.
    """
    if not folder.is_dir():
        return ()
    problems: list[Problem] = []
    found: list[Contract] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.suffix != ".yaml":
            name = path.relative_to(root).as_posix()
            problems.append(
                Problem(name, message="is not a data contract", allowed="files that end in .yaml", next_step="move it")
            )
            continue
        try:
            found.append(_contract(*content_of(path, root)))
        except SettingsError as error:
            problems += error.problems
    problems += _across(found)
    if problems:
        raise SettingsError(problems)
    return tuple(found)


@lru_cache(maxsize=512)
def _contract(content: bytes, file: str) -> Contract:
    """One contract. Raises `SettingsError` with every mistake in it."""
    from bluelamp.core.contracts import standard

    source = parse(content, file)
    problems = [*source.problems, *standard.findings(source)]
    if problems:
        raise SettingsError(problems)
    values: Mapping[str, Any] = source.values
    problems = list(_identity(values, source))
    properties = _additions(AssetProperties, values, (), source, problems)
    placements = []
    for index, server in enumerate(values.get("servers") or ()):
        own = _additions(PlacementProperties, server, ("servers", index), source, problems)
        if own is not None:
            path = path_in_lake(server.get("location"))
            placements.append(Placement(str(server["server"]), str(server["type"]), own, path))
    if not values.get("servers"):
        problems.append(
            source.problem(
                (),
                "has no servers: it is not known where the data resides",
                next_step="add `servers:` with one entry for each copy",
            )
        )
    if problems or properties is None:
        raise SettingsError(problems)
    return Contract(str(values["id"]), file, standard.document(source), properties, tuple(placements), source)


def _identity(values: Mapping[str, Any], source: Source) -> Iterator[Problem]:
    stem = Path(source.file).stem
    if values["id"] != stem:
        yield source.problem(
            ("id",),
            f"{show(values['id'])} is not the name of the file",
            show(values["id"]),
            f"the file is called {stem}.yaml",
            f"write `id: {stem}`, or rename the file",
        )


def _additions(
    model: type[M], values: Mapping[str, Any], at: Steps, source: Source, problems: list[Problem]
) -> M | None:
    """The custom properties of a part of a contract, as `model`; if wrong, None, and adds to `problems`."""
    rows: dict[str, Any] = {}
    places: dict[str, Steps] = {}
    for index, row in enumerate(values.get("customProperties") or ()):
        name, here = str(row["property"]), (*at, "customProperties", index)
        if row.get("vendor") not in _OURS:
            continue
        if name in rows:
            problems.append(source.problem((*here, "property"), f"duplicate property {show(name)}"))
        rows[name], places[name] = row["value"], here

    def steps_of(loc: Steps) -> Steps:
        if not loc or loc[0] not in places:
            return at
        deeper = (*places[str(loc[0])], "value", *loc[1:])
        return deeper if len(loc) > 1 or str(loc[0]) in known else (*places[str(loc[0])], "property")

    known = {info.alias or name for name, info in model.model_fields.items()}
    for name in [name for name in rows if name not in known]:
        problems.append(
            source.problem(
                (*places[name], "property"),
                f"{show(name)} is not a Bluelamp property",
                name,
                f"known here: {', '.join(sorted(known))}",
                did_you_mean(name, known) or "give a property of another tool its `vendor`",
            )
        )
        del rows[name]
    missing = [
        info.alias or name
        for name, info in model.model_fields.items()
        if info.is_required() and (info.alias or name) not in rows
    ]
    for name in missing:
        problems.append(
            source.problem(
                at, f"{name} is missing", next_step=f"add `{{property: {name}, value: …}}` to customProperties"
            )
        )
    if missing:
        return None
    made, wrong = validate(model, rows, source, steps_of)
    problems += wrong
    return made


def _across(contracts: Sequence[Contract]) -> Iterator[Problem]:
    """Unknown or cyclic lineage, and resources that two assets claim as the same copy."""
    by_id = {contract.asset: contract for contract in contracts}
    for contract in contracts:
        for index, before in enumerate(contract.properties.lineage):
            steps = _lineage_steps(contract, index)
            if before not in by_id:
                yield contract.source.problem(
                    steps,
                    f"no asset is called {show(before)}",
                    before,
                    "",
                    did_you_mean(before, by_id) or "add its contract, or remove it from lineage",
                )
            elif circle := _circle(before, contract.asset, by_id):
                path = " -> ".join(circle)
                yield contract.source.problem(
                    steps, f"lineage is a circle: {path}", before, "", "remove one of these steps"
                )


def _lineage_steps(contract: Contract, index: int) -> Steps:
    rows = contract.source.values.get("customProperties") or ()
    for row, value in enumerate(rows):
        if value.get("property") == "lineage":
            return ("customProperties", row, "value", index)
    return ()


def _circle(start: str, goal: str, by_id: Mapping[str, Contract]) -> list[str] | None:
    """The lineage cycle from `goal` back to itself through `start`; None if there is none."""
    paths = [[goal, start]]
    seen = {start}
    while paths:
        path = paths.pop()
        if path[-1] == goal:
            return path
        here = by_id.get(path[-1])
        for before in here.properties.lineage if here else ():
            if before not in seen:
                seen.add(before)
                paths.append([*path, before])
    return None
