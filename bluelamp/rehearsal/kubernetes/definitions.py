"""Validation of a CustomResourceDefinition, in addition to semantics.py.

Source: Kubernetes v1.36, `apiextensions-apiserver/pkg/apis/apiextensions/validation`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes import cel, expressions
from bluelamp.rehearsal.kubernetes.formats import wrong
from bluelamp.rehearsal.kubernetes.podspecs import dig, items
from bluelamp.rehearsal.kubernetes.schema import join
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import has_unknown, plain

Object = Mapping[str, Any]
_UNSUPPORTED = ("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref")
_JUNCTORS = ("allOf", "anyOf", "oneOf")
_OF_STRUCTURE = (
    *("type", "title", "description", "default", "nullable", "additionalProperties"),
    *("x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string"),
    *("x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-validations"),
)
"""Keywords that a structural schema cannot have inside `allOf`, `anyOf`, `oneOf` and `not`."""
_COLUMNS = ("boolean", "date", "integer", "number", "string")
_REASONS = ("FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate")


def definition(value: Object) -> Iterator[Failure]:
    """A CustomResourceDefinition."""
    spec = plain(value.get("spec"))
    if not isinstance(spec, Mapping) or has_unknown(spec):
        return
    yield from _names(spec)
    strategy = dig(spec, "conversion.strategy")
    if strategy is not None and strategy not in ("None", "Webhook"):
        yield Failure("spec.conversion.strategy", f'"{strategy}" is not allowed; allowed: None, Webhook')
    if strategy == "Webhook" and dig(spec, "conversion.webhook") is None:
        yield Failure("spec.conversion.webhook", "required for the strategy Webhook")
    if strategy == "None" and dig(spec, "conversion.webhook") is not None:
        yield Failure("spec.conversion.webhook", "needs the strategy Webhook")
    seen: set[Any] = set()
    for where, version in items(spec, "versions"):
        at = f"spec.{where}"
        if version.get("name") in seen:
            yield Failure(f"{at}.name", f'duplicate value "{version.get("name")}"')
        seen.add(version.get("name"))
        yield from _version(version, at)


def _names(spec: Object) -> Iterator[Failure]:
    for key in ("kind", "listKind"):
        name = dig(spec, f"names.{key}")
        if isinstance(name, str) and name and (reason := wrong("dns-1035-label", name.lower())):
            yield Failure(f"spec.names.{key}", f'"{name}" {reason}')
    if dig(spec, "names.kind") and dig(spec, "names.kind") == dig(spec, "names.listKind"):
        yield Failure("spec.names.listKind", "must not be kind")
    for key in ("shortNames", "categories"):
        for index, name in enumerate(dig(spec, f"names.{key}") or ()):
            if reason := wrong("dns-1035-label", name) or ("is empty" if name == "" else ""):
                yield Failure(f"spec.names.{key}[{index}]", f'"{name}" {reason}')
    if spec.get("preserveUnknownFields") is True:
        yield Failure("spec.preserveUnknownFields", "must not be true")


def _version(version: Object, at: str) -> Iterator[Failure]:
    if version.get("deprecationWarning") is not None and version.get("deprecated") is not True:
        yield Failure(f"{at}.deprecationWarning", "needs deprecated: true")
    for where, column in items(version, "additionalPrinterColumns"):
        if column.get("type") and column["type"] not in _COLUMNS:
            yield Failure(f"{at}.{where}.type", f'"{column["type"]}" is not allowed; allowed: {", ".join(_COLUMNS)}')
        path = column.get("jsonPath")
        if isinstance(path, str) and not path.startswith("."):
            yield Failure(f"{at}.{where}.jsonPath", "must begin with .")
    scale = dig(version, "subresources.scale")
    if isinstance(scale, Mapping):
        for key, prefix in (("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")):
            path = scale.get(key)
            if isinstance(path, str) and not path.startswith(prefix):
                yield Failure(f"{at}.subresources.scale.{key}", f"must begin with {prefix}")
    schema = dig(version, "schema.openAPIV3Schema")
    if isinstance(schema, Mapping):
        yield from _node(schema, f"{at}.schema.openAPIV3Schema")
        yield from _undefined_fields(schema, schema, f"{at}.schema.openAPIV3Schema")
        if schema.get("nullable") is True:
            yield Failure(f"{at}.schema.openAPIV3Schema.nullable", "must not be true at the root")


def _node(node: Object, at: str, unmatched: str = "") -> Iterator[Failure]:
    """The failures of the schema `node` at `at`.

    `unmatched` is the path of the list around it whose items cannot be matched with old items; empty if there is none.
    """
    for key in _UNSUPPORTED:
        if node.get(key) not in (None, "", {}, []):
            yield Failure(join(at, key), "is not supported")
    if node.get("uniqueItems") is True:
        yield Failure(f"{at}.uniqueItems", "must not be true; set x-kubernetes-list-type: set")
    yield from _extensions(node, at)
    yield from _junctors(node, at)
    if node.get("properties") and node.get("additionalProperties") is not None:
        yield Failure(f"{at}.additionalProperties", "cannot be combined with properties")
    for index, rule in enumerate(node.get("x-kubernetes-validations") or ()):
        if isinstance(rule, Mapping):
            yield from _rule(rule, join(join(at, "x-kubernetes-validations"), index), unmatched)
    for key, field in (node.get("properties") or {}).items():
        if isinstance(field, Mapping):
            yield from _node(field, join(f"{at}.properties", key), unmatched)
    if isinstance(node.get("additionalProperties"), Mapping):
        yield from _node(node["additionalProperties"], f"{at}.additionalProperties", unmatched)
    if isinstance(node.get("items"), Mapping):
        listed = node.get("x-kubernetes-list-type") == "map"
        yield from _node(node["items"], f"{at}.items", unmatched or ("" if listed else at))


def _junctors(node: Object, at: str) -> Iterator[Failure]:
    """The failures inside `allOf`, `anyOf`, `oneOf` and `not` of `node`."""
    for where, option in _options(node):
        yield from _option(option, f"{at}.{where}", _typed_options(node))


def _undefined_fields(node: Object, whole: Object, at: str) -> Iterator[Failure]:
    """Fields in the options of `node` that the schema `whole` at `at` does not define.

    The server requires this for the options of the root only.
    """
    for _, option in _options(node):
        for key, field in (option.get("properties") or {}).items():
            below, path = (whole.get("properties") or {}).get(key), join(f"{at}.properties", key)
            if isinstance(below, Mapping) and isinstance(field, Mapping):
                yield from _undefined_fields({"not": field}, below, path)
            elif below is None and not isinstance(whole.get("additionalProperties"), Mapping):
                yield Failure(path, "required: allOf, anyOf, oneOf or not of the root uses it")
        if isinstance(option.get("items"), Mapping) and isinstance(whole.get("items"), Mapping):
            yield from _undefined_fields({"not": option["items"]}, whole["items"], f"{at}.items")
        yield from _undefined_fields(option, whole, at)


def _options(node: Object) -> Iterator[tuple[str, Object]]:
    for key in _JUNCTORS:
        yield from items(node, key)
    if isinstance(node.get("not"), Mapping):
        yield "not", node["not"]


def _typed_options(node: Object) -> tuple[str, ...]:
    """The options of `node` that may have a type: those for an integer or string, in the two allowed forms."""
    if node.get("x-kubernetes-int-or-string") is not True:
        return ()
    first = next((each for _, each in items(node, "allOf")), {})
    if _is_int_or_string(node):
        return ("anyOf[0]", "anyOf[1]")
    return ("allOf[0].anyOf[0]", "allOf[0].anyOf[1]") if _is_int_or_string(first) else ()


def _is_int_or_string(node: Object) -> bool:
    return [each.get("type") for _, each in items(node, "anyOf")] == ["integer", "string"]


def _option(node: Object, at: str, free: tuple[str, ...]) -> Iterator[Failure]:
    for key in _OF_STRUCTURE:
        typed = key == "type" and at.endswith(free)
        given = node.get(key) is not None if key == "default" else node.get(key) not in (None, "", False, [], {})
        if given and not typed:
            yield Failure(join(at, key), "must be left out inside allOf, anyOf, oneOf and not")
    for key, field in (node.get("properties") or {}).items():
        if isinstance(field, Mapping):
            yield from _option(field, join(f"{at}.properties", key), ())
    if isinstance(node.get("items"), Mapping):
        yield from _option(node["items"], f"{at}.items", ())
    for where, option in _options(node):
        yield from _option(option, f"{at}.{where}", tuple(each for each in free if each.startswith("allOf[0].")))


def _extensions(node: Object, at: str) -> Iterator[Failure]:
    kind, listed, mapped = node.get("type"), node.get("x-kubernetes-list-type"), node.get("x-kubernetes-map-type")
    if mapped is not None:
        if kind != "object":
            yield Failure(f"{at}.type", "must be object with x-kubernetes-map-type")
        if mapped not in ("atomic", "granular"):
            yield Failure(join(at, "x-kubernetes-map-type"), f'"{mapped}" is not allowed; allowed: atomic, granular')
    if listed is not None:
        if kind != "array":
            yield Failure(f"{at}.type", "must be array with x-kubernetes-list-type")
        if listed not in ("atomic", "set", "map"):
            yield Failure(join(at, "x-kubernetes-list-type"), f'"{listed}" is not allowed; allowed: atomic, set, map')
    yield from _map_keys(node, at)
    if node.get("x-kubernetes-preserve-unknown-fields") is False:
        yield Failure(join(at, "x-kubernetes-preserve-unknown-fields"), "must be true, or left out")
    if node.get("x-kubernetes-embedded-resource") is True and kind != "object":
        yield Failure(f"{at}.type", "must be object with x-kubernetes-embedded-resource")
    if node.get("x-kubernetes-int-or-string") is True and kind:
        yield Failure(f"{at}.type", "must be left out with x-kubernetes-int-or-string")


def _map_keys(node: Object, at: str) -> Iterator[Failure]:
    keys, listed = node.get("x-kubernetes-list-map-keys"), node.get("x-kubernetes-list-type")
    if keys and listed != "map":
        yield Failure(join(at, "x-kubernetes-list-type"), "must be map with x-kubernetes-list-map-keys")
    if listed == "map":
        fields = dig(node, "items.properties") or {}
        if not keys:
            yield Failure(join(at, "x-kubernetes-list-map-keys"), "required for x-kubernetes-list-type: map")
        for key in keys or ():
            if key not in fields:
                yield Failure(join(at, "x-kubernetes-list-map-keys"), f'"{key}" is not a field of the items')


def _rule(rule: Object, at: str, unmatched: str) -> Iterator[Failure]:
    text = rule.get("rule")
    transition = isinstance(text, str) and cel.is_transition(text)
    if not isinstance(text, str) or not text.strip():
        yield Failure(f"{at}.rule", "required")
    elif transition and unmatched:
        yield Failure(f"{at}.rule", f"must not use oldSelf: {unmatched} is not a list of type map")
    elif rule.get("optionalOldSelf") is not None and not transition:
        yield Failure(f"{at}.optionalOldSelf", "must be left out when the rule does not use oldSelf")
    for key in ("rule", "messageExpression"):
        if reason := expressions.wrong(rule.get(key), ("self", "oldSelf"), "bool" if key == "rule" else "string"):
            yield Failure(f"{at}.{key}", reason)
    for key in ("message", "messageExpression", "fieldPath"):
        if isinstance(rule.get(key), str) and rule[key] != "" and not rule[key].strip():
            yield Failure(f"{at}.{key}", "must not be blank")
    named = rule.get("reason")
    if named and named not in _REASONS:
        yield Failure(f"{at}.reason", f'"{named}" is not allowed; allowed: {", ".join(_REASONS)}')
    path = rule.get("fieldPath")
    if isinstance(path, str) and path and not path.startswith((".", "[")):
        yield Failure(f"{at}.fieldPath", "must begin with . or [")
