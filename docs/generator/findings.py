"""The page of the findings' schema, from the JSON Schema itself."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from docs.generator.text import code, page, table


def findings() -> str:
    """Every member of `findings.json`, an object at a time."""
    from bluelamp import schemas

    schema = schemas.findings()
    parts = [
        f"{schema['description']} `bluelamp audit FORCE --report DIR` writes `findings.json`; the JSON Schema is "
        "[schemas/findings-1.json](schemas/findings-1.json). Every other format of a "
        "[report](reports.md) is a view of the same findings.",
        *_object("The document", schema),
    ]
    for name, each in sorted(schema["$defs"].items()):
        parts += list(_object(code(name), each))
    return page("The schema of findings", *parts)


def _object(title: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {title}"
    if title != "The document" and schema.get("description"):
        yield schema["description"]
    if "properties" not in schema:
        yield f"{_type(schema).capitalize()}."
        return
    yield _members(schema)
    for name, each in schema["properties"].items():
        if "properties" in each:
            yield f"### Members of `{name}`"
            yield _members(each)


def _members(schema: Mapping[str, Any]) -> str:
    """The table of an object's members."""
    required = schema.get("required", ())
    return table(
        ("member", "type", "", "meaning"),
        (
            (code(name), _type(each), "required" if name in required else "", each.get("description", ""))
            for name, each in schema["properties"].items()
        ),
    )


def _literal(value: Any) -> str:
    """A value as it is in the document; text without its quotes."""
    return code(value if isinstance(value, str) else json.dumps(value))


def _type(schema: Mapping[str, Any]) -> str:
    """The type of a member in words, with links to the objects that it refers to."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    literals = [schema["const"]] if "const" in schema else schema.get("enum", ())
    if literals:
        return ", ".join(map(_literal, literals))
    choices = schema.get("anyOf", schema.get("oneOf", ()))
    if choices:
        return " or ".join(map(_type, choices))
    return _plain(schema)


def _plain(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "any value")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"mapping to {_type(schema['additionalProperties'])}"
    return f"{kind} ({schema['format']})" if schema.get("format") else str(kind)
