"""The checks of a contract: its quality rules, its schema and its SLAs.

The semantics of rules follow the standard and other tools:

- `nullValues` counts rows without a value. In a CSV file an empty field is null.
- `missingValues` counts these and the values in `arguments.missingValues`.
- `invalidValues` counts non-missing values that `arguments` (`validValues`, `pattern`) do not allow.
- `duplicateValues` counts values, or combinations of `arguments.properties`, that occur more than once. Combinations
  with a null are ignored.
- `unit: percent` compares the count as a percentage of the table's rows.

`required`, `unique`, `primaryKey`, `enum`, `logicalType` and its options also become checks. Unsupported options, and
properties nested in a column, become checks that are not run.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal, get_args

from open_data_contract_standard.model import DataQuality, SchemaObject, SchemaProperty, ServiceLevelAgreementProperty

from bluelamp.core.contracts import Contract
from bluelamp.core.source import Steps, show, spell
from bluelamp.core.suggestions import did_you_mean

Metric = Literal[
    "columns",
    "records",
    "rowCount",
    "nullValues",
    "missingValues",
    "invalidValues",
    "duplicateValues",
    "sql",
    "latency",
    "frequency",
]
Severity = Literal["error", "warning", "info"]
Dimension = Literal["accuracy", "completeness", "conformity", "consistency", "coverage", "timeliness", "uniqueness"]
Operator = Literal[
    "mustBe",
    "mustNotBe",
    "mustBeGreaterThan",
    "mustBeGreaterOrEqualTo",
    "mustBeLessThan",
    "mustBeLessOrEqualTo",
    "mustBeBetween",
    "mustNotBeBetween",
]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
OPERATORS: Final[tuple[Operator, ...]] = get_args(Operator)

_DIMENSION: Final[Mapping[str, Dimension]] = {
    "columns": "conformity",
    "records": "conformity",
    "rowCount": "completeness",
    "nullValues": "completeness",
    "missingValues": "completeness",
    "invalidValues": "conformity",
    "duplicateValues": "uniqueness",
    "sql": "accuracy",
    "latency": "timeliness",
    "frequency": "coverage",
}
_WORDS: Final[Mapping[str, str]] = {
    "mustBe": "",
    "mustNotBe": "not ",
    "mustBeGreaterThan": "> ",
    "mustBeGreaterOrEqualTo": "≥ ",
    "mustBeLessThan": "< ",
    "mustBeLessOrEqualTo": "≤ ",
}
_SEVERITIES: Final[Mapping[str, Severity]] = {
    "info": "info",
    "information": "info",
    "warning": "warning",
    "warn": "warning",
    "low": "warning",
    "minor": "warning",
}
_DAYS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("h", "hr", "hour", "hours"), 1 / 24),
    **dict.fromkeys(("d", "day", "days"), 1.0),
    **dict.fromkeys(("w", "wk", "week", "weeks"), 7.0),
    **dict.fromkeys(("month", "months"), 31.0),
    **dict.fromkeys(("y", "yr", "year", "years"), 365.0),
}
_LATENCY: Final = frozenset({"latency", "freshness", "ly"})
_FREQUENCY: Final = frozenset({"frequency", "fy"})
_MONTH: Final = re.compile("[12][0-9]{3}-(0[1-9]|1[0-2])")
_CHECKED_TYPES: Final = frozenset({"integer", "number", "date", "timestamp", "boolean"})
_BOUNDS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_OPTIONS: Final[Mapping[str | None, tuple[str, ...]]] = {
    "integer": (*_BOUNDS, "multipleOf"),
    "number": (*_BOUNDS, "multipleOf"),
    "date": _BOUNDS,
    "timestamp": _BOUNDS,
}
"""The supported options of logical types, except text."""
_TEXT_OPTIONS: Final = ("pattern", "minLength", "maxLength")
_NOTES: Final = frozenset({"timezone", "defaultTimezone"})
"""Options that do not constrain values."""
FORMATS: Final[Mapping[str, str]] = {
    "uuid": "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "email": r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+",
}
"""The supported text formats, each with the pattern for the whole value."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """The condition on a measured value."""

    operator: Operator
    value: Any
    """A number; two for `…Between`, both included; for `mustBe` and `mustNotBe` of a query any plain value."""

    def holds(self, found: object) -> bool:  # noqa: PLR0911 - one for each operator
        """Whether `found` meets the condition."""
        value = self.value
        match self.operator:
            case "mustBe":
                return bool(found == value)
            case "mustNotBe":
                return bool(found != value)
            case "mustBeBetween":
                return bool(value[0] <= _number(found) <= value[1])
            case "mustNotBeBetween":
                return not value[0] <= _number(found) <= value[1]
            case "mustBeGreaterThan":
                return bool(_number(found) > value)
            case "mustBeGreaterOrEqualTo":
                return bool(_number(found) >= value)
            case "mustBeLessThan":
                return bool(_number(found) < value)
            case "mustBeLessOrEqualTo":
                return bool(_number(found) <= value)

    @property
    def needs_number(self) -> bool:
        """Whether the condition applies to numbers only."""
        return self.operator not in ("mustBe", "mustNotBe") or isinstance(self.value, int | float)

    def __str__(self) -> str:
        if self.operator in ("mustBeBetween", "mustNotBeBetween"):
            words = "between" if self.operator == "mustBeBetween" else "not between"
            return f"{words} {_short(self.value[0])} and {_short(self.value[1])}"
        return f"{_WORDS[self.operator]}{_short(self.value)}"


def _number(found: object) -> float:
    assert isinstance(found, int | float)
    return found


def _short(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return show(value, quote=False)
    return f"{value:,}" if isinstance(value, int) else f"{value:,g}"


@dataclass(frozen=True, slots=True)
class Check:
    """A check of a contract on a table."""

    id: str
    """Stable while the rule is unchanged: `street.Crime ID.duplicateValues`, with `#2` for a second one."""
    asset: str
    table: str
    columns: tuple[str, ...]
    """Empty for the table as a whole."""
    metric: Metric
    threshold: Threshold | None
    dimension: Dimension
    severity: Severity = "error"
    percent: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    description: str = ""
    file: str = ""
    line: int = 0
    path: str = ""
    """The path of the rule in the contract."""
    unrunnable: str = ""
    """Why it cannot be run; empty if it can."""

    @property
    def is_sla(self) -> bool:
        """Whether it is a service level, not a rule on rows."""
        return self.metric in ("latency", "frequency")

    @property
    def title(self) -> str:
        """A one-line description."""
        if self.name or self.description:
            return self.name or self.description
        what = ", ".join(self.columns) or self.table
        unit = " %" if self.percent else ""
        rule = f" {self.threshold}{unit}" if self.threshold else ""
        kind = self.arguments.get("type") or next((each for each in self.arguments), "")
        return f"{what}: {self.metric}{f' ({kind})' if self.metric == 'invalidValues' and kind else ''}{rule}"


def checks_of(contract: Contract) -> tuple[Check, ...]:
    """The checks of `contract`, in the order of the file. `unrunnable` is why a check cannot be run."""
    found: list[Check] = []
    for index, table in enumerate(contract.tables):
        found += _of_table(contract, table, ("schema", index))
    for index, row in enumerate(contract.document.slaProperties or ()):
        found += _of_sla(contract, row, ("slaProperties", index))
    used: dict[str, int] = {}
    numbered = []
    for each in found:
        used[each.id] = used.get(each.id, 0) + 1
        numbered.append(replace(each, id=f"{each.id}#{used[each.id]}") if used[each.id] > 1 else each)
    return tuple(numbered)


@dataclass(frozen=True, slots=True)
class _Maker:
    contract: Contract
    table: str

    def make(self, metric: Metric, columns: Sequence[str], steps: Steps, **rest: Any) -> Check:
        parts = (self.table, ",".join(columns), metric)
        line, _ = self.contract.source.at(steps)
        return Check(
            id=".".join(each for each in parts if each),
            asset=self.contract.asset,
            table=self.table,
            columns=tuple(columns),
            metric=metric,
            dimension=rest.pop("dimension", None) or _DIMENSION[metric],
            file=self.contract.file,
            line=line,
            path=spell(steps),
            threshold=rest.pop("threshold", Threshold("mustBe", 0)),
            **rest,
        )


def _of_table(contract: Contract, table: SchemaObject, steps: Steps) -> Iterator[Check]:
    make = _Maker(contract, table.name or "")
    properties = tuple(table.properties or ())
    names = [each.name or "" for each in properties]
    yield make.make("columns", (), steps, threshold=None, name="Has the columns of the contract")
    yield make.make("records", (), steps, severity="warning", name="Every record has a value for each column")
    for number, rule in enumerate(table.quality or ()):
        yield from _of_rule(make, rule, None, names, (*steps, "quality", number))
    for number, each in enumerate(properties):
        here = (*steps, "properties", number)
        yield from _schema_checks(make, each, here)
        for place, rule in enumerate(each.quality or ()):
            yield from _of_rule(make, rule, each.name or "", names, (*here, "quality", place))
    key = sorted((each for each in properties if each.primaryKey), key=lambda each: each.primaryKeyPosition or 0)
    if key:
        columns = [each.name or "" for each in key]
        yield make.make("duplicateValues", columns, steps, name=f"Primary key ({', '.join(columns)}) is unique")


def _schema_checks(make: _Maker, each: SchemaProperty, steps: Steps) -> Iterator[Check]:
    """The checks from a column's schema."""
    column = each.name or ""
    if each.required or each.primaryKey:
        yield make.make("nullValues", (column,), steps, name=f"{column} is present")
    if each.unique and not each.primaryKey:
        yield make.make("duplicateValues", (column,), steps, name=f"{column} is unique")
    kind, options = each.logicalType, dict(each.logicalTypeOptions or {})
    if kind in _CHECKED_TYPES:
        yield make.make("invalidValues", (column,), steps, arguments={"type": kind}, name=f"{column} is of type {kind}")
    if each.enum:
        values = [one.value for one in each.enum]
        yield make.make(
            "invalidValues", (column,), steps, arguments={"validValues": values}, name=f"{column} is a listed value"
        )
    for option in (*_TEXT_OPTIONS, *_OPTIONS.get(kind, ()), *options):
        value = options.pop(option, None)
        if value is None or option in _NOTES or (kind == "date" and value == "yyyy-MM-dd"):
            continue
        arguments: dict[str, Any] = {option: value}
        reason = ""
        if option == "format" and value in FORMATS:
            arguments = {"pattern": f"^({FORMATS[value]})$"}
        elif option not in _TEXT_OPTIONS and option not in _OPTIONS.get(kind, ()):
            reason = f"{option} of {kind or 'a column without a type'} is not judged here"
        elif kind in ("date", "timestamp"):
            arguments["as"] = kind
            if not _is_day(value):
                reason = f"{show(value)} is not a date to compare with"
        yield make.make(
            "invalidValues",
            (column,),
            steps,
            arguments=arguments,
            name=f"{column} has {option} {show(value, quote=False)}",
            severity="warning" if reason else "error",
            unrunnable=reason,
        )
    if each.properties or each.items or each.map:
        reason = "what is nested in a column is not judged here"
        yield make.make(
            "invalidValues",
            (column,),
            steps,
            name=f"{column} has the values of its own properties",
            severity="warning",
            unrunnable=reason,
        )


def _is_day(value: object) -> bool:
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _of_rule(
    make: _Maker, rule: DataQuality, column: str | None, names: Sequence[str], steps: Steps
) -> Iterator[Check]:
    kind = rule.type or "library"
    if kind == "text" or (kind == "library" and rule.metric is None and rule.rule is None):
        return  # for people
    options: dict[str, Any] = {
        "severity": _SEVERITIES.get((rule.severity or "").casefold(), "error"),
        "name": rule.name or "",
        "description": rule.description or "",
    }
    if rule.dimension in DIMENSIONS:
        options["dimension"] = rule.dimension
    columns: tuple[str, ...] = () if column is None else (column,)
    threshold = _threshold(rule)
    if kind not in {"library", "sql"}:
        reason = f"a rule of type {kind} needs another engine ({rule.engine or 'not named'})"
        yield make.make("sql", columns, steps, threshold=threshold, unrunnable=reason, **options)
        return
    arguments = dict(rule.arguments or {})
    percent = (rule.unit or "").casefold() in ("percent", "%")
    if kind == "sql":
        metric: Metric = "sql"
        arguments = {"query": rule.query or ""}
        reason = "a query has no rows to take a percentage of" if percent else ""
    else:
        metric = rule.metric or rule.rule  # type: ignore[assignment] # the standard's schema knows the five
        reason = _unrunnable(metric, column, arguments, names, percent=percent)
        if metric == "duplicateValues" and column is None and not reason:
            columns = tuple(str(each) for each in arguments["properties"])
    if threshold is None:
        reason = reason or "the rule has no comparison"
    elif metric != "sql" and not _numeric(threshold):
        reason = reason or f"{show(threshold.value)} is not a number to compare a count with"
    if threshold is not None and isinstance(threshold.value, list) and threshold.value[0] > threshold.value[1]:
        reason = reason or f"{threshold}: the smaller number comes first"
    yield make.make(
        metric, columns, steps, threshold=threshold, percent=percent, arguments=arguments, unrunnable=reason, **options
    )


def _numeric(threshold: Threshold) -> bool:
    values = threshold.value if isinstance(threshold.value, list) else [threshold.value]
    return all(isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each) for each in values)


def _threshold(rule: DataQuality) -> Threshold | None:
    for operator in OPERATORS:
        value = getattr(rule, operator)
        if value is not None:
            return Threshold(operator, value)
    return None


def _unrunnable(  # noqa: PLR0911 - one for each reason
    metric: str, column: str | None, arguments: Mapping[str, Any], names: Sequence[str], *, percent: bool
) -> str:
    if metric not in ("rowCount", "nullValues", "missingValues", "invalidValues", "duplicateValues"):
        return f"{show(metric)} is not a metric of the standard"
    if metric == "rowCount":
        if column is not None:
            return "rowCount belongs to a table, not to a column"
        return "rowCount has no rows to take a percentage of" if percent else ""
    if metric == "duplicateValues" and column is None:
        return _unknown_columns(arguments.get("properties"), names)
    if column is None:
        return f"{metric} belongs to a column, not to a table"
    if metric == "invalidValues":
        if not {"validValues", "pattern"} & arguments.keys():
            return "invalidValues needs the argument validValues or pattern"
        if not isinstance(arguments.get("validValues", []), list):
            return "validValues is not a list"
        if not isinstance(arguments.get("pattern", ""), str):
            return "pattern is not text"
    if metric == "missingValues" and not isinstance(arguments.get("missingValues", []), list):
        return "missingValues is not a list"
    return ""


def _unknown_columns(properties: object, names: Sequence[str]) -> str:
    if not isinstance(properties, list) or not properties:
        return "duplicateValues of a table needs the argument properties: the columns that are unique together"
    for each in properties:
        if each not in names:
            return f"{show(each)} is not a column of the table; {did_you_mean(str(each), names) or 'see properties'}"
    return ""


def _of_sla(contract: Contract, row: ServiceLevelAgreementProperty, steps: Steps) -> Iterator[Check]:
    """The checks of freshness (`latency`) and monthly completeness (`frequency`); other SLAs do not concern data."""
    word = (row.property or "").casefold()
    metric: Metric
    if word in _LATENCY:
        metric = "latency"
    elif word in _FREQUENCY:
        metric = "frequency"
    else:
        return
    table, column, reason = _element(contract, row.element or contract.document.slaDefaultElement or "")
    unit = (row.unit or "d").casefold()
    number = row.value if isinstance(row.value, int | float) and not isinstance(row.value, bool) else None
    custom = {str(each.property): each.value for each in row.customProperties or ()}
    arguments: dict[str, Any] = {}
    threshold = None
    if not reason and (number is None or number <= 0):
        reason = f"{show(row.value)} is not a number of {row.unit or 'days'}"
    if metric == "latency":
        if not reason and unit not in _DAYS:
            reason = f"{show(row.unit)} is not a unit of time here: use h, d, week, month or y"
        if not reason and number is not None:
            threshold = Threshold("mustBeLessOrEqualTo", number * _DAYS[unit])
    else:
        if not reason and (unit not in ("month", "months") or number != 1):
            reason = "only a frequency of 1 month is judged"
        for each in ("since", "until"):
            if each in custom:
                arguments[each] = custom[each]
                if not _MONTH.fullmatch(str(custom[each])):
                    reason = reason or f"{each}: {show(custom[each])} is not a month such as 2026-04"
    yield _Maker(contract, table).make(
        metric,
        (column,) if column else (),
        steps,
        threshold=threshold,
        arguments=arguments,
        unrunnable=reason,
        name=row.description
        or f"{'Freshness' if metric == 'latency' else 'Completeness by month'} of {table or 'the data'}",
    )


def _element(contract: Contract, element: str) -> tuple[str, str, str]:
    """The table and column of `table.column`, and the error if it is invalid."""
    by_name = {each.name or "": each for each in contract.tables}
    first = next(iter(by_name), "")
    if not element:
        return first, "", "it names no element: add `element: table.column`"
    for name, table in by_name.items():
        if element.startswith(f"{name}."):
            column = element.removeprefix(f"{name}.")
            columns = [each.name or "" for each in table.properties or ()]
            if column in columns:
                return name, column, ""
            return name, "", f"{show(column)} is not a column of {name}; {did_you_mean(column, columns)}".rstrip("; ")
    return first, "", f"{show(element)} names no table of the contract: write table.column"
