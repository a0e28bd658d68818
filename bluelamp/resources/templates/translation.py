"""Translates ARM's types and properties to the SDK's, so that rules give the same verdicts as for a plan.

The opposite direction is `bluelamp.rehearsal.armtypes`. The SDK's own schema maps its properties to ARM's.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

from bluelamp.policies import rules
from bluelamp.rehearsal.armtypes.names import Spelling, camel, plain, spelling
from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.sdk.schema import Catalogue
from bluelamp.rehearsal.sdk.shapes import ObjectShape, Shape
from bluelamp.resources.located import DuplicateName, Located, fold, folded
from bluelamp.resources.templates.expressions import Open, unknown
from bluelamp.resources.templates.ids import name_key

_PARAMETER: Final = re.compile(r"\{([\w.]+)\}")
_ENVELOPE: Final = frozenset(
    {"apiversion", "type", "name", "dependson", "condition", "copy", "comments", "metadata", "resources", "scope"}
    | {"existing", "resourcegroup", "subscriptionid", "asserts"}
)
"""Members of a resource in a template that are not inputs of the resource."""
_OLDER: Final[Mapping[str, Mapping[str, str]]] = {
    "azure-native:sql:TransparentDataEncryption": {"status": "state"},
    "azure-native:web:WebApp": {"vnetRouteAllEnabled": "siteConfig.vnetRouteAllEnabled"},
    "azure-native:web:WebAppSlot": {"vnetRouteAllEnabled": "siteConfig.vnetRouteAllEnabled"},
}
"""Properties renamed or moved since older API versions, whose absence a rule would take as the default."""
_TOP_LEVEL: Final = frozenset({"location", "tags", "sku", "kind", "identity", "zones", "plan"})
"""The members next to `properties` in every resource."""
_WITH_PUNCTUATION: Final = frozenset(
    {"application_type", "flow_type", "request_source", "release_policy", "@odata.type", "odata.type", "$schema"}
    | {"daemonset-eviction-for-empty-nodes", "daemonset-eviction-for-occupied-nodes", "ignore-daemonsets-utilization"}
    | {"max-empty-bulk-delete", "max-graceful-termination-sec", "max-node-provision-time", "scan-interval"}
    | {"max-total-unready-percentage", "new-pod-scale-up-delay", "ok-total-unready-count", "scale-down-delay-after-add"}
    | {"scale-down-delay-after-delete", "scale-down-delay-after-failure", "scale-down-unneeded-time"}
    | {"scale-down-unready-time", "scale-down-utilization-threshold", "skip-nodes-with-local-storage"}
    | {"skip-nodes-with-system-pods", "balance-similar-node-groups"}
)
"""ARM's names with punctuation that the SDK's names lack. Any other punctuation is significant."""
_SCALARS: Final = frozenset({"boolean", "integer", "number", "string", "enum"})
_TYPES: Final[Mapping[str, str]] = {
    "boolean": "boolean",
    "integer": "number",
    "number": "number",
    "string": "string",
    "enum": "string",
}
_ACCEPTED: Final[Mapping[str, frozenset[str]]] = {
    "boolean": frozenset({"boolean"}),
    "number": frozenset({"integer", "number"}),
    "string": frozenset({"string", "enum"}),
}
"""The types that accept a value of each kind unchanged."""
_TRUTHS: Final = {"true": True, "false": False}
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,9})?")


@cache
def catalogue() -> Catalogue:
    """The SDK's schema."""
    return Catalogue("azure-native")


@cache
def _tokens() -> Mapping[str, tuple[str, ...]]:
    """The SDK's types by ARM type in lower case; those with rules first."""
    with_rules = {type_ for rule in rules() for type_ in rule.at}
    known = set(catalogue().tokens())
    found: dict[str, list[str]] = {}
    for token in sorted(ids.tokens(), key=lambda each: (each not in with_rules, each)):
        if token in known:
            found.setdefault(ids.arm_type(token).lower(), []).append(token)
    return {arm_type: tuple(tokens) for arm_type, tokens in found.items()}


@cache
def token_of(arm_type: str, names: tuple[Any, ...], level: str) -> str | None:
    """The SDK's type of a resource of `arm_type` with these `names`; None if it has none.

    If ARM has one type for several of the SDK's, fixed names decide (`config/logs`), then `level`, the kind of scope
    (`resource` for another resource, else `group`, `subscription`, `managementgroup` or `tenant`).
    """
    tokens = _tokens().get(arm_type.lower(), ())
    if not tokens and "/" in arm_type:
        parent = re.escape(arm_type.lower().rpartition("/")[0])
        by_kind = (found for each, found in _tokens().items() if re.fullmatch(f"{parent}/{{\\w+}}", each))
        tokens = next(by_kind, ())
    named = [token for token in tokens if _is_named(token, names)]
    fitting = [token for token in named if _level(token) == level]
    return next(iter(fitting or named), None)


def _is_named(token: str, names: tuple[Any, ...]) -> bool:
    """Whether the names match the type's fixed names; an unknown name matches."""
    return all(
        step.startswith("{") or isinstance(name, Open) or step.lower() == str(name).lower()
        for step, name in zip(_steps(token), names, strict=False)
    )


def _steps(token: str) -> list[str]:
    """The names in the type's path, outermost first: parameters in braces, or fixed names."""
    return ids.template(token).rpartition("/providers/")[2].split("/")[2::2]


def _level(token: str) -> str:
    start = ids.template(token)
    if start.startswith("{"):
        return "resource"
    if start.startswith("/providers/Microsoft.Management/managementGroups/{") and start.count("/providers/") > 1:
        return "managementgroup"
    if "/resourceGroups/{resourceGroupName}/" in start:
        return "group"
    return "subscription" if start.startswith("/subscriptions/") else "tenant"


def address(token: str, names: list[Any]) -> dict[str, Any]:
    """The inputs for the names of the resource and its parents, from the segments of its name, outermost first."""
    path = ids.template(token)
    if path.endswith("/resourceGroups/{resourceGroupName}"):
        return {"resourceGroupName": names[-1]}
    return {
        found[1]: name
        for step, name in zip(_steps(token), names, strict=False)
        if (found := _PARAMETER.fullmatch(step)) is not None
    }


def inputs(token: str, arm_type: str, body: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The body of a resource in a template as the SDK's inputs, and the properties that the SDK does not have.

    Those belong to another API version than the SDK's, and are not judged.
    """
    own = Located(
        ((key, value) for key, value in body.items() if plain(key) not in _ENVELOPE), start=getattr(body, "start", -1)
    )
    shape = catalogue().resource(token).inputs
    result = _lifted(shape, own, spelling(arm_type.partition("/")[0].lower()), set())
    for old, new in _OLDER.get(token, {}).items():
        outer, _, name = new.rpartition(".")
        target = result.setdefault(outer, {}) if outer and old in result else result
        if old in result and isinstance(target, dict) and name not in target:
            target[name] = result.pop(old)
    return result, sorted(result.keys() - shape.properties.keys())


def _lifted(shape: ObjectShape, body: Mapping[str, Any], names: Spelling, inside: set[str]) -> dict[str, Any]:
    """The members of an object by the SDK's names, with those of objects that the SDK flattens into it.

    Raises `DuplicateName` if two members have one name. A member both next to a flattened object and in it is unknown,
    as it is undocumented which of them applies.
    """
    known = {_comparable(name): name for name in shape.properties}
    renamed = {
        _comparable(arm.rpartition(".")[2]): sdk for arm, sdk in names.renamed.items() if sdk in shape.properties
    }
    lifted = {fold(name) for name in names.flattened if name not in shape.properties} - inside
    result: dict[str, Any] = {}
    written: dict[str, str] = {}
    for key, value in body.items():
        if fold(key) in lifted and isinstance(value, (Open, Mapping)):
            continue
        name = known.get(_comparable(key)) or renamed.get(_comparable(key)) or camel(key)
        if name in shape.properties and _comparable(key) not in known and _comparable(key) not in renamed:
            name = key  # it only resembles a known property
        if fold(name) in written:
            raise DuplicateName(written[fold(name)], key, getattr(body, "start", -1))
        if name == "tags":
            folded(value)  # raises for tags that differ in case only
        written[fold(name)] = key
        result[name] = _value(shape.properties[name].shape, value, names) if name in shape.properties else value
    for key, value in body.items():
        if fold(key) not in lifted or not isinstance(value, (Open, Mapping)):
            continue
        if fold(key) in written:
            raise DuplicateName(written[fold(key)], key, getattr(body, "start", -1))
        written[fold(key)] = key
        if isinstance(value, Open):
            result = {name: unknown(f"{value}.{name}") for name in shape.properties} | result
        else:
            _put(
                result,
                _lifted(shape, value, names, inside | {fold(key)}),
                key,
                precedence=frozenset() if inside else _TOP_LEVEL,
            )
    return result


def _put(target: dict[str, Any], inner: Mapping[str, Any], key: str, *, precedence: frozenset[str]) -> None:
    """Adds the members of the flattened object `key`; those in `precedence` take precedence over them."""
    for name, item in inner.items():
        if name in target and target[name] != item and fold(name) not in precedence:
            target[name] = unknown(f"{name} and {key}.{name}")
        else:
            target.setdefault(name, item)


@lru_cache(maxsize=4096)
def _comparable(name: str) -> str:
    """A name for comparison, without punctuation that the SDK removes (`Application_Type`, `@odata.type`)."""
    low = fold(name)
    return plain(low) if low in _WITH_PUNCTUATION else low


def _value(shape: Shape, value: Any, names: Spelling) -> Any:
    if shape.kind == "union" and isinstance(value, Mapping):
        shape = next((each for each in shape.options if _is(each, value)), None) or _merged(shape)
    if isinstance(value, Mapping):
        if shape.kind == "object" and shape.object:
            return _lifted(shape.object, value, names, set())
        if shape.kind == "array":  # user-assigned identities: a map in ARM, a list in the SDK
            return list(value)
        if shape.kind == "map" and shape.item:
            return {key: _value(shape.item, item, names) for key, item in value.items()}
    if isinstance(value, list) and shape.kind == "array" and shape.item:
        return [_value(shape.item, item, names) for item in value]
    return converted(shape, value) if isinstance(value, (str, int, float)) else value


def converted(shape: Shape, value: str | float) -> Any:
    """A string, number or boolean converted to the requested type, as in Azure.

    It is open if the result is unspecified, such as for a number in place of a boolean.
    """
    kinds = {option.kind for option in shape.options} if shape.kind == "union" else {shape.kind}
    kind_of_value = "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
    if not kinds <= _SCALARS or kinds & _ACCEPTED[kind_of_value]:
        return value
    (kind, *others) = sorted(kinds)
    result = None if others else _converted(_TYPES[kind], value)
    return unknown(f"{value} as {kind}") if result is None else result


def _converted(kind: str, value: str | float) -> Any:
    """`value` of another type as a `boolean`, `number` or `string`; None if unspecified."""
    if kind == "boolean":
        return _TRUTHS.get(value.strip().lower()) if isinstance(value, str) else None
    if kind == "number":
        found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
        return None if found is None else float(found[0]) if found[1] else int(found[0])
    return None if isinstance(value, bool) else str(value)


def _merged(union: Shape) -> Shape:
    """The members of a union as one object, for a value without a discriminator."""
    objects = [each.object for each in union.options if each.object]
    members = {name: member for each in objects for name, member in each.properties.items()}
    return Shape("object", object=ObjectShape("", lambda: members)) if objects else union


def _is(option: Shape, value: Mapping[str, Any]) -> bool:
    """Whether `value` is of this member of a union, by its discriminator."""
    constants = option.object.constants if option.object else {}
    by_name = {plain(key): item for key, item in value.items()}
    return bool(option.object) and all(
        str(by_name.get(plain(name), "")).lower() == str(constant).lower() for name, constant in constants.items()
    )


def scope_inputs(token: str) -> tuple[str, ...]:
    """The inputs for the id of the resource that an extension resource extends; none for other types."""
    start = ids.template(token).partition("/providers/")[0]
    found = _PARAMETER.fullmatch(start)
    return (found[1],) if found else ()


def in_group(token: str) -> bool:
    """Whether the resource is in a resource group, which is one of its inputs."""
    return "/resourceGroups/{resourceGroupName}/" in ids.template(token)


def parents(token: str, arm_type: str, names: tuple[Any, ...]) -> list[tuple[str, tuple[str, tuple[Any, ...]]]]:
    """The parent resource, by type and names, for each input that names a parent."""
    namespace, *kinds = arm_type.lower().split("/")
    return [
        (found[1], ("/".join((namespace, *kinds[: index + 1])), tuple(map(name_key, names[: index + 1]))))
        for index, step in enumerate(_steps(token)[:-1])
        if (found := _PARAMETER.fullmatch(step)) is not None
    ]
