"""Azure rules as Azure Policy: a definition for each, and an initiative that holds them all.

    compiled = to_azure_policy(rules())
    whole = initiative(rules(), compiled, "mg-essex")

Only a rule that is one required property can be said; the definition follows from it. The effect and what a stricter
baseline may set are parameters, which the initiative hands on: `effect-BL-STO-001`, `minimum-BL-LOG-001`.
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
"""Most characters in a description."""


def to_azure_policy(rules: Iterable[Rule], *, verified_only: bool = False) -> Compiled:
    """The rules about Azure among `rules` as policy definitions; rules of other areas are not asked about.

    With `verified_only` a definition with an alias that nobody has seen in use is left out: Azure refuses a definition
    with an alias that it does not have, and an initiative with a definition that is not there.
    """
    documents: dict[str, tuple[dict[str, Any], ...]] = {}
    left_out: dict[str, str] = {}
    for rule in rules:
        if rule.area == "kubernetes":
            continue
        try:
            made = definition(rule)
        except CannotCompile as reason:
            left_out[rule.id] = str(reason)
            continue
        untried = unverified(rule) if verified_only else ()
        if untried:
            left_out[rule.id] = f"it has yet to be tried whether Azure Policy knows {', '.join(untried)}"
        else:
            documents[rule.id] = (made,)
    return Compiled(documents, left_out)


def definition(rule: Rule) -> dict[str, Any]:
    """The policy definition that says `rule`. Raises `CannotCompile`."""
    if rule.must is None:
        raise CannotCompile(
            "it looks at several resources together, and Azure Policy is given one at a time"
            if rule.estate
            else "it is a function and not one required property"
        )
    asked = replace(rule.must, **rule.parameters)
    breaches: list[Condition] = []
    for token, paths in rule.at.items():
        type_ = type_of(token)
        breach = {"allOf": [{"field": "type", "equals": type_.name}, *_anywhere(type_, paths, asked)]}
        if breach not in breaches:  # the SDK has some of Azure's types under several names
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
    """The initiative of all that `compiled` holds, at the management group `group`, grouped by the controls."""
    held = [rule for rule in rules if rule.id in compiled.documents]
    controls = dict.fromkeys(control for rule in held for control in rule.controls)
    return {
        "name": INITIATIVE,
        "type": _SET,
        "properties": {
            "displayName": "Security baseline for policing (Bluelamp)",
            "description": "The rules of the security baseline that Azure Policy can hold by itself.",
            "policyType": "Custom",
            "metadata": {"category": "Bluelamp", "version": _DEFINITION_VERSION},
            "parameters": {
                f"{name}-{rule.id}": said for rule in held for name, said in _parameters(rule, of_set=True).items()
            },
            "policyDefinitionGroups": [_group(control) for control in controls],
            "policyDefinitions": [
                {
                    "policyDefinitionReferenceId": rule.id,
                    "policyDefinitionId": f"{_GROUPS}{group}/providers/{_TYPE}/{rule.id}",
                    "groupNames": [_group(control)["name"] for control in rule.controls],
                    "parameters": {name: {"value": f"[parameters('{name}-{rule.id}')]"} for name in _parameters(rule)},
                }
                for rule in held
            ],
        },
    }


def unverified(rule: Rule) -> list[str]:
    """The aliases of the rule's definition that nobody has seen in a list of Azure's."""
    path = rule.must.path if rule.must else ""
    found = (type_of(token).alias(_joined(place, path)) for token, places in rule.at.items() for place in places)
    return sorted({alias.name for alias in found if not alias.verified})


def _anywhere(type_: Type, paths: tuple[str, ...], asked: Must) -> list[Condition]:
    """What is true of a resource that breaks the rule at one of `paths`."""
    found = [_breach(type_, _joined(path, asked.path), asked) for path in paths]
    return found if len(found) == 1 else [{"anyOf": found}]


def _breach(type_: Type, path: str, asked: Must) -> Condition:
    field = type_.alias(path).name
    condition = _unlike(field, asked)
    if "[*]" not in path:
        return condition
    items = field[: field.rindex("[*]") + len("[*]")]
    return {"count": {"field": items, "where": condition}, "greater": 0}


def _unlike(field: str, asked: Must) -> Condition:
    """What is true of a property that is not as asked: it is there and is something else, or the default is."""
    if asked.minimum is not None:
        other: Condition = {"less": "[parameters('minimum')]"}
    elif asked.be is None:
        other = {"notIn": "[parameters('among')]"}
    elif isinstance(asked.be, (str, bool, int)):
        other = {"notEquals": asked.be}
    else:
        raise CannotCompile(f"it asks for {asked.be!r}, and Azure Policy compares with a text, a number or a boolean")
    missing: Condition = {"field": field, "exists": False}
    if asked.default is None:
        return {"anyOf": [missing, {"field": field, **other}]}
    return {
        "anyOf": [
            {"allOf": [missing, {"value": asked.default, **other}]},
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
            "metadata": {"displayName": f"{_SAID[name]} of {title}" if of_set else _SAID[name]},
            "defaultValue": list(value) if isinstance(value, (list, tuple)) else value,
        }
    return found


_SAID: Final[Mapping[str, str]] = {"among": "Allowed values", "minimum": "Least value"}


def _group(control: Control) -> dict[str, str]:
    framework = f"{control.framework} {control.edition}"
    said = {"name": re.sub(r"[^A-Za-z0-9.]+", "_", f"{framework} {control.id}"), "category": framework}
    try:
        return {**said, "displayName": f"{control.id} {title_of(control)}"}
    except KeyError:
        return {**said, "displayName": control.id}


def _joined(place: str, path: str) -> str:
    return ".".join(filter(None, (place, path)))
