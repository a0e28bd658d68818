"""One side of a comparison as plain JSON: a force's plan, its verdicts and its cost.

This file also runs with the packages of the base's commit. It uses little of them, and an attribute that an older
commit lacks counts as empty.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

VERSION: Final = 1
"""Changes with the meaning of a snapshot."""
MARK: Final = "\u0000"
"""The key of an object that represents a value without a JSON form: an unknown value, a secret, a file."""
OPEN: Final = frozenset({"fail", "error", "unknown", "exempt"})
"""The verdicts that are compared."""


def snapshot(
    plan: Any, report: Any, costs: Any, key: bytes, place: Callable[[Any], tuple[str, int] | None] = lambda _: None
) -> dict[str, Any]:
    """The snapshot of a planned force; `report` and `costs` may be None.

    Secrets become digests under `key`, which reveal changes but not values. `place` converts the SDK's source position
    to a file of the project and a line.
    """
    return {
        "version": VERSION,
        "stack": plan.stack,
        "resources": {each.urn: _resource(each, key, place) for each in plan.resources if _counts(each)},
        "components": {each.urn: each.parent for each in plan.resources if not each.custom},
        "outputs": {name: encoded(value, key) for name, value in plan.outputs.items()},
        "errors": list(plan.errors),
        "verdicts": [_verdict(each) for each in report.findings if str(each.verdict) in OPEN] if report else [],
        "titles": {each.id: each.failure or each.title for each in report.rules} if report else {},
        "cost": None if costs is None else str(costs.total),
    }


def side_of(plan: Any, report: Any, root: Path, key: bytes) -> tuple[dict[str, Any], Any]:
    """The `snapshot` of a plan with its report and its cost, and that cost. The cost is None if `costError` is set."""
    from bluelamp.core.problems import SettingsError

    try:
        from bluelamp.cost.estate import cost_of_plan
    except ImportError:  # an older base
        from bluelamp.cost.price import cost_of_plan  # type: ignore[import-not-found,no-redef] # only the base has it

    costs, cost_error = None, ""
    try:
        costs = cost_of_plan(plan, root)
    except SettingsError as error:
        cost_error = "; ".join(map(str, error.problems))
    return {"snapshot": snapshot(plan, report, costs, key, _program_line(root)), "costError": cost_error}, costs


def _program_line(root: Path) -> Any:
    """Converts the SDK's source position to a file of the project and a line."""
    try:
        from bluelamp.origins.locations import program_line, project_folders
    except ImportError:  # an older base
        from bluelamp.origins import places

        program_line, project_folders = places.program_line, places._bases
    folders = project_folders(root)
    return lambda position: program_line(position, folders)


def _counts(each: Any) -> bool:
    """Whether a resource is compared: not the stack, and components only if rules judge them."""
    return (each.custom or bool(each.inputs)) and each.type != "pulumi:pulumi:Stack"


def _resource(each: Any, key: bytes, place: Callable[[Any], tuple[str, int] | None]) -> dict[str, Any]:
    found = place(each.position)
    return {
        "custom": each.custom,
        "inputs": {name: encoded(value, key) for name, value in each.inputs.items()},
        "references": {name: sorted(urns) for name, urns in each.references.items()},
        "parent": each.parent,
        "protect": each.protect,
        "aliases": list(each.aliases),
        # An older base has them as `ignored` and `replaced_on`.
        "ignore": list(getattr(each, "ignore_changes", getattr(each, "ignored", ()))),
        "forced": list(getattr(each, "replace_on_changes", getattr(each, "replaced_on", ()))),
        "failures": [f"{one.path}: {one.reason}" if one.path else one.reason for one in each.failures],
        "place": list(found) if found else None,
    }


def _verdict(each: Any) -> dict[str, Any]:
    return {
        "rule": each.rule.id,
        "level": str(each.rule.enforcement),
        "severity": str(each.rule.severity),
        "verdict": str(each.verdict),
        "urn": each.urn,
        "type": each.type,
        "name": each.name,
        "path": each.path,
        "message": each.message,
        "place": list(each.source) if each.source else None,
    }


def encoded(value: Any, key: bytes) -> Any:
    """`value` as JSON; secrets become digests."""
    from bluelamp.rehearsal.values import UNKNOWN, Blob, Secret

    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if value is UNKNOWN or isinstance(value, (Secret, Blob)):
        return _marked(value, key)
    if isinstance(value, Mapping):
        return {str(name): encoded(item, key) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [encoded(item, key) for item in value]
    return str(value)


def _marked(value: Any, key: bytes) -> dict[str, Any]:
    from bluelamp.rehearsal.values import Blob, Secret

    if isinstance(value, Secret):
        return {MARK: "secret", "digest": _digest(encoded(value.value, key), key)}
    if isinstance(value, Blob):
        return {MARK: "file", "digest": _digest({name: str(item) for name, item in value.fields.items()}, key)}
    return {MARK: "unknown"}


def _digest(value: Any, key: bytes) -> str:
    return hmac.new(key, json.dumps(value, sort_keys=True).encode(), hashlib.sha256).hexdigest()
