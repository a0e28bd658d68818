"""Every property that a rule reads of an Azure resource is in the SDK: a misspelt one would always be missing."""

import re

import pytest

from bluelamp.policies import Rule, judge, rules
from bluelamp.policies.estate import canonical
from bluelamp.policies.value import Value
from bluelamp.rehearsal.sdk.schema import Catalogue, Shape

AZURE = Catalogue("azure-native")
IN_AZURE = [rule for rule in rules() if any(type_.startswith("azure-native:") for type_ in rule.at)]


@pytest.mark.parametrize("rule", IN_AZURE, ids=lambda rule: rule.id)
def test_a_rule_reads_only_properties_that_the_sdk_has(rule: Rule, monkeypatch):
    read: set[tuple[str, str]] = set()
    look_up = Value.__getitem__

    def noting(value: Value, key: str) -> Value:
        found = look_up(value, key)
        read.add((canonical(value.resource.type), found.path))
        return found

    monkeypatch.setattr(Value, "__getitem__", noting)
    for case in rule.cases:
        judge(case.resources, [rule])
    assert read
    assert not sorted(f"{type_}: {path}" for type_, path in read if not _exists(type_, path))


def _exists(type_: str, path: str) -> bool:
    if not type_.startswith("azure-native:"):
        return True
    name, *steps = re.findall(r"[^.\[\]]+", path)
    properties = AZURE.resource(type_).inputs.properties
    return name in properties and _has(properties[name].shape, steps)


def _has(shape: Shape, steps: list[str]) -> bool:
    """Whether `steps` lead to a value below `shape`; the keys of a map are free."""
    if not steps:
        return True
    if shape.options:
        return any(_has(option, steps) for option in shape.options)
    if shape.kind in {"any", "map", "json"}:
        return True
    if shape.kind == "array" and shape.item:
        return steps[0].isdigit() and _has(shape.item, steps[1:])
    return (
        bool(shape.object)
        and steps[0] in shape.object.properties
        and _has(shape.object.properties[steps[0]].shape, steps[1:])
    )
