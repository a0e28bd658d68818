"""JSON Schemas (2020-12) of the records of a contract's tables, and what they cannot express."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from open_data_contract_standard.model import DataQuality, SchemaObject, SchemaProperty

from bluelamp.core.contracts import Contract
from bluelamp.core.source import show
from bluelamp.workloads.capture import patterns
from bluelamp.workloads.capture.formats import FORMATS, PATTERNS, moment
from bluelamp.workloads.quality.checks import OPERATORS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ALL_ROWS: Final = "`bluelamp quality`, over all rows"
ONE_FILE: Final = "`bluelamp capture --check` within a file, `bluelamp quality` over all rows"
CHECK: Final = "`bluelamp capture --check`"
NOT_CHECKED: Final = "not checked"

_BOUNDS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_NUMBERS: Final = (*_BOUNDS, "multipleOf")
_MOMENTS: Final = {"date": "date", "timestamp": "iso-date-time", "time": "iso-time"}
_WITH_OFFSET: Final = {"timestamp": "date-time", "time": "time"}
_TYPES: Final = {"integer": "integer", "number": "number", "boolean": "boolean", "object": "object", "map": "object"}
_AT_MOST: Final = ("mustBeLessThan", "mustBeLessOrEqualTo", "mustBeBetween")


@dataclass(frozen=True, slots=True)
class NotExpressed:
    """A constraint of the contract that the JSON Schema of a record does not express."""

    where: str
    """The table, or the table and the property."""
    what: str
    checked: str
    """Where it is checked instead, or `not checked`."""


@dataclass(frozen=True, slots=True)
class RecordSchema:
    """The schema of a table's records."""

    asset: str
    table: SchemaObject
    document: Mapping[str, Any]
    not_expressed: tuple[NotExpressed, ...]
    keys: tuple[tuple[str, ...], ...]
    """Unique keys: combinations of properties."""

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name or ""


def record_schemas(contract: Contract) -> tuple[RecordSchema, ...]:
    """A schema for each table of `contract`, in its order."""
    return tuple(_of_table(contract, table) for table in contract.tables)


@dataclass(slots=True)
class _SchemaBuilder:
    """Builds the schema of a table and records what it does not express."""

    table: str
    not_expressed: list[NotExpressed] = field(default_factory=list)

    def not_enforced(self, path: Sequence[str], what: str, checked: str) -> None:
        self.not_expressed.append(NotExpressed(".".join((self.table, *path)), what, checked))

    def properties(
        self, listed: Sequence[SchemaProperty], path: Sequence[str], wanted: Sequence[str]
    ) -> dict[str, Any]:
        """The schema of an object with these properties."""
        made, required = {}, []
        for each in listed:
            name = each.name or ""
            present = bool(
                each.required or each.primaryKey or name in wanted or any(map(_is_presence, each.quality or ()))
            )
            made[name] = self.property(each, (*path, name), present=present)
            if present:
                required.append(name)
        for name in wanted:
            if name not in made:
                self.not_enforced(path, f"required: {name}, which is not a property", NOT_CHECKED)
        found: dict[str, Any] = {"type": "object", "properties": made}
        if required:
            found["required"] = required
        return {**found, "additionalProperties": False}

    def property(self, each: SchemaProperty, path: Sequence[str], *, present: bool) -> dict[str, Any]:
        """The schema of a property's value, which includes null if the property is optional."""
        kind = each.logicalType
        found = self.typed(each, path, present=present)
        if each.enum:
            found["enum"] = [_value(kind, one.value) for one in each.enum]
        for rule in each.quality or ():
            self.rule(rule, kind, found, path)
        if each.relationships:
            self.not_enforced(path, "relationships: that the value is one of another table", NOT_CHECKED)
        if each.unique or each.primaryKey:
            self.not_enforced(path, "primaryKey" if each.primaryKey else "unique", ONE_FILE)
        annotations = {"title": each.businessName, "description": each.description, "examples": each.examples}
        notes: dict[str, Any] = {key: value for key, value in annotations.items() if value}
        if each.deprecated:
            notes["deprecated"] = True
        return {**notes, **(found if present else _or_null(found))}

    def typed(  # noqa: PLR0912 - one for each type
        self, each: SchemaProperty, path: Sequence[str], *, present: bool
    ) -> dict[str, Any]:
        """The schema of the logical type with its options. Options without a keyword are recorded."""
        kind, options = each.logicalType, dict(each.logicalTypeOptions or {})
        found: dict[str, Any]
        match kind:
            case "integer" | "number":
                found = {"type": kind} | {key: options.pop(key) for key in _NUMBERS if options.get(key) is not None}
                if kind == "integer":
                    _sized(found, options.pop("format", None))
            case "date" | "timestamp" | "time":
                found = self.moment(kind, options, path)
            case "object":
                found = self.properties(each.properties or (), path, options.pop("required", None) or ())
                _take(found, options, "minProperties", "maxProperties")
            case "map":
                pair = each.map
                key = self.property(pair.key, (*path, "key"), present=True) if pair and pair.key else {}
                value = self.property(pair.value, (*path, "value"), present=True) if pair and pair.value else {}
                found = {"type": "object", "propertyNames": key, "additionalProperties": value}
            case "array":
                items = self.property(each.items, (*path, "items"), present=True) if each.items else {}
                found = {"type": "array", "items": items}
                _take(found, options, "minItems", "maxItems", "uniqueItems")
            case "vector":
                size = options.pop("dimensions", None)
                found = {"type": "array", "items": {"type": "number"}, "minItems": size, "maxItems": size}
            case "boolean":
                found = {"type": "boolean"}
            case "string":
                found = {"type": "string"}
                _take(found, options, "minLength", "maxLength")
                self.text(found, options, path)
            case _:
                found = {"type": ["string", "number", "boolean"]}
        if present and kind in ("string", None):
            # A required value is not null, and an empty field of a CSV file or form counts as null.
            found["minLength"] = max(1, found.get("minLength", 0))
        for name, value in options.items():
            if value is not None and value is not False:
                self.not_enforced(path, f"{name}: {show(value, quote=False)}", NOT_CHECKED)
        return found

    def text(self, found: dict[str, Any], options: dict[str, Any], path: Sequence[str]) -> None:
        pattern = options.pop("pattern", None)
        if pattern is not None:
            self.pattern(found, str(pattern), path)
        if (kind := options.get("format")) == "byte":
            found["contentEncoding"] = "base64"
            self.not_enforced(path, "format: byte (contentEncoding is a note)", NOT_CHECKED)
            del options["format"]
        elif kind in FORMATS:
            found["format"] = options.pop("format")

    def pattern(self, found: dict[str, Any], pattern: str, path: Sequence[str]) -> None:
        if why := patterns.problem(pattern):
            self.not_enforced(path, f"pattern {show(pattern)}: {why}", NOT_CHECKED)
        elif "pattern" in found:
            found.setdefault("allOf", []).append({"pattern": pattern})
        else:
            found["pattern"] = pattern

    def moment(self, kind: str, options: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
        offset = bool(options.pop("timezone", False))
        options.pop("defaultTimezone", None)
        name = _WITH_OFFSET[kind] if offset and kind in _WITH_OFFSET else _MOMENTS[kind]
        found: dict[str, Any] = {"type": "string", "format": name, "pattern": PATTERNS[name]}
        self.not_enforced(path, f"that the {kind} exists in the calendar (`format` is a note)", CHECK)
        for bound in _BOUNDS:
            value = options.get(bound)
            if value is not None and moment(name, str(value)) is not None:
                found["format" + bound[0].upper() + bound[1:]] = str(options.pop(bound))
                self.not_enforced(path, f"{bound}: {value}", CHECK)
        if kind == "date" and options.get("format") == "yyyy-MM-dd":
            del options["format"]
        return found

    def rule(self, rule: DataQuality, kind: str | None, found: dict[str, Any], path: Sequence[str]) -> None:
        """Adds a quality rule of a property to the schema, if it applies to each value.

        A rule that tolerates some invalid values still defines which are valid, and new records must be valid.
        """
        metric = rule.metric or rule.rule
        arguments = rule.arguments or {}
        if _is_strict(rule):
            if metric == "nullValues" and rule.mustBe == 0:
                return
            if metric == "missingValues" and rule.mustBe == 0:
                listed = [_value(kind, each) for each in arguments.get("missingValues") or () if each is not None]
                if listed:
                    found.setdefault("allOf", []).append({"not": {"enum": listed}})
                return
            if metric == "invalidValues" and (rule.mustBe == 0 or any(getattr(rule, each) for each in _AT_MOST)):
                valid = arguments.get("validValues")
                if isinstance(valid, list):
                    values = [_value(kind, each) for each in valid if each is not None]
                    found["enum"] = [each for each in found.get("enum", values) if each in values]
                if isinstance(arguments.get("pattern"), str):
                    self.pattern(found, arguments["pattern"], path)
                return
        self.not_enforced(path, _describe(rule), ALL_ROWS if metric or rule.type == "sql" else NOT_CHECKED)


def _of_table(contract: Contract, table: SchemaObject) -> RecordSchema:
    builder = _SchemaBuilder(table.name or "")
    listed = table.properties or ()
    made = builder.properties(listed, (), ())
    for rule in table.quality or ():
        builder.not_enforced(
            (), _describe(rule), ALL_ROWS if (rule.metric or rule.rule or rule.type == "sql") else NOT_CHECKED
        )
    for row in contract.document.slaProperties or ():
        element = row.element or contract.document.slaDefaultElement or ""
        if not element or element.split(".")[0] == table.name:
            builder.not_enforced(
                (), f"service level {row.property}: {row.value} {row.unit or ''}".rstrip(), "not about a record"
            )
    key = tuple(
        each.name or ""
        for each in sorted((each for each in listed if each.primaryKey), key=lambda each: each.primaryKeyPosition or 0)
    )
    version = str(contract.document.version or "")
    head = {
        "$schema": DIALECT,
        "$id": f"urn:odcs:{quote(contract.asset)}:{quote(version)}:{quote(table.name or '')}",
        "title": table.businessName or f"{contract.name}: {table.name}",
        "description": table.description or f"A record of {contract.name}.",
    }
    not_expressed = [
        {"where": each.where, "what": each.what, "checked": each.checked} for each in builder.not_expressed
    ]
    return RecordSchema(
        contract.asset,
        table,
        {**head, **made, "x-notExpressed": not_expressed},
        tuple(builder.not_expressed),
        (*((key,) if key else ()), *((each.name or "",) for each in listed if each.unique and not each.primaryKey)),
    )


def _is_strict(rule: DataQuality) -> bool:
    return (rule.severity or "error").casefold() not in ("info", "information", "warning", "warn", "low", "minor")


def _is_presence(rule: DataQuality) -> bool:
    return _is_strict(rule) and (rule.metric or rule.rule) in ("nullValues", "missingValues") and rule.mustBe == 0


def _describe(rule: DataQuality) -> str:
    """A short description of a rule: its metric with the comparison, and its name."""
    comparison = next((f" {key} {getattr(rule, key)}" for key in OPERATORS if getattr(rule, key) is not None), "")
    unit = f" {rule.unit}" if rule.unit else ""
    kind = rule.metric or rule.rule or rule.type or "text"
    label = rule.name or rule.description
    return f"{kind}{comparison}{unit}" + (f" ({label})" if label else "")


def _take(found: dict[str, Any], options: dict[str, Any], *names: str) -> None:
    found.update({name: options.pop(name) for name in names if options.get(name) is not None})


def _sized(found: dict[str, Any], size: str | None) -> None:
    """Narrows the bounds to those of an integer of `size`, such as `u16`."""
    if not size:
        return
    bits = int(size[1:])
    least, most = (0, 2**bits - 1) if size[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    found["minimum"] = max(found.get("minimum", least), least)
    found["maximum"] = min(found.get("maximum", most), most)


def _value(kind: str | None, value: Any) -> Any:
    """A listed value, converted to the type."""
    if kind in _TYPES:
        if kind in ("integer", "number") and isinstance(value, str):
            try:
                return int(value) if kind == "integer" else float(value)
            except ValueError:
                return value
        return value
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _or_null(found: dict[str, Any]) -> dict[str, Any]:
    """The schema with null as another allowed value."""
    kinds = found["type"] if isinstance(found["type"], list) else [found["type"]]
    listed = {"enum": [*found["enum"], None]} if "enum" in found else {}
    return {**found, "type": [*kinds, "null"], **listed}


def parts(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any], bool]]:
    """The properties of an object's schema, including nested ones: path, schema, and whether required."""
    required = schema.get("required", ())
    for name, each in schema["properties"].items():
        yield (name,), each, name in required
        if "properties" in each:
            for path, inner, needed in parts(each):
                yield (name, *path), inner, needed
