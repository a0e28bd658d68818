"""The form fields for the records of a table, with the browser's validation and error messages."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from open_data_contract_standard.model import SchemaProperty

from bluelamp.workloads.capture import patterns
from bluelamp.workloads.capture.schema import RecordSchema

Control = Literal["input", "textarea", "radios", "select", "group"]
MOST_RADIOS: Final = 7
LONG: Final = 200
"""The length from which a text field has several lines."""
_INPUTS: Final = {
    "date": "date",
    "date-time": "datetime-local",
    "email": "email",
    "iso-date-time": "datetime-local",
    "iso-time": "time",
    "time": "time",
    "uri": "url",
}
_BOUNDS: Final = (("minimum", "min"), ("maximum", "max"), ("formatMinimum", "min"), ("formatMaximum", "max"))
_KINDS: Final = {
    "date": "a real date",
    "datetime-local": "a date and time",
    "email": "an email address, such as name@example.org",
    "time": "a time",
    "url": "a web address",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field or a group of fields."""

    path: tuple[str, ...]
    """The path of the value in the record."""
    id: str
    label: str
    hint: str
    control: Control
    type: str
    """The value's type in JSON."""
    required: bool
    attributes: Mapping[str, str]
    """Validation in HTML: `type`, `min`, `max`, `step`, `pattern`. No `maxlength`, which truncates pasted text."""
    choices: tuple[tuple[str, str], ...] = ()
    """The options of radio buttons and lists: the value as JSON, and its label."""
    missing: str = ""
    """The error message for a missing value."""
    wrong: str = ""
    """The error message for an invalid value."""
    fields: tuple["Field", ...] = ()
    format: str = ""
    """The format of the schema."""
    most: int | None = None
    """The maximum length of a text with several lines, which cannot have a pattern in HTML."""

    @property
    def address(self) -> str:
        """The path as JSON, for the page's script."""
        return json.dumps(self.path, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a table, and the properties without a field."""

    fields: tuple[Field, ...]
    left: tuple[str, ...]


def fields(schema: RecordSchema) -> Form:
    """The form for `schema`. Lists, maps and vectors have no field and are listed in `left`."""
    made: list[Field] = []
    left: list[str] = []
    _collect(schema.table.properties or (), schema.document, (), "field", made, left, needed=True)
    return Form(tuple(made), tuple(left))


def _collect(
    listed: Sequence[SchemaProperty],
    schema: Mapping[str, Any],
    path: tuple[str, ...],
    prefix: str,
    made: list[Field],
    left: list[str],
    *,
    needed: bool,
) -> None:
    """Adds the fields of an object. If the object is optional, so are its fields in HTML."""
    for number, each in enumerate(listed, 1):
        name = each.name or ""
        own, here, id_ = schema["properties"][name], (*path, name), f"{prefix}-{number}"
        required = needed and name in schema.get("required", ())
        if each.logicalType in ("array", "map", "vector"):
            left.append(".".join(here))
        elif each.logicalType == "object":
            inner: list[Field] = []
            _collect(each.properties or (), own, here, id_, inner, left, needed=required)
            made.append(
                Field(
                    here,
                    id_,
                    _label(each),
                    each.description or "",
                    "group",
                    "object",
                    required,
                    {},
                    fields=tuple(inner),
                )
            )
        else:
            made.append(_field(each, own, here, id_, required=required))


def _field(
    each: SchemaProperty, schema: Mapping[str, Any], path: tuple[str, ...], id_: str, *, required: bool
) -> Field:
    label = _label(each)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = next(iter(kinds))
    values = [one for one in schema.get("enum", ()) if one is not None]
    if kind == "boolean" and not values:
        values = [True, False]
    if values:
        names = {json.dumps(one.value): one.label for one in each.enum or () if one.label}
        choices = tuple(
            (json.dumps(one, ensure_ascii=False), names.get(json.dumps(one)) or _display(one)) for one in values
        )
        # Radio buttons cannot be cleared, so they are only for required values.
        control: Control = "radios" if required and len(choices) <= MOST_RADIOS else "select"
        missing = f"Select {_lower(label)}"
        return Field(path, id_, label, each.description or "", control, kind, required, {}, choices, missing, missing)
    attributes, limits = _attributes(schema, kind), tuple(_limits(schema, kind))
    long = kind == "string" and int(schema.get("maxLength", 0)) >= LONG and "pattern" not in schema
    what = _KINDS.get(attributes["type"], {"integer": "a whole number", "number": "a number"}.get(kind, ""))
    hint = " ".join(filter(None, (_sentence(each.description), _sentence(_example(each)))))
    requirement = " and ".join(filter(None, (what and f"be {what}", *limits))) or "be text"
    if long:
        attributes = {key: value for key, value in attributes.items() if key != "type"}
    control = "textarea" if long else "input"
    return Field(
        path,
        id_,
        label,
        hint,
        control,
        kind,
        required,
        attributes,
        missing=f"Enter {_lower(label)}",
        wrong=f"{label} must {requirement}",
        format=schema.get("format", ""),
        most=schema.get("maxLength") if long else None,
    )


def _attributes(schema: Mapping[str, Any], kind: str) -> dict[str, str]:
    kept = _INPUTS.get(schema.get("format", ""), "text")
    found = {"type": "number" if kind in ("integer", "number") else kept}
    if found["type"] == "number":
        found["step"] = str(schema.get("multipleOf", 1 if kind == "integer" else "any"))
        if "multipleOf" in schema and "minimum" in schema:
            found["step"] = "any"  # HTML counts steps from the minimum, JSON Schema from zero
    elif found["type"] in ("datetime-local", "time"):
        found["step"] = "1"
    for bound, attribute in _BOUNDS:
        if bound in schema:
            value = str(schema[bound])
            if found["type"] in ("datetime-local", "time"):
                value = re.sub("(Z|[+-][0-9]{2}:[0-9]{2})$", "", value).replace(" ", "T")
            found[attribute] = value
    if kept in ("text", "email", "url") and found["type"] != "number" and (pattern := _pattern(schema)):
        found["pattern"] = pattern
    return found


def _pattern(schema: Mapping[str, Any]) -> str:
    """Length and pattern as one expression. It counts characters as JSON Schema does, unlike `maxlength`."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    length = f"(?=.{{{least},{'' if most is None else most}}}$)" if least > 1 or most is not None else ""
    form = patterns.for_browser(schema["pattern"]) if "pattern" in schema else ".*" if length else ""
    return length + form


def _limits(schema: Mapping[str, Any], kind: str) -> Iterator[str]:
    words = (
        ("minimum", "{} or more"),
        ("maximum", "{} or less"),
        ("exclusiveMinimum", "more than {}"),
        ("exclusiveMaximum", "less than {}"),
        ("formatMinimum", "{} or later"),
        ("formatMaximum", "{} or earlier"),
        ("formatExclusiveMinimum", "later than {}"),
        ("formatExclusiveMaximum", "earlier than {}"),
        ("multipleOf", "a multiple of {}"),
    )
    found = [text.format(schema[key]) for key, text in words if key in schema]
    if found:
        yield f"be {', '.join(found)}"
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if kind == "string" and least > 1:
        yield f"have {least} characters or more"
    if kind == "string" and most is not None:
        yield f"have {most} characters or fewer"
    if "pattern" in schema and "format" not in schema:
        yield f"match {schema['pattern']}"


def _example(each: SchemaProperty) -> str:
    return f"For example, {each.examples[0]}" if each.examples else ""


def _sentence(text: str | None) -> str:
    text = (text or "").strip()
    return text if not text or text[-1] in ".!?" else f"{text}."


def _label(each: SchemaProperty) -> str:
    text = each.businessName or re.sub(r"[_\s]+", " ", each.name or "").strip() or (each.name or "")
    return text[0].upper() + text[1:] if text else text


def _lower(label: str) -> str:
    """A label within a sentence, in lower case unless it begins with an abbreviation."""
    first = label.split(" ", maxsplit=1)[0]
    return label if first.isupper() and len(first) > 1 else label[:1].lower() + label[1:]


def _display(value: object) -> str:
    return {True: "Yes", False: "No"}[value] if isinstance(value, bool) else str(value)
