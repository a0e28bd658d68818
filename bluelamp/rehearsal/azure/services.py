"""The services' own validation rules, which types cannot express: ranges, dependent values, required combinations.

The rules and their sources are in `data/services.yaml`, `data/private_link.yaml` and `data/delegations.yaml`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeGuard

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.azure.ranges import Violation
from bluelamp.rehearsal.sdk.messages import did_you_mean, join_path, listing
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import UNKNOWN, plain, without_secrets

_ENDPOINT = "azure-native:network:PrivateEndpoint"
_CODE = "BadRequest"
_QUOTE = "'"


def check_services(token: str, inputs: Mapping[str, Any]) -> Iterator[Violation]:
    """The violations in the inputs by themselves. Unknown values and secrets are skipped."""
    values = without_secrets(inputs)
    for rule in facts("services").get(token, {}).get("rules", ()):
        if "linked" not in rule:
            yield from _each(rule, values)
    if token == _ENDPOINT:
        yield from _check_endpoint(values)


def check_linked(store: Store, token: str, inputs: Mapping[str, Any]) -> Iterator[Violation]:
    """The violations against resources that the inputs refer to. Resources that do not exist are skipped."""
    values = without_secrets(inputs)
    for rule in facts("services").get(token, {}).get("rules", ()):
        if "linked" in rule and _applies(rule, values):
            for path, wanted in _at(values, rule["linked"]):
                record = store.get(wanted) if isinstance(wanted, str) else None
                if record is not None:
                    yield from _linked(rule, path, wanted, without_secrets(record.inputs))
    for path, service in facts("delegations").get(token, {}).get("subnets", {}).items():
        for where, wanted in _at(values, path):
            yield from _delegated(store, where, wanted, service)


def _each(rule: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Violation]:
    if "each" not in rule:
        yield from _judge(rule, values, "")
        return
    for path, item in _at(values, f"{rule['each']}[]"):
        if isinstance(item, Mapping):
            yield from _judge(rule, item, path)


def _judge(rule: Mapping[str, Any], values: Mapping[str, Any], at: str) -> Iterator[Violation]:
    if not _applies(rule, values):
        return
    code = rule.get("code", _CODE)
    if "some" in rule:
        found = [_get(values, path) for path in rule["some"]]
        if UNKNOWN not in found and all(_is_empty(one) for one in found):
            choice = listing(rule["some"], "or")
            yield Violation(_join(at, rule["some"][0]), code, f"{rule['message']}. Set {choice}")
        return
    if "has" in rule:
        items = [item for _, item in _at(values, rule["path"])]
        if UNKNOWN not in items and not any(_applies({"when": rule["has"]}, one) for one in items if _is_open(one)):
            yield Violation(_join(at, rule["path"].split("[")[0]), code, rule["message"])
        return
    if rule.get("unique"):
        yield from _unique(rule, values, at, code)
        return
    for path, value in _at(values, rule["path"]):
        reason = _wrong(rule, value)
        if reason:
            yield Violation(_join(at, path), code, reason)


def _wrong(rule: Mapping[str, Any], value: Any) -> str:
    """Why `value` (None if not given) violates `rule`; empty if it does not, or if it is unknown."""
    if value is UNKNOWN or _is_empty(value) or value in rule.get("or", ()):
        return str(rule["message"]) if rule.get("required") and _is_empty(value) else ""
    if rule.get("required"):
        return ""
    if rule.get("absent"):
        return f"{rule['message']} (found {_shown(value)})"
    wrong = _outside(rule, value) or _too_long(rule, value) or _not_first(rule, value)
    return f"{rule['message']}; {wrong}" if wrong and "message" in rule else wrong


def _outside(rule: Mapping[str, Any], value: Any) -> str:
    found, text = f"found {_shown(value)}", isinstance(value, str)
    if "range" in rule and isinstance(value, (int, float)) and not isinstance(value, bool):
        least, most = rule["range"]
        others = f" or {listing(rule['or'], 'or')}" if "or" in rule else ""
        return "" if least <= value <= most else f"{found}; allowed: {least} to {most}{others}"
    if "one_of" in rule and not _among(value, rule["one_of"]):
        near = did_you_mean(value, map(str, rule["one_of"])) if text else ""
        return f"{found}; allowed: {listing(rule['one_of'])}{near}"
    if "not" in rule and _among(value, rule["not"]):
        return f"{found}; not allowed: {listing(_shown(one).strip(_QUOTE) for one in rule['not'])}"
    if "pattern" in rule and text and not re.fullmatch(rule["pattern"], value, re.IGNORECASE):
        return f"{found}; allowed: {rule['allowed']}"
    return ""


def _too_long(rule: Mapping[str, Any], value: Any) -> str:
    if "longest" in rule and isinstance(value, str) and len(value) > rule["longest"]:
        return f"found {len(value)} characters; at most {rule['longest']} allowed"
    if "most" in rule and isinstance(value, (list, Mapping)) and len(value) > rule["most"]:
        return f"found {len(value)} items; at most {rule['most']} allowed"
    return ""


def _not_first(rule: Mapping[str, Any], value: Any) -> str:
    if not rule.get("first_of_month") or not isinstance(value, str):
        return ""
    try:
        found = date.fromisoformat(value[:10])
    except ValueError:
        return f"found '{value}'; allowed: a date such as 2026-04-01T00:00:00Z"
    return "" if found.day == 1 else f"found '{value}'; allowed: the first day of a month, such as {found:%Y-%m}-01"


def _unique(rule: Mapping[str, Any], values: Mapping[str, Any], at: str, code: str) -> Iterator[Violation]:
    seen: dict[Any, str] = {}
    for path, value in _at(values, rule["path"]):
        if value is UNKNOWN or value is None or isinstance(value, (list, Mapping)):
            continue
        key = value.lower() if isinstance(value, str) else value
        if key in seen:
            yield Violation(
                _join(at, path), code, f"duplicate value {_shown(value)}, also at {seen[key]}. Set another value"
            )
        seen.setdefault(key, _join(at, path))


def _linked(rule: Mapping[str, Any], path: str, wanted: str, other: Mapping[str, Any]) -> Iterator[Violation]:
    value = _get(other, rule["path"])
    if value is None:
        value = rule.get("default")
    if value is None or value is UNKNOWN or _among(value, rule["one_of"]):
        return
    message = f"{rule['message']}; {ids.name_of_id(wanted)} has {rule['path']} {_shown(value)}"
    yield Violation(path, rule.get("code", _CODE), f"{message}; allowed: {listing(rule['one_of'])}")


def _delegated(store: Store, path: str, wanted: Any, service: str) -> Iterator[Violation]:
    subnet = store.get(wanted) if isinstance(wanted, str) else None
    if subnet is None or subnet.type != "azure-native:network:Subnet":
        return
    given = without_secrets(plain(subnet.inputs)).get("delegations")
    items = given if isinstance(given, list) else []
    names = [one.get("serviceName") if isinstance(one, Mapping) else UNKNOWN for one in items]
    if given is UNKNOWN or UNKNOWN in names or _among(service, names):
        return
    found = f"is delegated to {listing(names)}" if names else "has no delegation"
    message = (
        f"subnet '{ids.name_of_id(wanted)}' {found}; allowed: {service}. Delegate it in the subnet's 'delegations'"
    )
    yield Violation(path, "SubnetMissingRequiredDelegation", message)


def _check_endpoint(values: Mapping[str, Any]) -> Iterator[Violation]:
    known = {key.lower(): groups for key, groups in facts("private_link")["groups"].items()}
    for key in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        for path, item in _at(values, f"{key}[]"):
            target = item.get("privateLinkServiceId") if isinstance(item, Mapping) else None
            allowed = known.get(ids.type_of_id(target).lower()) if _is_id(target) else None
            if allowed is None:
                continue
            kind = ids.type_of_id(str(target))
            if item.get("groupIds") is None or item.get("groupIds") == []:
                message = f"no group is given for {kind}; allowed: {listing(allowed)}. Set groupIds"
                yield Violation(join_path(path, "groupIds"), "PrivateEndpointMissingGroupId", message)
            for where, group in _at(item, "groupIds[]"):
                if isinstance(group, str) and not _among(group, allowed):
                    hint = did_you_mean(group, allowed)
                    message = f"'{group}' is not a group of {kind}; allowed: {listing(allowed)}{hint}"
                    yield Violation(f"{path}.{where}", "PrivateEndpointInvalidGroupId", message)


def _applies(rule: Mapping[str, Any], values: Any) -> bool:
    """Whether each condition of `when` is known to be true: `{path: [values]}`, with null for missing and "*" for any.

    An unknown value meets no condition.
    """
    for path, wanted in rule.get("when", {}).items():
        value = _get(values, path)
        if value is UNKNOWN:
            return False
        allowed = wanted if isinstance(wanted, list) else [wanted]
        if _is_empty(value):
            if None not in allowed:
                return False
        elif "*" not in allowed and not _among(value, allowed):
            return False
    return True


def _get(values: Any, path: str) -> Any:
    """The value at `path`: None if there is none, `UNKNOWN` if a step of the path is unknown."""
    for step in path.split("."):
        if values is UNKNOWN:
            return UNKNOWN
        if not isinstance(values, Mapping):
            return None
        values = values.get(step)
    return values


def _at(values: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The values at `path`, with the path of each; `x[]` is every item of a list or map."""
    head, marked, rest = path.partition("[]")
    value = _get(values, head)
    if not marked:
        yield head, value
        return
    if value is UNKNOWN:
        yield head, UNKNOWN
        return
    items: Any = value.items() if isinstance(value, Mapping) else enumerate(value if isinstance(value, list) else [])
    for key, item in items:
        where = join_path(head, key)
        if not rest:
            yield where, item
        else:
            yield from ((f"{where}.{inner}", found) for inner, found in _at(item, rest.removeprefix(".")))


def _among(value: Any, allowed: Any) -> bool:
    if isinstance(value, str):
        return value.lower() in [one.lower() for one in allowed if isinstance(one, str)]
    return any(type(value) is type(one) and value == one for one in allowed) or (
        isinstance(value, float) and value in [one for one in allowed if not isinstance(one, bool)]
    )


def _is_open(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, (list, Mapping, str)) and not value)


def _is_id(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and value.startswith("/") and "/providers/" in value


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, Mapping)):
        return "a list" if isinstance(value, list) else "an object"
    return f"'{value}'" if isinstance(value, str) else str(value)


def _join(at: str, path: str) -> str:
    return f"{at}.{path}" if at else path
