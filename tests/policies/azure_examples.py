"""Runs the examples of Azure rules: each is a Pulumi program, planned against the rehearsal cloud.

An example shows what matters to its rule. `...` stands for the resource's other required properties, which are filled
in here from the SDK's own list of required arguments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pulumi

from bluelamp.modules.aliases import drop_version_aliases
from bluelamp.planning import PlannedResource, plan_program
from bluelamp.planning.plan import Plan
from bluelamp.policies import Resource, Rule, rules
from bluelamp.rehearsal.sdk import sample_values
from bluelamp.rehearsal.sdk.schema import Catalogue, ObjectShape, Shape
from bluelamp.resources import from_plan

AZURE = Catalogue("azure-native")
MODULES = {token.split(":")[1] for token in AZURE.tokens()}
_RANDOM = Random(0)
_WHOLE_NUMBER = 100
_SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
BESIDES: Mapping[str, Mapping[str, Any]] = {
    "authorization:RoleDefinition": {"assignable_scopes": [_SUBSCRIPTION]},
    "consumption:Budget": {"time_period": {"start_date": "2026-11-01T00:00:00Z"}},
    "containerservice:ManagedCluster": {"oidc_issuer_profile": {"enabled": True}},
    "monitor:ActionGroup": {"group_short_name": "example"},
    "monitor:SubscriptionDiagnosticSetting": {
        "logs": [{"category": "Administrative", "enabled": True}],
        "workspace_id": f"{_SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log",
    },
    "redis:Redis": {"sku": {"name": "Premium", "family": "P", "capacity": 1}},
    "storage:StorageAccount": {"kind": "StorageV2"},
}
"""Inputs that services require in addition to those that the SDK requires, by type."""


@dataclass(frozen=True)
class Example:
    """The registrations of an example, or its error."""

    resources: tuple[Resource, ...] = ()
    refused: tuple[PlannedResource, ...] = ()
    error: Exception | None = None


def azure_rules() -> list[Rule]:
    """The rules whose example is a program."""
    return [rule for rule in rules() if not rule.example.startswith("apiVersion:")]


@lru_cache(maxsize=1)
def examples() -> Mapping[str, Example]:
    """Every example by its rule's id, all run in one program: each in a component of its own, so that names do not
    clash.
    """
    errors: dict[str, Exception] = {}

    def program() -> None:
        pulumi.runtime.register_stack_transformation(drop_version_aliases)
        for rule in azure_rules():
            try:
                _run(rule)
            except Exception as error:
                errors[rule.id] = error

    plan = plan_program("example", program, {"azure-native:location": "uksouth"}, root=Path.cwd())
    judged = {resource.urn: resource for resource in from_plan(plan)}
    return {rule.id: _example(plan, judged, rule, errors.get(rule.id)) for rule in azure_rules()}


def _example(plan: Plan, judged: Mapping[str, Resource], rule: Rule, error: Exception | None) -> Example:
    own = [each for each in plan.resources if each.urn in judged and f"::example:index:{rule.id}$" in each.urn]
    return Example(tuple(judged[each.urn] for each in own), tuple(each for each in own if each.failures), error)


def _run(rule: Rule) -> None:
    component = pulumi.ComponentResource(f"example:index:{rule.id}", rule.id)
    code = compile(rule.example, rule.id, "exec")
    names = {name: _Module(name, component) for name in code.co_names if name in MODULES}
    exec(code, {"pulumi": _Pulumi(component), **names})


class _Pulumi:
    """The SDK, with components as children of `component` unless an example says otherwise."""

    def __init__(self, component: pulumi.Resource) -> None:
        self._component = component

    def __getattr__(self, name: str) -> Any:
        return getattr(pulumi, name)

    def ComponentResource(self, type_: str, name: str, props: Mapping[str, Any]) -> pulumi.ComponentResource:
        return pulumi.ComponentResource(type_, name, props, pulumi.ResourceOptions(parent=self._component))


class _Module:
    """An azure-native module whose resources are children of `component`, with `...` completed."""

    def __init__(self, name: str, component: pulumi.Resource) -> None:
        self._name, self._component = name, component
        self._module = import_module(f"pulumi_azure_native.{name}")

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if not (isinstance(found, type) and issubclass(found, pulumi.CustomResource)):
            return found

        def make(logical: str, *rest: Any, opts: pulumi.ResourceOptions | None = None, **given: Any) -> Any:
            if rest == (...,):
                given = {**BESIDES.get(f"{self._name}:{name}", {}), **given}
                given = _completed(given, AZURE.resource(f"azure-native:{self._name}:{name}").inputs)
            elif rest:
                raise TypeError(f"{name} takes its arguments by name")
            if "resource_name" in given:  # the SDK's argument of that name is the logical name
                given["resource_name_"] = given.pop("resource_name")
            belongs = pulumi.ResourceOptions(parent=self._component)
            return found(logical, opts=pulumi.ResourceOptions.merge(belongs, opts), **given)

        return make


def _completed(given: Mapping[str, Any], wanted: ObjectShape) -> dict[str, Any]:
    """`given`, with the SDK's names, plus the minimum that the service requires, at every depth."""
    named = {one.name: one.python_name for one in wanted.properties.values()}
    shapes = {one.python_name: one.shape for one in wanted.properties.values()}
    found = {named.get(key, key): value for key, value in given.items()}
    found = {key: _inside(value, shapes[key]) if key in shapes else value for key, value in found.items()}
    for one in wanted.properties.values():
        if one.required and one.python_name not in found:
            found[one.python_name] = _sample(one.shape, one.name)
    return found


def _inside(value: Any, shape: Shape) -> Any:
    options = [option for option in (shape, *shape.options) if option.object or option.item]
    if not options:
        return value
    if isinstance(value, dict) and options[0].object:
        return _completed(value, options[0].object)
    if isinstance(value, list) and options[0].item:
        return [_inside(item, options[0].item) for item in value]
    return value


def _sample(shape: Shape, name: str) -> Any:
    if shape.kind == "integer":
        return _WHOLE_NUMBER
    if shape.kind == "object" and shape.object:
        return _completed({}, shape.object)
    sample = sample_values.value(shape, name, "example", _RANDOM)
    return "example" if sample == "" else sample
