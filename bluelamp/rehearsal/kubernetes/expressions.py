"""Validation of CEL expressions in admission policies, webhook match conditions and device selectors.

Checks the syntax and undeclared names, not types. Source: Kubernetes v1.36, `apiserver/pkg/admission/plugin/cel` and
`dynamic-resource-allocation/cel`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes import cel
from bluelamp.rehearsal.kubernetes.podspecs import dig, items
from bluelamp.rehearsal.kubernetes.schema import join
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import plain

Object = Mapping[str, Any]
_ADMISSION = ("object", "oldObject", "request", "params", "namespaceObject", "authorizer", "variables")
_CONDITION = ("object", "oldObject", "request", "authorizer", "params", "namespaceObject")
_NAME = re.compile(r"(?<![\w.?])([A-Za-z_]\w*)(?!\w*\s*[({:])")
_BOUND = re.compile(
    r"\.(?:all|exists|exists_one|existsOne|map|filter|transformList|transformMap|bind|sortBy|optMap|optFlatMap)"
    r"\(\s*(\w+)\s*,(?:\s*(\w+)\s*,)?"
)
_WORDS = frozenset(
    [
        *("true", "false", "null", "in", "bool", "bytes", "double", "int", "list", "map", "null_type", "optional"),
        *("string", "timestamp", "duration", "type", "uint", "google", "Object", "JSONPatch", "strings", "math"),
        *("sets", "base64", "cel", "ip", "cidr", "quantity", "semver", "format", "dyn"),
    ]
)

_LITERALS = {
    "int": re.compile(r"-?(\d+|0x[0-9A-Fa-f]+)"),
    "double": re.compile(r"-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)"),
    "string": re.compile(r"""'[^'\\]*'|"[^"\\]*\""""),
    "bool": re.compile("true|false"),
}


def wrong(text: Any, declared: tuple[str, ...], result: str = "") -> str:
    """Why the server cannot compile the expression `text`, which may use the names `declared`.

    Empty if it can, or if that cannot be determined. `result` is the required type, empty for any; only the types of
    literals are checked.
    """
    if not isinstance(text, str) or not text.strip():
        return ""
    if reason := cel.syntax(text):
        return f"is not CEL: {reason}"
    found = next((name for name, form in _LITERALS.items() if form.fullmatch(text.strip())), result)
    if result and found != result:
        return f"must evaluate to {result}, not {found}"
    bare = cel.bare(text)
    bound = {name for found in _BOUND.findall(bare) for name in found if name}
    for name in _NAME.findall(bare):
        if name not in declared and name not in bound and name not in _WORDS:
            return f'has an undeclared name: "{name}"; declared: {", ".join(declared)}'
    return ""


def _each(value: Object, path: str, field: str, declared: tuple[str, ...], result: str = "") -> Iterator[Failure]:
    for where, each in items(value, path):
        if reason := wrong(plain(each.get(field)), declared, result):
            yield Failure(join(where, field), reason)


def policy(value: Object) -> Iterator[Failure]:
    """A validating or mutating admission policy."""
    yield from _each(value, "spec.matchConditions", "expression", _CONDITION, "bool")
    yield from _each(value, "spec.variables", "expression", _ADMISSION)
    yield from _each(value, "spec.validations", "expression", _ADMISSION, "bool")
    yield from _each(value, "spec.validations", "messageExpression", _ADMISSION, "string")
    yield from _each(value, "spec.auditAnnotations", "valueExpression", _ADMISSION)
    known = {plain(each.get("name")) for _, each in items(value, "spec.variables")}
    for where, each in items(value, "spec.validations"):
        text = plain(each.get("expression"))
        for name in re.findall(r"\bvariables\.(\w+)", text) if isinstance(text, str) else ():
            if name not in known:
                yield Failure(f"{where}.expression", f'no variable "{name}" in spec.variables')
    for where, each in items(value, "spec.mutations"):
        for field in ("applyConfiguration", "jsonPatch"):
            if reason := wrong(dig(each, f"{field}.expression"), _ADMISSION):
                yield Failure(f"{where}.{field}.expression", reason)


def webhooks(value: Object) -> Iterator[Failure]:
    """A webhook configuration's match conditions."""
    for where, each in items(value, "webhooks"):
        for place, condition in items(each, "matchConditions"):
            declared = ("object", "oldObject", "request", "authorizer")
            if reason := wrong(plain(condition.get("expression")), declared, "bool"):
                yield Failure(f"{where}.{place}.expression", reason)


def devices(value: Object) -> Iterator[Failure]:
    """Device selectors in a device class, a claim or a claim template."""
    yield from _selectors(value, "spec.selectors")
    for prefix in ("spec", "spec.spec"):
        for where, request in items(value, f"{prefix}.devices.requests"):
            for found in _selectors(request, "exactly.selectors"):
                yield Failure(f"{where}.{found.path}", found.reason)
            for place, each in items(request, "firstAvailable"):
                for found in _selectors(each, "selectors"):
                    yield Failure(f"{where}.{place}.{found.path}", found.reason)


def _selectors(value: Object, path: str) -> Iterator[Failure]:
    for where, each in items(value, path):
        if reason := wrong(dig(each, "cel.expression"), ("device",), "bool"):
            yield Failure(f"{where}.cel.expression", reason)
