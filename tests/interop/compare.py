"""The checks of both programs on the same contract, side by side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from bluelamp.workloads.quality import Result

_KINDS = {
    "field_is_present": "columns",
    "field_required": "nullValues",
    "field_primary_key_required": "nullValues",
    "field_unique": "duplicateValues",
    "field_primary_key_unique": "duplicateValues",
    "field_null_values": "nullValues",
    "field_missing_values": "missingValues",
    "field_duplicate_values": "duplicateValues",
    "model_duplicate_values": "duplicateValues",
    "row_count": "rowCount",
    "model_quality_sql": "sql",
    "field_quality_sql": "sql",
}
_INVALID = {
    "field_enum": "validValues",
    "field_minimum": "minimum",
    "field_maximum": "maximum",
    "field_min_length": "minLength",
    "field_max_length": "maxLength",
    "field_regex": "pattern",
}
DIFFERENCES = Path(__file__).with_name("differences.yaml")


@dataclass(frozen=True)
class Side:
    """One program's result of a check."""

    outcome: str
    """`pass`, `fail` or `not run`."""
    value: float | str | None
    reason: str = ""

    def __str__(self) -> str:
        value = "" if self.value is None else f" ({self.value:g})" if isinstance(self.value, float | int) else ""
        return f"{self.outcome}{value}"


@dataclass(frozen=True)
class Row:
    """One check of a contract; None for a program that does not have it."""

    contract: str
    check: str
    ours: Side | None
    theirs: Side | None
    explained: str = ""

    @property
    def agrees(self) -> bool:
        """Whether both found the same value and gave the same result."""
        if self.ours is None or self.theirs is None or self.ours.outcome != self.theirs.outcome:
            return False
        return None in (self.ours.value, self.theirs.value) or self.ours.value == self.theirs.value


def rows(contract: str, ours: Sequence[Result], theirs: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Every check of either program. Several checks of one kind on one field are matched in order."""
    left, right = _numbered(map(_ours, ours)), _numbered(map(_theirs, theirs))
    # The other program checks for each column separately.
    columns = {name for name in right if name.startswith("columns")}
    held = "columns" in left and all(right[name].outcome == left["columns"].outcome for name in columns)
    made = [Row(contract, "columns", left.pop("columns", None), Side("pass", None) if held and columns else None)]
    for name in columns:
        if not held:
            made.append(Row(contract, name, None, right[name]))
        del right[name]
    made += [Row(contract, name, left.get(name), right.get(name)) for name in dict.fromkeys((*left, *right))]
    return explained(made)


def explained(made: Iterable[Row]) -> list[Row]:
    """The rows that differ, with the explanations in `differences.yaml`."""
    known = yaml.safe_load(DIFFERENCES.read_text("utf-8"))
    found = []
    for row in made:
        why = next(
            (
                each["because"]
                for each in known
                if not row.agrees
                and fnmatchcase(row.contract, each.get("contract", "*"))
                and fnmatchcase(row.check, each["check"])
                and each["only"] == ("here" if row.theirs is None else "there" if row.ours is None else "differs")
            ),
            "",
        )
        found.append(Row(row.contract, row.check, row.ours, row.theirs, why))
    return found


def _numbered(pairs: Iterable[tuple[str, Side]]) -> dict[str, Side]:
    found: dict[str, Side] = {}
    for name, side in pairs:
        count = 2
        unique = name
        while unique in found:
            unique, count = f"{name}#{count}", count + 1
        found[unique] = side
    return found


def _ours(result: Result) -> tuple[str, Side]:
    check = result.check
    kind = check.metric + (f" {'/'.join(_kinds(check.arguments))}" if check.metric == "invalidValues" else "")
    field = "" if check.metric in ("columns", "records", "sql") else ", ".join(check.columns)
    value = result.value if isinstance(result.value, int | float) and check.metric != "columns" else None
    return f"{kind} {field}".strip(), Side(result.outcome.value, value, result.reason)


def _theirs(check: Mapping[str, Any]) -> tuple[str, Side]:
    diagnostics = check["diagnostics"] or {}
    kind = check["type"]
    if kind == "field_invalid_values":
        constraint = diagnostics.get("constraint", {})
        listed = [{"valid_values": "validValues"}.get(each, each) for each in constraint]
        named = f"invalidValues {'/'.join(listed)}"
    elif kind in _INVALID:
        named = f"invalidValues {_INVALID[kind]}"
    else:
        named = _KINDS.get(kind, kind)
    field = ", ".join(diagnostics.get("columns") or ()) or check["field"] or ""
    field = "" if named == "sql" else field
    outcome = {"passed": "pass", "failed": "fail", "warning": "fail"}.get(check["result"], "not run")
    if "rror evaluating" in str(check["reason"]):
        outcome = "not run"
    return f"{named} {field}".strip(), Side(outcome, diagnostics.get("value"), check["reason"] or "")


def _kinds(arguments: Mapping[str, Any]) -> list[str]:
    return [each for each in ("type", "validValues", "pattern") if each in arguments] or list(arguments)
