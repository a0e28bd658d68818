"""Reading a rule's example of a fix as resources, without running it."""

import ast
import re

import yaml

from policies import Resource, Rule
from policies.azure._arm import NAMES


def resources(rule: Rule) -> list[Resource]:
    """What the example declares: Python calls for Azure, YAML documents for Kubernetes."""
    if rule.example.startswith("apiVersion:"):
        return [_object(document) for document in yaml.safe_load_all(rule.example)]
    made: dict[str, Resource] = {}
    return [_call(statement, made) for statement in ast.parse(rule.example).body]


def _object(document: dict) -> Resource:
    group, kind = document["apiVersion"], document["kind"]
    group = group if "/" in group else f"core/{group}"
    name = document["metadata"]["name"]
    type_ = f"kubernetes:{group}:{kind}"
    return Resource(f"urn:pulumi:example::bluelamp::{type_}::{name}", type_, name, document)


def _call(statement: ast.stmt, made: dict[str, Resource]) -> Resource:
    call = statement.value
    assert isinstance(call, ast.Call)
    type_ = f"azure-native:{call.func.value.id}:{call.func.attr}"
    name = ast.literal_eval(call.args[0])
    properties = {camel(keyword.arg): _value(keyword.value, made) for keyword in call.keywords}
    resource = Resource(f"urn:pulumi:example::bluelamp::{type_}::{name}", type_, name, properties)
    if isinstance(statement, ast.Assign):
        made[statement.targets[0].id] = resource
    return resource


def _value(node: ast.expr, made: dict[str, Resource]):
    if isinstance(node, ast.Attribute):
        assert node.attr == "id"
        resource = made[node.value.id]
        arm_type, name = NAMES[resource.type]
        return f"/subscriptions/s/resourceGroups/rg/providers/{arm_type}/{resource.properties[name]}"
    if isinstance(node, ast.Dict):
        return {
            camel(ast.literal_eval(key)): _value(value, made) for key, value in zip(node.keys, node.values, strict=True)
        }
    if isinstance(node, ast.List):
        return [_value(item, made) for item in node.elts]
    return ast.literal_eval(node)


def camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found.group(1).upper(), name)
