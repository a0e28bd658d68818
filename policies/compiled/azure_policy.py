"""Azure rules as Azure Policy: a definition for each, and an initiative with all of them.

    compiled = to_azure_policy(rules())
    whole = initiative(rules(), compiled, "mg-essex")

Only rules with `must` can be compiled; the definition is derived from it. The effect and the rule's parameters are
parameters of the definition, and of the initiative as `effect-BL-STO-001`, `minimum-BL-LOG-001`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from textwrap import shorten
from typing import Any, Final

from bluelamp.policies.catalogues import title_of
from bluelamp.policies.compiled.aliases import Type, type_of
from bluelamp.policies.compiled.result import CannotCompile, Compiled
from bluelamp.policies.model import Control, Enforcement
from bluelamp.policies.rule import Must, Rule

Condition = dict[str, Any]

INITIATIVE: Final = "bluelamp-baseline"
_GROUPS: Final = "/providers/Microsoft.Management/managementGroups/"
_TYPE: Final = "Microsoft.Authorization/policyDefinitions"
_SET: Final = "Microsoft.Authorization/policySetDefinitions"
_EFFECTS: Final = {Enforcement.MANDATORY: "Deny", Enforcement.ADVISORY: "Audit"}
_DEFINITION_VERSION: Final = "1.0.0"
_LONGEST: Final = 512
"""The maximum length of a description, in characters."""


def to_azure_policy(rules: Iterable[Rule], *, verified_only: bool = False) -> Compiled:
    """The rules on Azure among `rules` as policy definitions; rules of other areas are ignored.

    With `verified_only`, definitions with unverified aliases are left out: Azure rejects a definition with an unknown
    alias, and an initiative with a missing definition.
    """
    documents: dict[str, tuple[dict[str, Any], ...]] = {}
    left_out: dict[str, str] = {}
    for rule in rules:
        if rule.area == "kubernetes":
            continue
        try:
            document = definition(rule)
        except CannotCompile as reason:
            left_out[rule.id] = str(reason)
            continue
        unverified_aliases = unverified(rule) if verified_only else ()
        if unverified_aliases:
            left_out[rule.id] = f"it has yet to be tried whether Azure Policy knows {', '.join(unverified_aliases)}"
        else:
            documents[rule.id] = (document,)
    return Compiled(documents, left_out)


def definition(rule: Rule) -> dict[str, Any]:
    """The policy definition for `rule`. Raises `CannotCompile`."""
    if rule.must is None:
        raise CannotCompile(
            "it looks at several resources together, and Azure Policy is given one at a time"
            if rule.estate
            else "it is a function and not one required property"
        )
    must = replace(rule.must, **rule.parameters)
    breaches: list[Condition] = []
    for token, paths in rule.at.items():
        type_ = type_of(token)
        breach = {"allOf": [{"field": "type", "equals": type_.name}, *_anywhere(type_, paths, must)]}
        if breach not in breaches:  # the SDK has several names for some of Azure's types
            breaches.append(breach)
    return {
        "name": rule.id,
        "type": _TYPE,
        "properties": {
            "displayName": f"{rule.id}: {rule.title}",
            "description": shorten(f"{rule.rationale} {rule.fix}", _LONGEST, placeholder=" …"),
            "policyType": "Custom",
            "mode": "All",
            "metadata": {
                "category": "Bluelamp",
                "version": _DEFINITION_VERSION,
                "rule": rule.id,
                "severity": str(rule.severity),
                "controls": [str(control) for control in rule.controls],
                "unverifiedAliases": unverified(rule),
            },
            "parameters": _parameters(rule),
            "policyRule": {
                "if": breaches[0] if len(breaches) == 1 else {"anyOf": breaches},
                "then": {"effect": "[parameters('effect')]"},
            },
        },
    }


def initiative(rules: Iterable[Rule], compiled: Compiled, group: str) -> dict[str, Any]:
    """The initiative of all `compiled` definitions at the management group `group`, grouped by control."""
    compiled_rules = [rule for rule in rules if rule.id in compiled.documents]
    controls = dict.fromkeys(control for rule in compiled_rules for control in rule.controls)
    return {
        "name": INITIATIVE,
        "type": _SET,
        "properties": {
            "displayName": "Security baseline for policing (Bluelamp)",
            "description": "The rules of the security baseline that Azure Policy can hold by itself.",
            "policyType": "Custom",
            "metadata": {"category": "Bluelamp", "version": _DEFINITION_VERSION},
            "parameters": {
                f"{name}-{rule.id}": parameter
                for rule in compiled_rules
                for name, parameter in _parameters(rule, of_set=True).items()
            },
            "policyDefinitionGroups": [_group(control) for control in controls],
            "policyDefinitions": [
                {
                    "policyDefinitionReferenceId": rule.id,
                    "policyDefinitionId": f"{_GROUPS}{group}/providers/{_TYPE}/{rule.id}",
                    "groupNames": [_group(control)["name"] for control in rule.controls],
                    "parameters": {name: {"value": f"[parameters('{name}-{rule.id}')]"} for name in _parameters(rule)},
                }
                for rule in compiled_rules
            ],
        },
    }


def unverified(rule: Rule) -> list[str]:
    """The unverified aliases in the rule's definition."""
    path = rule.must.path if rule.must else ""
    found = (type_of(token).alias(_joined(place, path)) for token, places in rule.at.items() for place in places)
    return sorted({alias.name for alias in found if not alias.verified})


def _anywhere(type_: Type, paths: tuple[str, ...], must: Must) -> list[Condition]:
    """The condition that a resource breaks the rule at one of `paths`."""
    found = [_breach(type_, _joined(path, must.path), must) for path in paths]
    return found if len(found) == 1 else [{"anyOf": found}]


def _breach(type_: Type, path: str, must: Must) -> Condition:
    field = type_.alias(path).name
    condition = _differs(field, must)
    if "[*]" not in path:
        return condition
    items = field[: field.rindex("[*]") + len("[*]")]
    return {"count": {"field": items, "where": condition}, "greater": 0}


def _differs(field: str, must: Must) -> Condition:
    """The condition that a property, or its default if it is missing, does not meet the requirement."""
    if must.minimum is not None:
        other: Condition = {"less": "[parameters('minimum')]"}
    elif must.be is None:
        other = {"notIn": "[parameters('among')]"}
    elif isinstance(must.be, (str, bool, int)):
        other = {"notEquals": must.be}
    else:
        raise CannotCompile(f"it asks for {must.be!r}, and Azure Policy compares with a text, a number or a boolean")
    missing: Condition = {"field": field, "exists": False}
    if must.default is None:
        return {"anyOf": [missing, {"field": field, **other}]}
    return {
        "anyOf": [
            {"allOf": [missing, {"value": must.default, **other}]},
            {"allOf": [{"field": field, "exists": True}, {"field": field, **other}]},
        ]
    }


def _parameters(rule: Rule, *, of_set: bool = False) -> dict[str, Any]:
    title = f"{rule.id}: {rule.title}"
    found: dict[str, Any] = {
        "effect": {
            "type": "String",
            "metadata": {"displayName": f"Effect of {title}" if of_set else "Effect"},
            "allowedValues": ["Audit", "Deny", "Disabled"],
            "defaultValue": _EFFECTS[rule.enforcement],
        }
    }
    for name, value in rule.parameters.items():
        found[name] = {
            "type": "Array" if isinstance(value, (list, tuple)) else "Integer" if isinstance(value, int) else "Float",
            "metadata": {"displayName": f"{_PARAMETER_NAMES[name]} of {title}" if of_set else _PARAMETER_NAMES[name]},
            "defaultValue": list(value) if isinstance(value, (list, tuple)) else value,
        }
    return found


_PARAMETER_NAMES: Final[Mapping[str, str]] = {"among": "Allowed values", "minimum": "Least value"}


def _group(control: Control) -> dict[str, str]:
    framework = f"{control.framework} {control.edition}"
    group = {"name": re.sub(r"[^A-Za-z0-9.]+", "_", f"{framework} {control.id}"), "category": framework}
    try:
        return {**group, "displayName": f"{control.id} {title_of(control)}"}
    except KeyError:
        return {**group, "displayName": control.id}


def _joined(place: str, path: str) -> str:
    return ".".join(filter(None, (place, path)))
